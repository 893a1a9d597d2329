"""``oscar-sync watch``: plans again on each saved change, and with ``--apply`` carries it out."""

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.border import guarded, say, tell_findings
from oscar_sync.cli.carrying import question, signals
from oscar_sync.cli.output import Output, outputs_of, write
from oscar_sync.cli.request import connections_of, plan_options, request_of
from oscar_sync.cli.showing import stdout_paint, text_of
from oscar_sync.cli.telling import Telling
from oscar_sync.errors import InputError, LockedError
from oscar_sync.model.event import Event, Happening
from oscar_sync.model.exits import Exit
from oscar_sync.model.outcome import apply_exit, plan_exit
from oscar_sync.model.plan import ActionKind
from oscar_sync.planning.digest import plan_digest
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.once import ApplyOptions, Pass, Stop, apply_once, locked, plan_once
from oscar_sync.reconcile.watch import Saves
from oscar_sync.render.report import event_line, report_text, summary_line
from oscar_sync.render.words import plural

_CARRIED_OUT: Final = frozenset(
    {ActionKind.CREATE, ActionKind.UPDATE, ActionKind.SEED, ActionKind.HOOK}
)
_NAMES_SHOWN: Final = 5


@click.command("watch")
@given.PATHS
@given.common
@given.planning
@given.measured
@click.option(
    "--apply",
    "is_applying",
    is_flag=True,
    help="Carry out creates, updates and seeds; never a removal.",
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask before the first apply.")
@click.option(
    "--interval",
    type=float,
    default=60.0,
    metavar="SECONDS",
    show_default=True,
    envvar="OSCAR_SYNC_INTERVAL",
    help="Plan again at least so often, for drift.",
)
def command(**options: Any) -> int:
    """Plan again 300 ms after each saved change, and every --interval; Ctrl-C ends."""
    outputs = outputs_of(options["outputs"], ("text", "events"))
    telling = Telling("watch", options["metrics"] or "")
    loop = _Loop(options, outputs[0], telling)
    return guarded(loop.run, outputs, options["color"])


@dataclass(slots=True)
class _Loop:
    """The loop around one pass: what was last shown, and whether applying waits for a save."""

    options: dict[str, Any]
    output: Output
    telling: Telling
    last_digest: str = ""
    is_agreed: bool = False
    waits_for_save: bool = False

    def run(self) -> Exit:
        """Return the exit code: 130 or 143, or that of a first pass that cannot be."""
        request = request_of(self.options)
        desired = desire(request, os.environ)
        folders = [Path(desired.settings.folder), *map(_folder, self.options["paths"])]
        connections = connections_of(self.options)
        saves = Saves(folders)
        try:
            with signals(Stop()) as stop:
                code = self._pass(connections, stop, names=None)
                if code is not None:
                    return code
                while (names := saves.wait(self.options["interval"], stop.event)) is not None:
                    self._pass(connections, stop, names=names)
        finally:
            saves.close()
        code = Exit.TERMINATED if stop.is_terminated else Exit.INTERRUPTED
        if self.output.format == "events":
            write(self.output, summary_line(int(code), None))
        return code

    def _pass(
        self, connections: Connections, stop: Stop, *, names: tuple[str, ...] | None
    ) -> Exit | None:
        """Plan once, show it, and apply; return a code only where the first pass ends the run."""
        self.telling.begin()
        if names:
            self.waits_for_save = False
            self._say(f"saved {_shown(names)}")
        try:
            desired = desire(request_of(self.options), os.environ)
            found = plan_once(desired, plan_options(self.options), connections)
        except InputError as error:
            tell_findings(error.diagnostics, self.options["color"])
            self._say("the files cannot be used; the last good plan stays")
            self.telling.end(Exit.INVALID)
            return None
        if self.options["is_applying"]:
            found = _without_removals(found)
        self._show(found, is_first=names is None)
        self.telling.found(found.draft.plan)
        if self.options["is_applying"] and found.draft.plan.actions and not self.waits_for_save:
            return self._apply(found, connections, stop)
        self.telling.end(plan_exit(found.draft.plan, detailed=False))
        return None

    def _show(self, found: Pass, *, is_first: bool) -> None:
        plan = found.draft.plan
        if plan.digest == self.last_digest and not is_first:
            self._say("planned again: the same")
            return
        self.last_digest = plan.digest
        if self.output.format == "events":
            write(self.output, event_line(Event(Happening.PLAN, message=plan.digest)))
            return
        tell_findings(plan.diagnostics, self.options["color"])
        write(self.output, text_of(plan, self.output, self.options["color"], "watch"))
        sys.stdout.flush()

    def _apply(self, found: Pass, connections: Connections, stop: Stop) -> Exit | None:
        if not self.is_agreed and not self.options["yes"]:
            if not sys.stdin.isatty():
                say("there is no terminal to ask on; give --yes")
                return Exit.NO_TERMINAL
            prompt = question(found.draft.plan)
            if click.prompt(prompt, prompt_suffix=" ", default="", show_default=False,
                            err=True) != "yes":  # fmt: skip
                self.waits_for_save = True
                self.telling.end(Exit.OK)
                self._say("nothing was sent; waiting for the next save")
                return None
        self.is_agreed = True
        self._carry_out(found, connections, stop)
        return None

    def _carry_out(self, found: Pass, connections: Connections, stop: Stop) -> None:
        options = ApplyOptions(self.options["parallelism"], on_event=self._on_event, stop=stop)
        try:
            stack, notes = locked(found, connections.environ)
        except LockedError as error:
            self._say(str(error))
            self.telling.end(Exit.LOCKED)
            return
        for note in notes:
            say(f"note: {note}")
        with stack:
            report = apply_once(found, options, connections)
        code = apply_exit(report)
        self.telling.reported(report)
        self.telling.end(code)
        self.waits_for_save = code in (Exit.STALE, Exit.BLOCKED)
        if self.output.format == "events":
            write(self.output, summary_line(int(code), report))
        else:
            paint = stdout_paint(self.options["color"])
            write(self.output, report_text(report, paint=paint))
        self.last_digest = ""
        sys.stdout.flush()

    def _on_event(self, event: Event) -> None:
        if self.output.format == "events":
            write(self.output, event_line(event))

    def _say(self, text: str) -> None:
        say(f"watch: {text}")


def _folder(path: str) -> Path:
    place = Path(path)
    return place if place.is_dir() else place.parent


def _shown(names: tuple[str, ...]) -> str:
    here = Path.cwd()
    names = tuple(name for name in names if Path(name).exists()) or names
    short = [
        str(Path(name).relative_to(here)) if Path(name).is_relative_to(here) else name
        for name in names[:_NAMES_SHOWN]
    ]
    rest = len(names) - len(short)
    return ", ".join(short) + (f" and {plural(rest, 'more file')}" if rest > 0 else "")


def _without_removals(found: Pass) -> Pass:
    """Return *found* with only what ``watch --apply`` may carry out (product 3)."""
    plan = found.draft.plan
    actions = tuple(
        action for action in plan.actions if action.kind in _CARRIED_OUT and not action.erases
    )
    if len(actions) == len(plan.actions):
        return found
    note = "removals are left out: run oscar-sync apply for them"
    changed = replace(
        plan,
        actions=actions,
        digest=plan_digest(actions, plan.blocked),
        notes=(*plan.notes, note),
    )
    return replace(found, draft=replace(found.draft, plan=changed))
