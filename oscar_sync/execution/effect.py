"""Waiting for the effect of a write whose answer did not come: the server may be at work yet.

Nothing is sent a second time while the first one may still run, and nothing is judged before.
"""

from collections.abc import Callable
from typing import Final

from oscar_sync.execution.run import NotVerifiedError, Run
from oscar_sync.execution.sender import ReachError, Reply
from oscar_sync.model.form import Form
from oscar_sync.model.state import BucketFacts, LiveService
from oscar_sync.semantics.buckets import created_by_post
from oscar_sync.semantics.hooks import wanted_hooks
from oscar_sync.semantics.restarts import effect_wait_s

POLL_S: Final = 1.0
"""A GET by name costs the server two of the five calls that it may make a second."""

Buckets = tuple[BucketFacts, ...] | None
"""None where they could not be listed."""


def wait_for_effect(run: Run, reply: Reply, restarts: int, is_decided: Callable[[], bool]) -> None:
    """Return once *is_decided*, or when the server's time for the write is over."""
    # At once where the answer to the write came: then its work has ended. *restarts* is how often
    # it restarts the store.
    if not reply.may_still_run:
        return
    left_s = effect_wait_s(restarts)
    while not is_decided() and left_s > 0:
        run.parts.sleep(POLL_S)
        left_s -= POLL_S


def made_by_post(run: Run, form: Form, reply: Reply) -> tuple[LiveService | None, Buckets]:
    """Return the service and the buckets after a POST of *form*, as far as they are made.

    The service shows at once, its buckets and their notifications some seconds later.

    Raises:
        NotVerifiedError: the service is there and a bucket of it did not come.
    """
    seen: tuple[LiveService | None, Buckets] = (None, None)

    def is_whole() -> bool:
        nonlocal seen
        buckets = run.wait_for_store()
        seen = run.read_back(), buckets
        return seen[0] is not None and _has_storage(run, form, buckets)

    if not is_whole():
        wait_for_effect(run, reply, 1, is_whole)
    live, buckets = seen
    missing = _missing(form, buckets)
    if reply.may_still_run and live is not None and missing:
        raise NotVerifiedError(
            f"the service exists, and bucket {', '.join(missing)} does not: remove the "
            "service and apply again"
        )
    return seen


def _missing(form: Form, buckets: Buckets) -> list[str]:
    if buckets is None:
        return []
    return sorted(frozenset(created_by_post(form)).difference(bucket.name for bucket in buckets))


def _has_storage(run: Run, form: Form, buckets: Buckets) -> bool:
    if buckets is None or _missing(form, buckets):
        return False
    try:
        return all(run.sees_hook(*place) is not False for place in sorted(wanted_hooks(form)))
    except ReachError:
        return False
