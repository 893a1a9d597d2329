"""Progress on stderr: a bar on a terminal, plain lines elsewhere."""

import sys
import threading

from oscar_sync.cli.border import say
from oscar_sync.cli.log_lines import Form
from oscar_sync.cli.output import redraw
from oscar_sync.model.event import Event, Happening
from oscar_sync.model.plan import Plan
from oscar_sync.render.words import safe

_BAR = 24


class Progress:
    """Tells how far an apply is. Called from several threads."""

    def __init__(self, plan: Plan, *, is_quiet: bool) -> None:
        """Count the steps of *plan*; say nothing when *is_quiet*."""
        self._total = sum(len(action.steps) for action in plan.actions)
        self._done = 0
        self._is_quiet = is_quiet
        self._is_terminal = sys.stderr.isatty() and not Form.is_json
        self._lock = threading.Lock()

    def on_event(self, event: Event) -> None:
        """Show *event*."""
        if self._is_quiet or event.step is None or event.action is None:
            return
        with self._lock:
            if event.happening in (Happening.STEP_DONE, Happening.STEP_FAILED):
                self._done += 1
            if self._is_terminal:
                self._bar(event)
            elif event.happening is not Happening.STEP_START:
                self._line(event)

    def end(self) -> None:
        """Clear the bar."""
        if self._is_terminal and not self._is_quiet:
            redraw()

    def _bar(self, event: Event) -> None:
        filled = round(_BAR * min(1.0, self._done / max(1, self._total)))
        bar = "#" * filled + "-" * (_BAR - filled)
        words = safe(f"{event.action.key if event.action else ''} {self._step(event)}")
        text = f"[{bar}] {self._done}/{self._total}  {words}"
        redraw(text[:100])

    def _line(self, event: Event) -> None:
        word = "ok" if event.happening is Happening.STEP_DONE else "answered"
        status = f" {event.status}" if event.status else " nothing"
        shown = "" if event.happening is Happening.STEP_DONE else status
        key = event.action.key if event.action else ""
        say(f"{key}  {self._step(event)}  {word}{shown}")

    def _step(self, event: Event) -> str:
        return f"{event.step.do} {event.step.target}" if event.step else ""
