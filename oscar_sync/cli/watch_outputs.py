"""What a watch shows: the first plan whole, then what is new."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct, field
from msgspec.structs import replace

from oscar_sync.cli.border import tell_findings
from oscar_sync.cli.event_lines import event_line
from oscar_sync.cli.output import Output, append, write
from oscar_sync.cli.screen import Screen
from oscar_sync.cli.showing import stdout_paint, text_of
from oscar_sync.cli.watch_apply import put
from oscar_sync.model.action import Action
from oscar_sync.model.amounts import plural
from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.model.event import Event, Happening
from oscar_sync.model.form import Form
from oscar_sync.model.news import Entries, News, entries_of, news_of
from oscar_sync.model.plan import Plan
from oscar_sync.render.news import news_text
from oscar_sync.render.words import safe

_NAMES_SHOWN: Final = 5


class WatchOutputs(Struct):
    """Where a watch writes, and what was shown last: ``plan``, its ``entries``, ``warnings``."""

    options: dict[str, Any]
    outputs: Sequence[Output]
    screen: Screen
    plan: Plan | None = None
    entries: Entries = field(default_factory=dict)
    warnings: frozenset[Diagnostic] = frozenset()

    def begin(self) -> None:
        """Empty the files."""
        for output in self.outputs:
            if output.file:
                write(output, "")

    def show(
        self, plan: Plan, forms: Mapping[str, Form], *, is_first: bool, is_failing: bool
    ) -> None:
        before, self.plan = self.plan, plan
        entries = entries_of(plan, forms, self.entries)
        news = news_of(self.entries, entries)
        self.entries = entries
        self.tell(plan.diagnostics)
        self.warnings = frozenset(map(_unplaced, plan.diagnostics))
        if before is None or before.digest != plan.digest:
            planned = Event(Happening.PLAN, message=plan.digest)
            put(self.outputs, "events", lambda: event_line(planned))
        known = _remarks(before) if before else ()
        notes = [note for note in _remarks(plan) if note not in known]
        if is_first or before is None:
            self.show_whole()
        elif news or notes:
            for output in self.outputs:
                if output.format == "text":
                    append(output, self._news(news, plan, notes, output))
        elif not (self.screen.is_live or self.options["quiet"] or is_failing):
            self.screen.say("planned again: the same")

    def show_whole(self) -> None:
        if self.plan is None:
            return
        verbose = bool(self.options["verbose"])
        for output in self.outputs:
            if output.format == "text":
                text = text_of(self.plan, output, self.options["color"], "watch", verbose=verbose)
                append(output, text)

    def tell(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Write errors, and warnings that are new; one that moved within its file is not."""
        told, self.warnings = self.warnings, self.warnings.union(map(_unplaced, diagnostics))
        new = [
            one
            for one in diagnostics
            if one.severity is Severity.ERROR or _unplaced(one) not in told
        ]
        if new:
            tell_findings(new, self.options["color"])

    def leave_out(self, plan: Plan, done: Sequence[Action]) -> None:
        """Take what was carried out of *plan* from what was shown."""
        names = {action.id for action in done}
        self.entries = {name: one for name, one in self.entries.items() if name not in names}
        self.plan = replace(plan, actions=tuple(one for one in plan.actions if one.id not in names))

    def _news(self, news: News, plan: Plan, notes: list[str], output: Output) -> str:
        if output.file:
            return news_text(news, plan, notes)
        paint = stdout_paint(self.options["color"])
        return news_text(news, plan, notes, paint=paint)


def saved_words(names: tuple[str, ...], cwd: str) -> str:
    """Return what to say of files that were saved or are gone."""
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


def _remarks(plan: Plan) -> tuple[str, ...]:
    left = (f"{item.key}   {item.message}" for item in plan.left_alone)
    return (*plan.notes, *left)


def _unplaced(one: Diagnostic) -> Diagnostic:
    return replace(one, line=0, column=0, snippet="")
