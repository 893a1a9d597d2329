"""What is asked of the clusters for a survey: in many threads, as long as somebody answers."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from datetime import datetime
from functools import partial
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.errors import ClusterError
from oscar_sync.model.finding import Examination
from oscar_sync.model.identity import BucketName, ClusterId, ServiceKey, ServiceName
from oscar_sync.model.lookup import Lookups
from oscar_sync.model.state import BucketCount, ClusterView, DeploymentState
from oscar_sync.model.status import ClusterStatus
from oscar_sync.model.survey import Survey
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.examine import contexts_of, examination_of
from oscar_sync.reconcile.look_up import look_up
from oscar_sync.reconcile.once import Pass
from oscar_sync.reconcile.started import started
from oscar_sync.reconcile.status import AT_ONCE, PlannedStatus, States, deployment_of
from oscar_sync.semantics.answers import ENDED_JOBS
from oscar_sync.semantics.buckets import used_buckets


class LookPace(Struct, frozen=True):
    """What is known is shown every ``every_s``; a cluster is left after ``silent_s`` of silence."""

    every_s: float = 20.0
    silent_s: float = 30.0

    @classmethod
    def of(cls, connections: Connections) -> "LookPace":
        """Return the usual pace; half of ``--timeout`` is silence: other clusters wait for it."""
        return cls(silent_s=connections.read_timeout_s / 2)


_CLUSTERS: Final = 8
"""More threads take more time of the processor for the same requests."""

Tell: TypeAlias = Callable[[Exception], None]


def silent_problem(silent_s: float) -> str:
    return f"no answer for {silent_s:g} s; a slower cluster needs a longer --timeout"


def unexpected_problem(error: Exception) -> str:
    # Its text may hold anything; where it came from is in the log.
    return f"unexpected {type(error).__name__}; the log of this watch says where"


class Gathering:
    """What was found so far; many threads put in their answers.

    ``answered_at`` is when the last of them came, by the monotonic clock.
    """

    def __init__(
        self,
        planned: Pass,
        at: datetime,
        connections: Connections,
        is_over: Callable[[], bool],
        tell: Tell,
    ) -> None:
        self._planned, self._at = planned, at
        self._connections, self._is_over, self._tell = connections, is_over, tell
        self.answered_at = time.monotonic()
        self._peers = contexts_of(planned.desired, planned.views)
        self._status = PlannedStatus(planned)
        self._shown = {key for one in self._status.statuses({}) for key in _shown(one)}
        self._lock = threading.Lock()
        self._left = {view.cluster.id: self._questions(view) for view in planned.views}
        self._answered_at = dict.fromkeys(self._left, 0.0)
        self._problems: dict[ClusterId, str] = {}
        self._silent: set[ClusterId] = set()
        self._examinations: dict[ClusterId, Examination] = {}
        self._states: dict[ClusterId, dict[ServiceName, DeploymentState]] = {}
        self._contents: dict[tuple[ClusterId, BucketName], BucketCount | None] = {}
        self._running: dict[ServiceKey, int] = {}

    def asked(self, pace: LookPace) -> Iterator[None]:
        """Ask everything; yield at its *pace* until each cluster has answered or is silent.

        Raises:
            Exception: an answer made this program fail, and ``tell`` raises.
        """
        # Threads of a silent cluster are left behind, so that no number of such clusters keeps the
        # others from being asked; they end with their requests.
        waiting = list(reversed(self._planned.views))
        active: dict[ClusterId, list[Future[None]]] = {}
        shown_at = time.monotonic()
        while (waiting or active) and not self._is_over():
            while waiting and len(active) < _CLUSTERS:
                view = waiting.pop()
                self._answered_at[view.cluster.id] = time.monotonic()
                asking = [started(partial(self._ask, view)) for _ in range(AT_ONCE)]
                active[view.cluster.id] = asking
            futures = [one for some in active.values() for one in some if not one.done()]
            wait(futures, min(pace.every_s, pace.silent_s), FIRST_COMPLETED)
            for cluster, asking in list(active.items()):
                if all(one.done() for one in asking):
                    del active[cluster]
                    for one in asking:
                        one.result()
                elif time.monotonic() - self._answered_at[cluster] >= pace.silent_s:
                    del active[cluster]
                    self._leave(cluster, silent_problem(pace.silent_s))
            if (waiting or active) and time.monotonic() - shown_at >= pace.every_s:
                yield
                shown_at = time.monotonic()

    def _leave(self, cluster: ClusterId, problem: str) -> None:
        with self._lock:
            self._silent.add(cluster)
            self._problems[cluster] = problem

    def _ask(self, view: ClusterView) -> None:
        """Ask what is left to ask of a cluster, one after another."""
        cluster = view.cluster.id
        while not self._is_over():
            try:
                with self._lock:
                    is_left = cluster not in self._silent
                    question = next(self._left[cluster], None) if is_left else None
                if question is None:
                    return
                question()
            except Exception as error:  # noqa: BLE001 - the other questions are asked all the same
                if cluster in self._silent:
                    return
                with self._lock:
                    self._problems[cluster] = unexpected_problem(error)
                self._tell(error)
            with self._lock:
                if cluster not in self._silent:
                    self.answered_at = self._answered_at[cluster] = time.monotonic()

    def survey(self, *, is_whole: bool) -> Survey:
        with self._lock:
            states = {cluster: dict(known) for cluster, known in self._states.items()}
            contents, running = dict(self._contents), dict(self._running)
            problems, examinations = dict(self._problems), dict(self._examinations)
        clusters = self._status.statuses(states)
        if not is_whole:
            clusters = tuple(_without_unasked(one, states) for one in clusters)
        clusters = tuple(_with_problem(one, states, problems) for one in clusters)
        examined = self._examined(examinations, problems, is_whole=is_whole)
        return Survey(self._at, self._planned.read_at, clusters, tuple(examined), contents,
                      running, is_whole=is_whole)  # fmt: skip

    def _examined(
        self,
        examinations: Mapping[ClusterId, Examination],
        problems: Mapping[ClusterId, str],
        *,
        is_whole: bool,
    ) -> Iterator[Examination]:
        for view in self._planned.views:
            cluster = view.cluster
            if cluster.id in examinations:
                yield examinations[cluster.id]
            elif is_whole:
                yield Examination(cluster, view.version, problem=problems.get(cluster.id, ""))

    def _questions(self, view: ClusterView) -> Iterator[Callable[[], None]]:
        """Yield what to ask of a cluster, service after service."""
        yield partial(self._examine, view)
        if not view.is_read:
            return
        asked, known = set(self._status.asked(view)), set[BucketName]()
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

    def _examine(self, view: ClusterView) -> None:
        found = examination_of(view, self._planned.desired, self._connections, self._peers)
        with self._lock:
            self._examinations[view.cluster.id] = found

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


def _with_problem(
    status: ClusterStatus, states: States, problems: Mapping[ClusterId, str]
) -> ClusterStatus:
    """Return *status* with the problem that a cluster had while it was asked.

    Services whose state is not known are left out, and shown as not looked at.
    """
    problem = problems.get(status.cluster.id, "")
    return replace(_without_unasked(status, states), problem=problem) if problem else status
