"""What a plan has that the one shown before had not, action by action."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from oscar_sync.model.plan import Action, Blocked, Plan

Entry: TypeAlias = Action | Blocked
"""A line of a plan: what would be done, or is held back."""

Entries: TypeAlias = Mapping[str, Entry]
"""The entries of a plan by the id of their action."""


class News(NamedTuple):
    """Entries that are new, that are others than before, and those that went."""

    new: tuple[Entry, ...] = ()
    changed: tuple[Entry, ...] = ()
    gone: tuple[Entry, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self.new or self.changed or self.gone)


def entries_of(plan: Plan, before: Entries) -> Entries:
    """Return the entries of *plan*; of clusters that were not read, those known from *before*."""
    unread = {cluster.id for cluster in plan.clusters if cluster.problem}
    kept = {name: entry for name, entry in before.items() if action_of(entry).key.cluster in unread}
    now: Iterable[Entry] = (*plan.actions, *plan.blocked)
    return kept | {action_of(entry).id: entry for entry in now}


def news_of(before: Entries, after: Entries) -> News:
    """Return how *after* differs from *before*, in their order.

    Places in files, seconds and counts make no news.
    """
    return News(
        tuple(entry for name, entry in after.items() if name not in before),
        tuple(
            entry
            for name, entry in after.items()
            if name in before and _essence(entry) != _essence(before[name])
        ),
        tuple(entry for name, entry in before.items() if name not in after),
    )


def action_of(entry: Entry) -> Action:
    """Return the action of an entry, held back or not."""
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
