"""What a plan has that the one shown before had not, action by action."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from msgspec import Struct

from oscar_sync.model.action import Action, ActionKind
from oscar_sync.model.form import Form
from oscar_sync.model.plan import Blocked, Plan

Entry: TypeAlias = Action | Blocked
"""A line of a plan: what would be done, or is blocked."""


class Seen(Struct, frozen=True):
    entry: Entry
    form: Form | None = None


Entries: TypeAlias = Mapping[str, Seen]
"""The entries of a plan by the id of their action."""


class News(Struct, frozen=True):
    new: tuple[Entry, ...] = ()
    changed: tuple[Entry, ...] = ()
    gone: tuple[Entry, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.gone)


def entries_of(plan: Plan, forms: Mapping[str, Form], before: Entries) -> Entries:
    """Return the entries of *plan*; of clusters that were not read, those known from *before*.

    *forms* are what the services will be that are made, by the id of the action.
    """
    unread = {cluster.id for cluster in plan.clusters if cluster.problem}
    kept = {
        name: seen for name, seen in before.items() if action_of(seen.entry).key.cluster in unread
    }
    now: Iterable[Entry] = (*plan.actions, *plan.blocked)
    return kept | {action_of(entry).id: _seen(entry, forms) for entry in now}


def _seen(entry: Entry, forms: Mapping[str, Form]) -> Seen:
    action = action_of(entry)
    makes = action.kind in {ActionKind.CREATE, ActionKind.REPLACE}
    return Seen(entry, forms.get(action.id) if makes else None)


def news_of(before: Entries, after: Entries) -> News:
    """Return how *after* differs from *before*, in their order."""
    # Places in files, seconds and counts make no news.
    return News(
        tuple(seen.entry for name, seen in after.items() if name not in before),
        tuple(
            seen.entry
            for name, seen in after.items()
            if name in before and not _is_same(seen, before[name])
        ),
        tuple(seen.entry for name, seen in before.items() if name not in after),
    )


def _is_same(one: Seen, other: Seen) -> bool:
    return _essence(one.entry) == _essence(other.entry) and one.form == other.form


def action_of(entry: Entry) -> Action:
    return entry.action if isinstance(entry, Blocked) else entry


def _essence(entry: Entry) -> object:
    action = action_of(entry)
    return (
        entry.code if isinstance(entry, Blocked) else "",
        [(one.path, one.op, one.before, one.after, one.cause) for one in action.changes],
        action.steps,
        [item.bucket for item in action.keeps],
        [item.bucket for item in action.erases],
    )
