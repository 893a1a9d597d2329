"""The loop of a watch: wait, plan, show what is new, apply; a pass that fails is not the last."""

import gc
import os
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click
from msgspec import Struct, field
from msgspec.structs import replace

from oscar_sync.cli.applying import signals
from oscar_sync.cli.border import code_of, say, tell_findings
from oscar_sync.cli.event_lines import event_line, summary_line
from oscar_sync.cli.follow import Following, followed
from oscar_sync.cli.output import Output, append, write
from oscar_sync.cli.request import connections_of, plan_options, request_of, with_flags
from oscar_sync.cli.run_record import RunRecord
from oscar_sync.cli.screen import Screen
from oscar_sync.cli.showing import stdout_paint, text_of
from oscar_sync.cli.watch_apply import How, carry_out, is_agreed, put, without_removals
from oscar_sync.cli.watch_feed import WatchFeed
from oscar_sync.cli.watch_problem import NOT_UPDATED, WatchProblem
from oscar_sync.documents.on_disk import real_path
from oscar_sync.errors import InputError, OscarSyncError, OutputError, RepositoryError
from oscar_sync.manifests.codes import ManifestCode
from oscar_sync.model.amounts import plural
from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.model.event import Event, Happening
from oscar_sync.model.exits import Exit
from oscar_sync.model.form import Form
from oscar_sync.model.material import CreateMaterial
from oscar_sync.model.news import Entries, News, entries_of, news_of
from oscar_sync.model.outcome import apply_exit, plan_exit
from oscar_sync.model.plan import Plan
from oscar_sync.model.report import Status
from oscar_sync.model.window import opening
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.desire.request import DesireRequest
from oscar_sync.reconcile.memory import WatchMemory
from oscar_sync.reconcile.once import Pass, Stop, plan_once
from oscar_sync.reconcile.reads import Reads, reads_of
from oscar_sync.reconcile.watch import QUIET_S, Saves, Woken
from oscar_sync.render.news import news_text
from oscar_sync.render.words import safe

_NAMES_SHOWN: Final = 5


class Watching(Struct):
    """What was shown last, what is wrong, and whether applying waits for a save.

    ``settings`` is the settings file of the last plan, blank without one. ``held`` is why nothing
    is applied now.
    """

    options: dict[str, Any]
    outputs: Sequence[Output]
    record: RunRecord
    screen: Screen
    problem: WatchProblem
    feed: WatchFeed = field(default_factory=WatchFeed)
    now: Callable[[], float] = time.monotonic
    quiet_s: float = QUIET_S
    connections: Connections | None = None
    following: Following | None = None
    memory: WatchMemory = field(default_factory=WatchMemory)
    stop: Stop = field(default_factory=lambda: Stop(is_idle=True))
    plan: Plan | None = None
    entries: Entries = field(default_factory=dict)
    warnings: frozenset[Diagnostic] = frozenset()
    reads: Reads = field(default_factory=Reads)
    settings: str = ""
    is_agreed: bool = False
    waits_for_save: bool = False
    held: str = ""
    has_ended: bool = False

    def run(self) -> Exit:
        """Return the exit code: 130 or 143, 0 after ``q``, or that of a first pass that cannot be.

        Raises:
            InputError: the files cannot be used at the start.
            RepositoryError: the repository to follow gives no commit that can be taken.
        """
        with followed(self.options, self.screen.say) as self.following:
            return self._run(self.request())

    def request(self) -> DesireRequest:
        """Return what is planned; of a repository that is followed, its files are there then."""
        request = request_of(self.options)
        if self.following:
            self.following.update()
            # A commit may move the settings, but neither a pause nor the history.
            self.record.history = self.record.history or self.following.own_folder
            return self.following.within(request)
        # By its name from now on: the folder may be moved away, and another come in its place.
        return replace(request, cwd=real_path("."))

    def _run(self, request: DesireRequest) -> Exit:
        settings = desire(request, os.environ, self.memory).settings
        for output in self.outputs:
            if output.file:
                write(output, "")
        poll_s = self.options["poll_s"]
        connections = self.connections or connections_of(self.options)
        saves = Saves(
            poll_s=poll_s,
            quiet_s=self.quiet_s,
            now=self.now,
            on_note=self.screen.say,
            own=connections.own_files,
        )
        try:
            saves.follow(self._watched(reads_of(self.memory.files)))
            serving = self.feed.serving(saves.wake, Path(settings.folder))
            with signals(self.stop, self.screen.close), serving:
                self.screen.open()
                code = self._loop(request, saves, connections)
        except (KeyboardInterrupt, click.Abort):
            code = Exit.TERMINATED if self.stop.is_terminated else Exit.INTERRUPTED
        finally:
            self.screen.close()
            saves.close()
            connections.close()
        put(self.outputs, "events", lambda: summary_line(int(code)))
        return code

    def _loop(self, request: DesireRequest, saves: Saves, connections: Connections) -> Exit:
        code = self.pass_once(request, connections, None)
        gc.collect()
        gc.freeze()  # what is kept from pass to pass need not be looked through each time
        while code is None:
            saves.follow(self._watched(self.reads))
            woken = self._waited(saves)
            if woken is None:
                raise KeyboardInterrupt
            if self.has_ended:
                return Exit.OK
            code = self.pass_once(request, connections, woken.files)
        return code

    def _watched(self, reads: Reads) -> Reads:
        return self.following.to_watch(reads) if self.following else reads

    def _waited(self, saves: Saves) -> Woken | None:
        """Return what ended the wait; keys that ask for no pass are answered here."""
        pause_s = self.problem.pause_s()
        until = self.now() + pause_s
        self.screen.stand(self.plan, self.problem.name, pause_s)
        self.feed.waiting(self.problem.sentence, pause_s)
        key = self.screen.pressed if self.screen.is_live else None
        while True:
            woken = saves.wait(until, self.stop.event, key)
            if woken is None or not woken.key or woken.key == "r":
                return woken
            if woken.key == "q":
                self.has_ended = True
                return woken
            if woken.key == "p" and self.plan is not None:
                self._whole(self.plan)

    # -- one pass

    def pass_once(
        self, request: DesireRequest, connections: Connections, names: tuple[str, ...] | None
    ) -> Exit | None:
        """Plan once, show what is new, and apply; return a code only where the run ends with it.

        *names* are the files that were saved, None in the first pass.
        """
        self.record.begin()
        self.feed.planning()
        self.screen.begin("planning ...")
        if names:
            self.waits_for_save = False
            self.problem.forgive()
            self.screen.say(_shown(names, request.cwd))
        try:
            if self.following and names is not None and self.following.update():
                self.waits_for_save = False
            planned = self._planned(request, connections)
        except InputError as error:
            # The files' faults were reported when they came; their correction cannot be fetched.
            if self._failure:
                self.problem.stopped(self._failure)
            else:
                self.problem.unusable(error.diagnostics, self._tell)
            self.record.problem = self.problem.name
            self.record.end(Exit.INVALID)
            return None
        except OutputError:
            raise
        except OscarSyncError as error:
            if names is None:
                raise
            self.problem.stopped(error)
            self.record.problem = self.problem.name
            self.record.end(code_of(error))
            return None
        finally:
            connections.close_providers()
        return self._shown_and_applied(planned, connections, is_first=names is None)

    def _planned(self, request: DesireRequest, connections: Connections) -> Pass:
        try:
            desired = with_flags(desire(request, os.environ, self.memory), self.options)
            is_there = os.path.lexists(Path(request.cwd, self.settings))
            if self.settings and not (desired.settings.file and is_there):
                # What it ignores, protects and means by a cluster is not known without it.
                raise InputError((_away(self.settings),))
            self.settings = desired.settings.file
        except OscarSyncError:
            self.reads = reads_of(self.memory.files).with_earlier(self.reads)
            raise
        self.reads = reads_of(self.memory.files)
        return plan_once(desired, plan_options(self.options), connections, self.memory)

    def _shown_and_applied(
        self, planned: Pass, connections: Connections, *, is_first: bool
    ) -> Exit | None:
        if self.options["is_applying"]:
            planned = without_removals(planned)
        plan = planned.draft.plan
        self.problem.judge(plan, self._failure)
        made = planned.draft.materials.items()
        forms = {name: item.form for name, item in made if isinstance(item, CreateMaterial)}
        self._show(plan, forms, is_first=is_first)
        self.feed.planned(planned)
        self.record.planned(planned)
        is_due = bool(plan.actions and not self.waits_for_save)
        if self.options["is_applying"] and not self._is_held(planned, is_due=is_due) and is_due:
            return self._apply(planned, connections)
        if not plan.actions:
            self.problem.judge_apply(Exit.OK)
        self._end(plan_exit(plan, detailed=False))
        return None

    @property
    def _failure(self) -> RepositoryError | None:
        return self.following.failure if self.following else None

    def _end(self, code: Exit) -> None:
        if self._failure:
            self.record.problem = NOT_UPDATED
            code = code_of(self._failure) if code is Exit.OK else code
        self.record.end(code)

    # -- what is shown

    def _show(self, plan: Plan, forms: Mapping[str, Form], *, is_first: bool) -> None:
        before, self.plan = self.plan, plan
        entries = entries_of(plan, forms, self.entries)
        news = news_of(self.entries, entries)
        self.entries = entries
        self._tell(plan.diagnostics)
        self.warnings = frozenset(map(_unplaced, plan.diagnostics))
        if before is None or before.digest != plan.digest:
            planned = Event(Happening.PLAN, message=plan.digest)
            put(self.outputs, "events", lambda: event_line(planned))
        known = _remarks(before) if before else ()
        notes = [note for note in _remarks(plan) if note not in known]
        if is_first or before is None:
            self._whole(plan)
        elif news or notes:
            for output in self.outputs:
                if output.format == "text":
                    append(output, self._news(news, plan, notes, output))
        elif not (self.screen.is_live or self.options["quiet"] or self.problem.failures):
            self.screen.say("planned again: the same")

    def _news(self, news: News, plan: Plan, notes: list[str], output: Output) -> str:
        if output.file:
            return news_text(news, plan, notes)
        paint = stdout_paint(self.options["color"])
        return news_text(news, plan, notes, paint=paint)

    def _tell(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Write errors, and warnings that are new; one that moved within its file is not."""
        told, self.warnings = self.warnings, self.warnings.union(map(_unplaced, diagnostics))
        new = [
            one
            for one in diagnostics
            if one.severity is Severity.ERROR or _unplaced(one) not in told
        ]
        if new:
            tell_findings(new, self.options["color"])

    def _whole(self, plan: Plan) -> None:
        verbose = bool(self.options["verbose"])
        for output in self.outputs:
            if output.format == "text":
                text = text_of(plan, output, self.options["color"], "watch", verbose=verbose)
                append(output, text)

    # -- what is carried out

    def _how(self) -> How:
        paint = stdout_paint(self.options["color"])
        parallelism = int(self.options["parallelism"])
        return How(self.outputs, paint, parallelism, self.feed.on_event)

    def _is_held(self, planned: Pass, *, is_due: bool = True) -> bool:
        """Tell whether applying waits, for a window or the end of a pause; why is said once."""
        opens_at = opening(planned.desired.settings.windows, datetime.now(UTC))
        why = f"the window opens {opens_at}" if opens_at else ""
        if self.waits_for_save and planned.draft.plan.actions:
            why = why or "waiting for the next save or commit"
        held = self.feed.held(why)
        if is_due:
            before, self.held = self.held, held
            if held and held != before:
                self.screen.say(f"not applied now: {held}")
        return bool(held)

    def _apply(self, planned: Pass, connections: Connections) -> Exit | None:
        if not self.is_agreed and not self.options["yes"]:
            agreed = is_agreed(planned.draft.plan, self.screen)
            if agreed is None:
                say("there is no terminal to ask on; give --yes")
                return Exit.NO_TERMINAL
            if not agreed:
                self.waits_for_save = True
                self._end(Exit.OK)
                self.screen.say("nothing was sent; waiting for the next save")
                return None
            if self._is_held(planned):  # a pause, or the end of a window, while it was asked
                self._end(Exit.OK)
                return None
        self.is_agreed = True
        report = carry_out(planned, connections, self.stop, self.screen, self._how())
        if report is None:
            self.problem.judge_apply(Exit.LOCKED)
            self._end(Exit.LOCKED)
            return None
        code = apply_exit(report)
        self.record.reported(report)
        self._end(code)
        self.waits_for_save = code in {Exit.STALE, Exit.BLOCKED}
        if not self.stop.event.is_set():
            self.problem.judge_apply(Exit.OK if self.waits_for_save else code)
        done = {item.action.id for item in report.results if item.status is Status.DONE}
        self.entries = {name: one for name, one in self.entries.items() if name not in done}
        left = tuple(one for one in planned.draft.plan.actions if one.id not in done)
        self.plan = replace(planned.draft.plan, actions=left)
        return None


def _remarks(plan: Plan) -> tuple[str, ...]:
    left = (f"{item.key}   {item.message}" for item in plan.left_alone)
    return (*plan.notes, *left)


def _unplaced(one: Diagnostic) -> Diagnostic:
    return replace(one, line=0, column=0, snippet="")


def _away(file: str) -> Diagnostic:
    return Diagnostic(file, 0, 0, ManifestCode.NO_SUCH_PATH, Severity.ERROR, "", "is missing", "")


def _shown(names: tuple[str, ...], cwd: str) -> str:
    saved = [name for name in names if os.path.lexists(name)]
    gone = [name for name in names if name not in set(saved)]
    words = [
        *([f"saved {_listed(saved, cwd)}"] if saved else ()),
        *([f"gone: {_listed(gone, cwd)}"] if gone else ()),
    ]
    return "; ".join(words)


def _listed(names: list[str], cwd: str) -> str:
    short = [safe(name.removeprefix(f"{cwd}{os.sep}")) for name in names[:_NAMES_SHOWN]]
    rest = len(names) - len(short)
    return ", ".join(short) + (f" and {plural(rest, 'more file')}" if rest > 0 else "")
