"""A look at the clusters of a plan for a board: states, findings, contents of buckets, jobs."""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime
from functools import partial
from typing import Final

from msgspec.structs import replace

from oscar_sync.errors import ClusterError
from oscar_sync.model.identity import BucketName, ClusterId, ServiceKey, ServiceName
from oscar_sync.model.lookup import Lookups
from oscar_sync.model.state import BucketCount, ClusterView, DeploymentState
from oscar_sync.model.status import ClusterStatus
from oscar_sync.model.survey import Survey
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.examine import examinations_of
from oscar_sync.reconcile.observe import look_up, observe
from oscar_sync.reconcile.once import Pass
from oscar_sync.reconcile.started import started
from oscar_sync.reconcile.status import AT_ONCE, Sight, States, deployment_of
from oscar_sync.semantics.answers import ENDED_JOBS
from oscar_sync.semantics.buckets import used_buckets

EVERY_S: Final = 20.0
_THREADS: Final = 8 * AT_ONCE
"""More of them take more time of the processor for the same requests."""


def _never() -> bool:
    return False


def surveys(
    planned: Pass,
    connections: Connections,
    is_over: Callable[[], bool] = _never,
    every_s: float = EVERY_S,
) -> Iterator[Survey]:
    """Yield how the clusters of *planned* stand: what is known every *every_s*, and the whole.

    Nothing is written; what fails is left out. Once *is_over*, no more is asked or yielded.
    """
    # One request a service for its state, one for its jobs, one listing a bucket: who calls this
    # in a loop leaves pauses (`cli.watch_board`).
    at = datetime.now(UTC)
    # Read again: *connections* are not those of the plan, which goes on in another thread.
    fresh = observe(planned.desired.settings.clusters, connections)
    listed = [started(partial(_with_declared, view, planned, connections)) for view in fresh]
    seen = tuple(view.result() for view in listed)
    look = _Look(replace(planned, views=seen), at, connections, is_over)
    with ThreadPoolExecutor(_THREADS) as pool:
        asking = [pool.submit(look.ask, view) for view in seen for _ in range(AT_ONCE)]
        while wait(asking, every_s).not_done and not is_over():
            yield look.survey(is_whole=False)
    for one in asking:
        one.result()
    if not is_over():
        yield look.survey(is_whole=True)


class _Look:
    """What was found so far; many threads put in their answers."""

    def __init__(
        self, planned: Pass, at: datetime, connections: Connections, is_over: Callable[[], bool]
    ) -> None:
        self._planned, self._at = planned, at
        self._connections, self._is_over = connections, is_over
        self._examinations = examinations_of(planned.desired, planned.views, connections)
        self._sight = Sight(planned)
        self._shown = {key for one in self._sight.statuses({}) for key in _shown(one)}
        self._lock = threading.Lock()
        self._left = {view.cluster.id: self._questions(view) for view in planned.views}
        self._states: dict[ClusterId, dict[ServiceName, DeploymentState]] = {}
        self._contents: dict[tuple[ClusterId, BucketName], BucketCount | None] = {}
        self._running: dict[ServiceKey, int] = {}

    def ask(self, view: ClusterView) -> None:
        """Ask what is left to ask of a cluster, one after another."""
        while not self._is_over():
            with self._lock:
                question = next(self._left[view.cluster.id], None)
            if question is None:
                return
            question()

    def survey(self, *, is_whole: bool) -> Survey:
        with self._lock:
            states = {cluster: dict(known) for cluster, known in self._states.items()}
            contents, running = dict(self._contents), dict(self._running)
        clusters = self._sight.statuses(states)
        if not is_whole:
            clusters = tuple(_without_unasked(one, states) for one in clusters)
        return Survey(self._at, self._planned.read_at, clusters, self._examinations, contents,
                      running, is_whole=is_whole)  # fmt: skip

    def _questions(self, view: ClusterView) -> Iterator[Callable[[], None]]:
        """Yield what to ask of a cluster, service after service."""
        if not view.is_read:
            return
        asked, known = set(self._sight.asked(view)), set[BucketName]()
        for name, live in view.services.items():
            if name in asked:
                yield partial(self._ask_state, view, name)
            if live.key in self._shown:
                yield partial(self._count_jobs, view, live.key)
                yield from self._counts(view, used_buckets(live.form), known)
        declared = self._planned.desired.settings.buckets_on(view.cluster.id)
        there = {BucketName(one.which.name) for one in declared}.intersection(view.buckets or {})
        yield from self._counts(view, sorted(there), known)

    def _counts(
        self, view: ClusterView, buckets: Iterable[BucketName], known: set[BucketName]
    ) -> Iterator[Callable[[], None]]:
        for bucket in buckets:
            if bucket not in known:
                known.add(bucket)
                yield partial(self._count_objects, view, bucket)

    def _ask_state(self, view: ClusterView, name: ServiceName) -> None:
        state = deployment_of(view, name, self._connections)
        with self._lock:
            self._states.setdefault(view.cluster.id, {})[name] = state

    def _count_objects(self, view: ClusterView, bucket: BucketName) -> None:
        counted = look_up(view, Lookups(counts={bucket}), self._connections).counts.get(bucket)
        with self._lock:
            self._contents[view.cluster.id, bucket] = counted

    def _count_jobs(self, view: ClusterView, key: ServiceKey) -> None:
        jobs = self._connections.to(view.cluster).api.jobs(key.name)
        with contextlib.suppress(ClusterError):
            count = sum(job.status not in ENDED_JOBS for job in jobs)
            if count:
                with self._lock:
                    self._running[key] = count


def _shown(status: ClusterStatus) -> Iterator[ServiceKey]:
    """Yield the services of the files and of this set that are there."""
    for service in status.services:
        if service.form is not None and (service.is_ours or service.has_drifted is not None):
            yield service.key


def _without_unasked(status: ClusterStatus, states: States) -> ClusterStatus:
    known = states.get(status.cluster.id, {})
    services = tuple(one for one in status.services if one.form is None or one.key.name in known)
    return replace(status, services=services)


def _with_declared(view: ClusterView, planned: Pass, connections: Connections) -> ClusterView:
    """Return *view* with the list of buckets, where any are declared for its cluster."""
    is_asked = view.is_read and planned.desired.settings.buckets_on(view.cluster.id)
    return look_up(view, Lookups(buckets=True), connections) if is_asked else view
