"""A look at the clusters of a plan for a board: states, findings, contents of buckets, jobs."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from datetime import UTC, datetime
from functools import partial
from typing import NoReturn

from msgspec.structs import replace

from oscar_sync.model.cluster import Cluster
from oscar_sync.model.lookup import Lookups
from oscar_sync.model.state import ClusterView
from oscar_sync.model.survey import Survey
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.gathering import (
    Gathering,
    LookPace,
    Tell,
    silent_problem,
    unexpected_problem,
)
from oscar_sync.reconcile.look_up import look_up
from oscar_sync.reconcile.observe import observe
from oscar_sync.reconcile.once import Pass
from oscar_sync.reconcile.started import started


def _never() -> bool:
    return False


def _raised(error: Exception) -> NoReturn:
    raise error


def surveys(
    planned: Pass,
    connections: Connections,
    is_over: Callable[[], bool] = _never,
    pace: LookPace | None = None,
    tell: Tell = _raised,
) -> Iterator[Survey]:
    """Yield how the clusters of *planned* stand: what is known so far at its *pace*, and the whole.

    Nothing is written; what fails is left out. A cluster that is silent, or whose answer makes this
    program fail, is shown with that problem; *tell* gets the error, and raises it by default. Once
    *is_over*, no more is asked or yielded.
    """
    # One request a service for its state, one for its jobs, one listing a bucket: who calls this
    # in a loop leaves pauses (`cli.watch_board`).
    at, began = datetime.now(UTC), time.monotonic()
    # Read again: *connections* are not those of the plan, which goes on in another thread.
    pace = pace or LookPace.of(connections)
    seen = _seen(planned, connections, pace.silent_s, tell)
    look = Gathering(replace(planned, views=seen), at, connections, is_over, tell)
    for _ in look.asked(pace):
        if not is_over():
            yield look.survey(is_whole=False)
    if not is_over():
        took_s = look.answered_at - began
        yield replace(look.survey(is_whole=True), took_s=max(0.0, took_s))


def _seen(
    planned: Pass, connections: Connections, silent_s: float, tell: Tell
) -> tuple[ClusterView, ...]:
    """Return how each cluster is now; why not is its problem."""
    clusters = planned.desired.settings.clusters
    listed = [started(partial(_listed, one, planned, connections)) for one in clusters]
    wait(listed, silent_s)
    return tuple(
        _view(cluster, future, silent_s, tell)
        for cluster, future in zip(clusters, listed, strict=True)
    )


def _view(
    cluster: Cluster, future: Future[ClusterView], silent_s: float, tell: Tell
) -> ClusterView:
    if not future.done():
        return ClusterView(cluster, problem=silent_problem(silent_s))
    try:
        return future.result()
    except Exception as error:  # noqa: BLE001 - the other clusters are shown all the same
        tell(error)
        return ClusterView(cluster, problem=unexpected_problem(error))


def _listed(cluster: Cluster, planned: Pass, connections: Connections) -> ClusterView:
    """Return *cluster* with the list of buckets, where any are declared for it."""
    (view,) = observe((cluster,), connections)
    is_asked = view.is_read and planned.desired.settings.buckets_on(cluster.id)
    return look_up(view, Lookups(buckets=True), connections) if is_asked else view
