"""The loop of a watch: wait, plan, show what is new, apply; a pass that fails is not the last."""

import gc
import os
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import click
from msgspec import Struct, field
from msgspec.structs import replace

from oscar_sync.cli.applying import signals
from oscar_sync.cli.border import code_of, say
from oscar_sync.cli.event_lines import summary_line
from oscar_sync.cli.follow import Following, followed
from oscar_sync.cli.output import Output
from oscar_sync.cli.request import connections_of, plan_options, request_of, with_flags
from oscar_sync.cli.run_record import RunRecord
from oscar_sync.cli.screen import Screen
from oscar_sync.cli.showing import stdout_paint
from oscar_sync.cli.watch_apply import How, can_ask, carry_out, is_agreed, put, without_removals
from oscar_sync.cli.watch_feed import WatchFeed
from oscar_sync.cli.watch_outputs import WatchOutputs, saved_words
from oscar_sync.cli.watch_problem import NOT_UPDATED, WatchProblem
from oscar_sync.documents.on_disk import real_path
from oscar_sync.errors import InputError, OscarSyncError, OutputError, RepositoryError
from oscar_sync.manifests.codes import ManifestCode
from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.model.exits import Exit
from oscar_sync.model.material import CreateMaterial
from oscar_sync.model.outcome import apply_exit, plan_exit
from oscar_sync.model.report import Status
from oscar_sync.model.window import opening
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.desire.request import DesireRequest
from oscar_sync.reconcile.memory import WatchMemory
from oscar_sync.reconcile.once import Pass, Stop, plan_once
from oscar_sync.reconcile.reads import Reads, reads_of
from oscar_sync.reconcile.watch import QUIET_S, Saves, Woken


class Watching(Struct, dict=True):
    """The state of a watch: what it plans from, and whether applying waits for a save.

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
    reads: Reads = field(default_factory=Reads)
    settings: str = ""
    is_agreed: bool = False
    waits_for_save: bool = False
    held: str = ""
    has_ended: bool = False

    @cached_property
    def shown(self) -> WatchOutputs:
        return WatchOutputs(self.options, self.outputs, self.screen)

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
        self.shown.begin()
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
            serving = self.feed.serving(saves.wake, Path(settings.folder))
            with signals(self.stop, self.screen.close), serving:
                with self.stop.while_waiting(saves.wake):
                    saves.follow(self._watched(reads_of(self.memory.files)))
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
            reads = self._watched(self.reads)
            with self.stop.while_waiting(saves.wake):
                saves.follow(reads)
                woken = self._waited(saves)
            if self.has_ended:
                return Exit.OK
            code = self.pass_once(request, connections, woken.files)
        return code

    def _watched(self, reads: Reads) -> Reads:
        return self.following.to_watch(reads) if self.following else reads

    def _waited(self, saves: Saves) -> Woken:
        """Return what ended the wait; keys that ask for no pass are answered here."""
        pause_s = self.problem.pause_s()
        until = self.now() + pause_s
        self.screen.stand(self.shown.plan, self.problem.name, pause_s)
        self.feed.waiting(self.problem.sentence, pause_s)
        key = self.screen.pressed if self.screen.is_live else None
        while True:
            woken = saves.wait(until, self.stop.event, key)
            if not woken.key or woken.key == "r":
                return woken
            if woken.key == "q":
                self.has_ended = True
                return woken
            if woken.key == "p":
                self.shown.show_whole()

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
            self.screen.say(saved_words(names, request.cwd))
        try:
            if self.following and names is not None and self.following.update():
                self.waits_for_save = False
            planned = self._planned(request, connections)
        except InputError as error:
            # The files' faults were reported when they came; their correction cannot be fetched.
            if self._failure:
                self.problem.stopped(self._failure)
            else:
                self.problem.unusable(error.diagnostics, self.shown.tell)
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
        is_failing = bool(self.problem.failures)
        self.shown.show(plan, forms, is_first=is_first, is_failing=is_failing)
        self.feed.planned(planned)
        self.record.planned(planned)
        if self.options["is_applying"] and not (self._needs_no_answer or can_ask()):
            return self._nobody_to_ask()  # also with nothing to do: it would end at some later save
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

    @property
    def _needs_no_answer(self) -> bool:
        return self.is_agreed or bool(self.options["yes"])

    def _nobody_to_ask(self) -> Exit:
        self._end(Exit.NO_TERMINAL)
        say("nothing was sent: there is no terminal to ask on; to apply without asking, add --yes")
        return Exit.NO_TERMINAL

    def _apply(self, planned: Pass, connections: Connections) -> Exit | None:
        if not self._needs_no_answer:
            agreed = is_agreed(planned.draft.plan, self.screen)
            if agreed is None:
                return self._nobody_to_ask()
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
        done = [item.action for item in report.results if item.status is Status.DONE]
        self.shown.leave_out(planned.draft.plan, done)
        return None


def _away(file: str) -> Diagnostic:
    return Diagnostic(file, 0, 0, ManifestCode.NO_SUCH_PATH, Severity.ERROR, "", "is missing", "")
