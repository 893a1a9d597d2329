"""Storage that the settings declare, around the services that use it."""

from collections.abc import Callable, Sequence

from oscar_sync.planning.context import Context
from oscar_sync.planning.decision import Decision
from oscar_sync.planning.declared_buckets import decide_buckets, decide_seeds_of_buckets
from oscar_sync.planning.declared_volumes import decide_volumes
from oscar_sync.planning.restored_buckets import decide_again

_Written = tuple[list[Decision], list[str]]


def decide_with_storage(
    context: Context,
    decide_written: Callable[[], _Written],
    removals: Sequence[Decision],
    *,
    is_full: bool,
    with_seeds: bool,
) -> _Written:
    """Return what :func:`decide_written` does, with buckets and volumes before and after it."""
    # What services attach must be known to be there then, and what their updates and *removals*
    # take away from a bucket is given again afterwards.
    early = [
        *decide_buckets(context, is_full=is_full),
        *decide_volumes(context, is_full=is_full),
    ]
    written, notes = decide_written()
    decisions = decide_again(context, early, written, removals)
    if with_seeds:
        decisions += decide_seeds_of_buckets(context, early, is_full=is_full)
    return decisions, notes
