"""A look at the clusters of a plan for a board: states, findings, contents of buckets, jobs."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Final

from msgspec.structs import replace

from oscar_sync.errors import ClusterError
from oscar_sync.model.identity import BucketName, ClusterId, ServiceKey
from oscar_sync.model.lookup import Lookups
from oscar_sync.model.state import BucketCount, ClusterView
from oscar_sync.model.status import ClusterStatus
from oscar_sync.model.survey import Survey
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.examine import examinations_of
from oscar_sync.reconcile.observe import look_up, observe
from oscar_sync.reconcile.once import Pass
from oscar_sync.reconcile.status import statuses_of
from oscar_sync.semantics.answers import ENDED_JOBS
from oscar_sync.semantics.buckets import used_buckets

_AT_ONCE: Final = 4


def survey(planned: Pass, connections: Connections) -> Survey:
    """Return how the clusters of *planned* stand. Nothing is written; what fails is left out."""
    # One request a service for its state, one for its jobs, one listing a bucket: who calls this
    # in a loop leaves pauses (`cli.watch_board`).
    at = datetime.now(UTC)
    # Read again: *connections* are not those of the plan, which goes on in another thread.
    fresh = observe(planned.desired.settings.clusters, connections)
    seen = tuple(_with_declared(view, planned, connections) for view in fresh)
    planned = replace(planned, views=seen)
    clusters = statuses_of(planned, connections)
    shown = {key for status in clusters for key in _shown(status)}
    views = [view for view in planned.views if view.is_read]
    contents: dict[tuple[ClusterId, BucketName], BucketCount | None] = {}
    running: dict[ServiceKey, int] = {}
    for view in views:
        contents |= _contents(view, shown, planned, connections)
        running |= _running(view, shown, connections)
    examinations = examinations_of(planned.desired, planned.views, connections)
    return Survey(at, planned.read_at, clusters, examinations, contents, running)


def _shown(status: ClusterStatus) -> Iterator[ServiceKey]:
    """Yield the services of the files and of this set that are there."""
    for service in status.services:
        if service.form is not None and (service.is_ours or service.has_drifted is not None):
            yield service.key


def _with_declared(view: ClusterView, planned: Pass, connections: Connections) -> ClusterView:
    """Return *view* with the list of buckets, where any are declared for its cluster."""
    is_asked = view.is_read and planned.desired.settings.buckets_on(view.cluster.id)
    return look_up(view, Lookups(buckets=True), connections) if is_asked else view


def _contents(
    view: ClusterView, shown: set[ServiceKey], planned: Pass, connections: Connections
) -> Mapping[tuple[ClusterId, BucketName], BucketCount | None]:
    declared = (
        BucketName(one.which.name) for one in planned.desired.settings.buckets_on(view.cluster.id)
    )
    buckets = {name for name in declared if name in (view.buckets or {})}
    buckets |= {
        bucket
        for live in view.services.values()
        if live.key in shown
        for bucket in used_buckets(live.form)
    }
    if not buckets:
        return {}
    counted = look_up(view, Lookups(counts=buckets), connections).counts
    return {(view.cluster.id, bucket): counted.get(bucket) for bucket in buckets}


def _running(
    view: ClusterView, shown: set[ServiceKey], connections: Connections
) -> Mapping[ServiceKey, int]:
    api = connections.to(view.cluster).api

    def running(key: ServiceKey) -> int:
        try:
            return sum(job.status not in ENDED_JOBS for job in api.jobs(key.name))
        except ClusterError:
            return 0

    keys = [live.key for live in view.services.values() if live.key in shown]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        counts = dict(zip(keys, pool.map(running, keys), strict=True))
    return {key: count for key, count in counts.items() if count}
