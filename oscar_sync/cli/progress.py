"""Progress on stderr: a bar on a terminal, plain lines elsewhere."""

import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from msgspec.structs import replace

from oscar_sync.cli.border import say
from oscar_sync.cli.log_lines import LogFormat
from oscar_sync.cli.output import redraw
from oscar_sync.model.action import Action
from oscar_sync.model.amounts import plural
from oscar_sync.model.event import Event, Happening
from oscar_sync.model.plan import Plan
from oscar_sync.model.step import Do, Step
from oscar_sync.render.progress_line import Moment, Pace, ProgressState, bar, sentence

_REDRAW_S = 0.1
_LINE_S = 10.0
"""Uploads say how far they are so often, where there is no terminal: not once a file."""
_COLUMNS = 80
_MANY = 20
"""So many deletions of objects are reported in one line."""
_WORDS: Final = {
    Do.POST: "create",
    Do.PUT: "update",
    Do.UNHOOK: "remove notification",
    Do.DELETE: "remove",
    Do.ERASE: "delete data",
    Do.MARKER: "create folder",
    Do.HOOK: "set notification",
    Do.REHOOK: "hand over notifications",
    Do.RESTART: "restart",
    Do.UPLOAD: "upload",
    Do.DELETE_OBJECT: "delete",
    Do.CREATE_BUCKET: "create bucket",
    Do.SET_ACCESS: "set access",
    Do.TAG: "mark",
    Do.TAG_KEPT: "mark",
    Do.CREATE_VOLUME: "create volume",
    Do.DELETE_VOLUME: "delete volume",
}


class Progress:
    """Tells how far an apply is. Called from several threads."""

    def __init__(
        self, plan: Plan, *, is_quiet: bool, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._told_s = now()
        self._steps = _Count(plan.actions, self._told_s)
        self._of_actions = {action.id: _Count([action], self._told_s) for action in plan.actions}
        self._is_quiet = is_quiet
        self._is_terminal = sys.stderr.isatty() and not LogFormat.is_json
        self._now = now
        self._drawn_s = float("-inf")
        self._lock = threading.Lock()

    def on_event(self, event: Event) -> None:
        if self._is_quiet or event.step is None or event.action is None:
            return
        with self._lock:
            now = self._now()
            self._steps.add(event.happening, event.step, event.sent_bytes, now)
            count = self._of_actions[event.action.id]
            count.add(event.happening, event.step, event.sent_bytes, now)
            if self._is_terminal:
                self._draw(event.action, event.step, now)
            elif event.happening is Happening.STEP_FAILED:
                self._tell(event, event.action, event.step)
            elif event.step.do is Do.UPLOAD:
                self._tell_uploads(event.action, count, now)
            elif event.step.do is Do.DELETE_OBJECT and count.all_deletions >= _MANY:
                self._tell_deletions(event.action, count)
            else:
                self._tell(event, event.action, event.step)

    def end(self) -> None:
        if self._is_terminal and not self._is_quiet:
            redraw()

    def _draw(self, action: Action, step: Step, now: float) -> None:
        progress_state = self._steps.progress_state()
        if now - self._drawn_s < _REDRAW_S and progress_state.steps < progress_state.all_steps:
            return
        self._drawn_s = now
        # The last column stays free: a terminal would begin a new line behind it.
        redraw(bar(progress_state, f"{action.key} {_WORDS[step.do]} {step.target}", _columns() - 1))

    def _tell(self, event: Event, action: Action, step: Step) -> None:
        if event.happening is Happening.STEP_START:
            return
        words = "ok"
        if event.happening is not Happening.STEP_DONE:
            # The read-back decides: OSCAR answers 500 to updates that it has made.
            words = f"replied {event.status}, checking" if event.status else "no reply, checking"
        say(f"{action.key}  {_WORDS[step.do]} {step.target}  {words}")

    def _tell_uploads(self, action: Action, count: "_Count", now: float) -> None:
        progress_state = count.progress_state()
        is_over = count.uploads == count.all_uploads
        if is_over or now - self._told_s >= _LINE_S:
            self._told_s = now
            sent = replace(progress_state, steps=count.uploads, all_steps=count.all_uploads)
            say(f"{action.key}  upload  {sentence(sent)}")

    def _tell_deletions(self, action: Action, count: "_Count") -> None:
        if count.deletions == count.all_deletions:
            say(f"{action.key}  delete  {plural(count.deletions, 'object')}  ok")


class _Count:
    def __init__(self, actions: Sequence[Action], now: float) -> None:
        steps = [step for action in actions for step in action.steps]
        self.all_steps = len(steps)
        self.all_uploads = sum(step.do is Do.UPLOAD for step in steps)
        self.all_deletions = sum(step.do is Do.DELETE_OBJECT for step in steps)
        self.all_bytes = sum(step.size_bytes for step in steps)
        self.steps = 0
        self.uploads = 0
        self.deletions = 0
        self._whole_bytes = 0
        self._under_way: dict[str, int] = {}
        self._sent_bytes = 0
        self._pace = Pace(now)

    def add(self, happening: Happening, step: Step, sent_bytes: int, now: float) -> None:
        if happening is Happening.STEP_PROGRESS:
            self._under_way[step.target] = sent_bytes
        elif happening in {Happening.STEP_DONE, Happening.STEP_FAILED}:
            self.steps += 1
            self._under_way.pop(step.target, None)
            if happening is Happening.STEP_DONE:
                self.uploads += step.do is Do.UPLOAD
                self.deletions += step.do is Do.DELETE_OBJECT
                self._whole_bytes += step.size_bytes
        self._sent_bytes = self._whole_bytes + sum(self._under_way.values())
        self._pace.note(Moment(now, self._sent_bytes))

    def progress_state(self) -> ProgressState:
        speed = self._pace.bytes_per_s()
        return ProgressState(self.steps, self.all_steps, self._sent_bytes, self.all_bytes, speed)


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or _COLUMNS
    except (OSError, ValueError):
        return _COLUMNS
