"""Services as entries that unfold: what differs, what is kept and erased, what was done."""

import html
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from msgspec import Struct

from oscar_sync.model.field import Json
from oscar_sync.model.plan import Action, ActionKind, Blocked, Category, FieldChange, Plan
from oscar_sync.model.report import ActionResult, RunReport, Status
from oscar_sync.render.changes import in_words, is_script, live_and_wanted
from oscar_sync.render.cutting import CUT, Block
from oscar_sync.render.drift import moved
from oscar_sync.render.html.code import side_by_side
from oscar_sync.render.plan_text import step_lines
from oscar_sync.render.subject import Subject
from oscar_sync.render.words import erased, headline, kept, outcome_headline, safe, value

_OPEN: Final = 40
"""With more entries than these only what wants attention is unfolded."""
_ONE_LINE: Final = 60
_BAD: Final = (ActionKind.REMOVE, ActionKind.REPLACE, ActionKind.ERASE)


class Entry(Struct, frozen=True):
    """One service's part: its cluster, the word of its badge, which is its filter, and its tone."""

    cluster: str
    name: str
    word: str
    tone: str
    title: str
    body: Callable[[], Sequence[str]] = tuple

    def block(self, *, is_open: bool) -> Block:
        """Return it as HTML, and in brief."""
        name = text(f"{self.cluster}/{self.name}")
        mark = f'class="entry {self.tone} k-{slug(self.word)}" data-name="{name}"'
        badge = f'<span class="badge">{text(self.word)}</span>'
        head = f"{badge}<strong>{text(self.name)}</strong> {self.title}"
        plain = f"<div {mark}>{head}</div>"
        brief = f'<div {mark}>{head} <span class="dim">{CUT}</span></div>'
        unfolded = " open" if is_open else ""

        def whole() -> str:
            body = "".join(self.body())
            if not body:
                return plain
            return f"<details {mark}{unfolded}><summary>{head}</summary>{body}</details>"

        return Block(self.word, whole, brief)


def text(words: object) -> str:
    """Return *words* as HTML text, safe everywhere."""
    return html.escape(safe(str(words)))


def slug(word: str) -> str:
    """Return *word*, one of ours, as a part of a class's name."""
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
        *map(_blocked, plan.blocked),
        *(_planned(action, results.get(action.id)) for action in calm),
        *_rest(plan),
    ]


def blocks_of(entries: Sequence[Entry]) -> list[Block]:
    """Return the blocks of *entries*; where they are many, those that are calm stay folded."""
    is_few = len(entries) <= _OPEN
    return [entry.block(is_open=is_few or entry.tone == "bad") for entry in entries]


def _results(report: RunReport | None) -> dict[str, ActionResult]:
    return {result.action.id: result for result in report.results} if report else {}


def _rest(plan: Plan) -> list[Entry]:
    alone = [
        Entry(item.key.cluster, item.key.name, "left alone", "warn", text(item.message))
        for item in plan.left_alone
    ]
    lost = [
        Entry(item.key.cluster, item.key.name, "not planned", "bad", text(item.reason))
        for item in plan.not_planned
    ]
    return alone + lost


def _planned(action: Action, result: ActionResult | None) -> Entry:
    category = action.category
    tone = "warn" if category is Category.DRIFTED or action.kind in _BAD else "good"
    if category is Category.DELETED:
        tone = "bad"
    word = str(action.kind) if category is Category.CHANGED else str(category)
    if result is not None:
        word = str(result.status)
        tone = {Status.DONE: "good", Status.SKIPPED: "warn"}.get(result.status, "bad")

    words = outcome_headline(result) if result else headline(action)

    def body() -> list[str]:
        return [*(_result(result) if result else []), *_body(action)]

    return Entry(action.key.cluster, action.key.name, word, tone, text(words), body)


def _blocked(item: Blocked) -> Entry:
    title = f"{text(item.action.kind)}: {text(item.message)}"
    ways = [f"way out: {text(way)}" for way in item.ways_out]

    def body() -> list[str]:
        reason = _list([f"reason: <code>{text(item.code)}</code>", *ways])
        return [reason, *_body(item.action, verb="would delete")]

    return Entry(item.action.key.cluster, item.action.key.name, "blocked", "bad", title, body)


def _moved(action: Action) -> Entry:
    cluster, name = action.key.cluster, action.key.name
    if action.kind is ActionKind.CREATE:
        words = "never created, or deleted on the cluster"
        return Entry(cluster, name, "missing", "bad", words)
    if action.kind is ActionKind.HOOK:
        targets = ", ".join(step.target for step in action.steps)
        remedy = _list(["remedy: <code>oscar-sync apply --hooks</code>"])
        return Entry(
            action.key.cluster,
            action.key.name,
            "notifications",
            "warn",
            text(targets),
            lambda: [remedy],
        )
    changes = [change for change in action.changes if change.cause.is_drift]
    names = text(", ".join(change.path for change in changes)[:200])
    return Entry(
        action.key.cluster,
        action.key.name,
        "drifted",
        "warn",
        names,
        lambda: _changes(changes, action),
    )


def _result(result: ActionResult) -> list[str]:
    items = [text(result.message)] if result.message else []
    items += [f"warning: {text(warning)}" for warning in result.warnings]
    logs = "\n".join(text(line) for line in result.log)
    return [_list(items), *([f"<pre>{logs}</pre>"] if logs else [])]


def _body(action: Action, *, verb: str = "deletes") -> list[str]:
    data = [f'<span class="erases">{verb} {text(erased(item))}</span>' for item in action.erases]
    data += [f'<span class="keeps">keeps {text(kept(item))}</span>' for item in action.keeps]
    notes = [text(note) for note in (*step_lines(action), *action.notes)]
    place = [f'<p class="dim">{text(action.origin)}</p>'] if action.origin else []
    changes = _sent if action.kind is ActionKind.CREATE else _changes
    return [*place, _list(data), *changes(action.changes, action), _list(notes)]


def _list(items: Iterable[str]) -> str:
    rows = "".join(f"<li>{item}</li>" for item in items)
    return f'<ul class="plain">{rows}</ul>' if rows else ""


def _changes(changes: Sequence[FieldChange], action: Action) -> list[str]:
    """Return a table of what differs; what needs several lines stands below it, side by side."""
    long = [change for change in changes if _is_long(change)]
    rows = [_row(change, is_long=change in long) for change in changes]
    if not rows:
        return []
    head = "".join(f'<th scope="col">{name}</th>' for name in ("field", "live", "wanted", "cause"))
    table = (
        f'<table class="stack"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    )
    return [table, *(_beside(change, action) for change in long)]


def _sent(changes: Sequence[FieldChange], action: Action) -> list[str]:
    """Return a table of what a creation sends, and its script below."""
    if not changes:
        return []
    head = "".join(f'<th scope="col">{name}</th>' for name in ("field", "sent"))
    rows = "".join(
        f'<tr>{_field(change)}<td data-of="sent"><code>{text(in_words(change))}</code></td></tr>'
        for change in changes
    )
    table = f'<table class="stack"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    long = [change for change in changes if is_script(change.path) or _is_long(change)]
    return [table, *(_beside(change, action) for change in long)]


def _field(change: FieldChange) -> str:
    place = f'<br><span class="dim">{text(change.origin)}</span>' if change.origin else ""
    return f'<th scope="row"><code>{text(change.path)}</code>{place}</th>'


def _is_long(change: FieldChange) -> bool:
    return not change.is_sensitive and (_needs_lines(change.before) or _needs_lines(change.after))


def _needs_lines(content: Json) -> bool:
    if isinstance(content, str):
        return "\n" in content.strip() or len(content) > _ONE_LINE
    return isinstance(content, list | dict) and len(value(content)) > _ONE_LINE


def _row(change: FieldChange, *, is_long: bool) -> str:
    shown = ("below", "below") if is_long else live_and_wanted(change)
    return (
        f"<tr>{_field(change)}"
        f'<td data-of="live"><code>{text(shown[0])}</code></td>'
        f'<td data-of="wanted"><code>{text(shown[1])}</code></td>'
        f'<td data-of="cause">{text(change.cause.value)}</td></tr>'
    )


def _beside(change: FieldChange, action: Action) -> str:
    caption = f"{change.path} of {action.key}, live and wanted"
    title = f"<h3><code>{text(change.path)}</code></h3>"
    return title + side_by_side(change.before, change.after, caption)
