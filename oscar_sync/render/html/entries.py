"""Services as entries that unfold: what differs, what is kept and erased, what was done."""

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.model.action import Action, ActionKind, Category
from oscar_sync.model.field import Json
from oscar_sync.model.field_change import FieldChange
from oscar_sync.model.plan import Blocked, Plan
from oscar_sync.model.report import ActionResult, RunReport, Status
from oscar_sync.model.step import Do
from oscar_sync.render.changes import in_words, is_script, live_and_wanted
from oscar_sync.render.cutting import CUT, DocumentBlock
from oscar_sync.render.drift import moved, origin_lines
from oscar_sync.render.html.code import lines_of, side_by_side
from oscar_sync.render.markup import rendered
from oscar_sync.render.plan_text import step_lines
from oscar_sync.render.subject import Subject
from oscar_sync.render.words import erased, headline, kept_lines, outcome_headline, value

_OPEN: Final = 40
"""With more entries than these only what wants attention is unfolded."""
_ONE_LINE: Final = 60
_LONGEST: Final = 200
_NAMED: Final = 6
_BELOW: Final = "see below"
_RISKY: Final = (ActionKind.REMOVE, ActionKind.REPLACE, ActionKind.RENAME, ActionKind.ERASE)
_WORDS: Final[dict[str, str]] = {ActionKind.HOOK: "notifications"}
_NEW: Final = (ActionKind.SEED, *(kind for kind in ActionKind if kind.is_creation))


class FieldRow(Struct, frozen=True):
    path: str
    place: str
    cells: tuple[tuple[str, str], ...]


class Details(Struct, frozen=True):
    """What an entry unfolds to. ``messages`` end in a term in code, if any."""

    messages: tuple[tuple[str, str], ...] = ()
    log: tuple[str, ...] = ()
    place: str = ""
    erases: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[FieldRow, ...] = ()
    beside: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


_NOTHING: Final = Details()


class Entry(Struct, frozen=True):
    """One service's part: its cluster, the word of its badge, which is its filter, and its tone.

    ``fields`` names what is sent or differs.
    """

    cluster: str
    name: str
    word: str
    tone: str
    title: str
    details: Callable[[], Details] = Details
    fields: str = ""
    was_due: bool = False

    @property
    def filter(self) -> str:
        return slug(self.word)

    def block(self, *, is_open: bool) -> DocumentBlock:
        def whole() -> str:
            details = self.details()
            return self._html(None if details == _NOTHING else details, is_open=is_open)

        return DocumentBlock(self.word, whole, self._html(None, cut=CUT))

    def _html(self, details: Details | None, *, is_open: bool = False, cut: str = "") -> str:
        return rendered("entry.html", entry=self, details=details, is_open=is_open, cut=cut)


def slug(word: str) -> str:
    return word.replace(" ", "-")


def entries_of(subject: Subject) -> list[Entry]:
    """Return one entry for each action, the worst first, then what was left alone or not read."""
    plan = subject.plan
    if subject.is_drift:
        return [*map(_moved, moved(plan)), *_rest(plan)]
    results = _results(subject.report)
    risky = plan.of_category(Category.DELETED)
    calm = [action for action in plan.actions if action.category is not Category.DELETED]
    return [
        *(_planned(action, results.get(action.id)) for action in risky),
        *(replace(_blocked(one), was_due=plan.was_due(one.action)) for one in plan.blocked),
        *(
            replace(_planned(action, results.get(action.id)), was_due=plan.was_due(action))
            for action in calm
        ),
        *_rest(plan),
    ]


def blocks_of(entries: Sequence[Entry], count: int) -> list[DocumentBlock]:
    """Return the blocks of *entries*; where *count* is large, those that are calm stay folded."""
    is_few = count <= _OPEN
    return [entry.block(is_open=is_few or entry.tone == "bad") for entry in entries]


def _results(report: RunReport | None) -> dict[str, ActionResult]:
    return {result.action.id: result for result in report.results} if report else {}


def _rest(plan: Plan) -> list[Entry]:
    alone = [
        Entry(item.key.cluster, item.key.name, "left alone", "warn", item.message)
        for item in plan.left_alone
    ]
    lost = [
        Entry(item.key.cluster, item.key.name, "not planned", "bad", item.reason)
        for item in plan.not_planned
    ]
    return alone + lost


def _planned(action: Action, result: ActionResult | None) -> Entry:
    category = action.category
    tone = _tone(action)
    word = _WORDS.get(action.kind, action.kind) if category is Category.CHANGED else category
    if result is not None:
        word = result.status
        tone = {Status.DONE: "good", Status.SKIPPED: "warn"}.get(result.status, "bad")

    title = outcome_headline(result) if result else headline(action)

    def details() -> Details:
        shown = _of_action(action)
        if result is None:
            return shown
        messages = [(result.message, "")] if result.message else []
        messages += [(f"warning: {warning}", "") for warning in result.warnings]
        return replace(shown, messages=tuple(messages), log=tuple(result.log))

    return Entry(
        action.key.cluster,
        action.key.name,
        str(word),
        tone,
        "" if str(word).startswith(title) else title,
        details,
        _named(action.changes),
    )


def _tone(action: Action) -> str:
    if action.category is Category.DELETED:
        return "bad"
    if action.category is Category.DRIFTED or action.kind in _RISKY:
        return "warn"
    return "good" if action.kind in _NEW else "edit"


def _named(changes: Sequence[FieldChange]) -> str:
    names = [change.path for change in changes]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])[:_LONGEST]}{more}"


def _blocked(item: Blocked) -> Entry:
    title = f"{item.action.kind}: {item.message}"

    def details() -> Details:
        ways = [(f"to continue: {way}", "") for way in item.ways_out]
        return replace(
            _of_action(item.action, verb="would delete"),
            messages=(("reason: ", str(item.code)), *ways),
        )

    key = item.action.key
    named = _named(item.action.changes)
    return Entry(key.cluster, key.name, "blocked", "bad", title, details, named)


def _moved(action: Action) -> Entry:
    cluster, name = action.key.cluster, action.key.name
    if action.kind.is_creation:
        return Entry(cluster, name, "missing", "bad", action.reason)
    if action.kind is ActionKind.HOOK:
        targets = ", ".join(step.target for step in action.steps)
        remedy = Details(messages=(("remedy: ", "oscar-sync apply --hooks"),))
        return Entry(cluster, name, "notifications", "warn", targets, lambda: remedy)
    changes = [change for change in action.changes if change.cause.is_drift]

    def details() -> Details:
        return _compared(Details(notes=tuple(origin_lines(action))), changes, action)

    return Entry(cluster, name, "drifted", "warn", "", details, _named(changes))


def loss_lines(subject: Subject) -> list[str]:
    """Return a line for each bucket, volume and object that the plan deletes, with its service.

    Of an apply, each begins with what became of it.
    """
    results = _results(subject.report)
    return [
        f"{f'{results[action.id].status}: ' if action.id in results else ''}"
        f"{action.key} deletes {what}"
        for action in subject.plan.of_category(Category.DELETED)
        for what in (
            *map(erased, action.erases),
            *(f"object {step.target}" for step in action.steps if step.do is Do.DELETE_OBJECT),
        )
    ]


def _of_action(action: Action, *, verb: str = "deletes") -> Details:
    details = Details(
        place=str(action.origin) if action.origin else "",
        erases=tuple(f"{verb} {erased(item)}" for item in action.erases),
        keeps=tuple(f"keeps {line}" for line in kept_lines(action)),
        notes=(*step_lines(action), *action.notes),
    )
    shown = _sent if action.kind.is_new_name else _compared
    return shown(details, action.changes, action)


def _compared(details: Details, changes: Sequence[FieldChange], action: Action) -> Details:
    long = [change for change in changes if _is_long(change)]
    return replace(
        details,
        columns=("live", "wanted", "cause") if changes else (),
        rows=tuple(_row(change, is_long=change in long) for change in changes),
        beside=_beside(long, action),
    )


def _sent(details: Details, changes: Sequence[FieldChange], action: Action) -> Details:
    rows = [
        FieldRow(change.path, _place(change), (("sent", in_words(change)),)) for change in changes
    ]
    long = [change for change in changes if _is_long(change)]
    return replace(
        details, columns=("sent",) if rows else (), rows=tuple(rows), beside=_beside(long, action)
    )


def _place(change: FieldChange) -> str:
    return str(change.origin) if change.origin else ""


def _is_long(change: FieldChange) -> bool:
    return not change.is_sensitive and (
        is_script(change.path) or _needs_lines(change.before) or _needs_lines(change.after)
    )


def _needs_lines(content: Json) -> bool:
    if isinstance(content, str):
        return "\n" in content.strip() or len(content) > _ONE_LINE
    return isinstance(content, list | dict) and len(value(content)) > _ONE_LINE


def _row(change: FieldChange, *, is_long: bool) -> FieldRow:
    sides = (change.before, change.after)
    live, wanted = (
        (_BELOW if lines_of(side) else value(side) for side in sides)
        if is_long
        else live_and_wanted(change)
    )
    cells = (("live", live), ("wanted", wanted), ("cause", change.cause.value))
    return FieldRow(change.path, _place(change), cells)


def _beside(changes: Sequence[FieldChange], action: Action) -> tuple[tuple[str, str], ...]:
    return tuple(
        (
            change.path,
            side_by_side(change.before, change.after, f"{change.path} of {action.key}"),
        )
        for change in changes
    )
