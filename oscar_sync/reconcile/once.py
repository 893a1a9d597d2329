"""One pass through the rooms: desire, observe, plan; and with apply: execute (the journey)."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from oscar_sync.errors import UsageError
from oscar_sync.model.event import Event, Happening
from oscar_sync.model.form import Form
from oscar_sync.model.identity import ClusterId
from oscar_sync.model.lookup import Lookups
from oscar_sync.model.material import FingerprintKey, Material
from oscar_sync.model.plan_options import PlanOptions
from oscar_sync.model.report import RunReport
from oscar_sync.model.state import NAMESPACE, ClusterView, DesiredState
from oscar_sync.planning.compare import differences
from oscar_sync.planning.draft import PlanDraft, draft_plan
from oscar_sync.planning.known_ahead import lookups_ahead
from oscar_sync.reconcile.connect import Connections, FileStore
from oscar_sync.reconcile.look_up import look_up
from oscar_sync.reconcile.memory import WatchMemory
from oscar_sync.reconcile.observe import observe
from oscar_sync.workspace.key import ensure_key, read_key
from oscar_sync.workspace.locks import cluster_lock

_ROUNDS = 6
WAVE_WAIT_S: Final = 300.0


class Pass(Struct, frozen=True):
    """A complete draft of the plan, with the pictures that it was made from.

    ``read_at`` is when the clusters were read.
    """

    desired: DesiredState
    views: tuple[ClusterView, ...]
    draft: PlanDraft
    read_at: datetime


def plan_once(
    desired: DesiredState,
    options: PlanOptions,
    connections: Connections,
    memory: WatchMemory | None = None,
) -> Pass:
    """Return the plan for *desired*, after everything that it asks for was looked up.

    Raises:
        UsageError: a consent of the command line would match on two clusters.
    """
    notes: list[str] = []
    key = read_key(Path(desired.settings.folder), connections.environ, notes.append)
    read_at = datetime.now(UTC)
    views = observe(desired.settings.clusters, connections, memory)
    draft, views = completed(desired, views, options, connections, key)
    if draft.ambiguous:
        raise UsageError("; ".join(draft.ambiguous))
    plan = replace(draft.plan, notes=(*draft.plan.notes, *notes))
    return Pass(desired, views, replace(draft, plan=plan), read_at)


def completed(
    desired: DesiredState,
    views: tuple[ClusterView, ...],
    options: PlanOptions,
    connections: Connections,
    key: FingerprintKey | None,
) -> tuple[PlanDraft, tuple[ClusterView, ...]]:
    """Return the draft of a plan after what it asks for was looked up, and the views with that."""
    views = _looked_up(views, lookups_ahead(desired, views, options), connections)
    draft = draft_plan(desired, views, options, key)
    for _ in range(_ROUNDS):
        if not draft.missing:
            break
        views = _looked_up(views, draft.missing, connections)
        draft = draft_plan(desired, views, options, key)
    return draft, views


def _looked_up(
    views: tuple[ClusterView, ...], missing: Mapping[ClusterId, Lookups], connections: Connections
) -> tuple[ClusterView, ...]:
    def answer(view: ClusterView) -> ClusterView:
        lookups = missing.get(view.cluster.id)
        return look_up(view, lookups, connections) if lookups else view

    if not missing:
        return views
    if len(views) == 1:
        return (answer(views[0]),)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(len(views)) as pool:
        return tuple(pool.map(answer, views))


def _nothing(told: object) -> None:
    del told


class Stop(Struct):
    """While ``is_idle`` no request that writes is under way: a signal ends the run at once.

    ``end_wait`` ends the wait that the run is in, None while it works.
    """

    event: threading.Event = field(default_factory=threading.Event)
    is_terminated: bool = False
    is_idle: bool = False
    end_wait: Callable[[], None] | None = None

    def set(self, *, is_terminated: bool = False) -> None:
        self.is_terminated = self.is_terminated or is_terminated
        self.event.set()

    @contextmanager
    def while_waiting(self, end_wait: Callable[[], None]) -> Iterator[None]:
        """Let a signal only call *end_wait* within the body.

        Raises:
            KeyboardInterrupt: after the body, if a signal came.
        """
        # An exception in the middle of it could leave a lock taken for ever.
        self.end_wait = end_wait
        try:
            yield
        finally:
            self.end_wait = None
        if self.event.is_set():
            raise KeyboardInterrupt


class ApplyOptions(Struct, frozen=True):
    """How a plan is carried out.

    ``wait_s`` is how long a service may take to be ready where the settings do not say it;
    ``is_waiting`` False waits for none.
    """

    parallelism: int = 2
    wait_s: float | None = None
    is_waiting: bool = True
    on_event: Callable[[Event], None] = _nothing
    on_note: Callable[[str], None] = _nothing
    stop: Stop = field(default_factory=Stop)


def apply_once(planned: Pass, options: ApplyOptions, connections: Connections) -> RunReport:
    """Return what became of the plan in *planned*. Nothing is sent that is not in it."""
    # A plan does without what carries it out.
    from oscar_sync.execution.execute import execute
    from oscar_sync.execution.ports import ClusterPorts, Parts
    from oscar_sync.workspace.revision import revision

    settings = planned.desired.settings
    made: list[FingerprintKey | None] = []

    def key() -> FingerprintKey | None:
        if not made:
            folder = Path(settings.folder)
            made.append(ensure_key(folder, connections.environ, options.on_note))
        return made[0]

    commits: list[str] = []

    def commit() -> str:
        if not commits:
            commits.append(revision(Path(settings.folder), planned.desired.contents))
        return commits[0]

    plan = planned.draft.plan
    options.on_event(Event(Happening.PLAN))
    namespaces = {view.cluster.id: view.operators_namespace for view in planned.views}
    parts = Parts(
        clusters={
            name: ClusterPorts(
                made.api,
                FileStore(made.store, connections.sleep) if made.store else None,
                made.store_problem,
                namespaces.get(name, NAMESPACE),
            )
            for name, made in connections.opened().items()
        },
        holds=_holds,
        key=key,
        on_event=options.on_event,
        is_stopping=options.stop.event.is_set,
        files=connections.files,
        now=connections.now,
        sleep=connections.sleep,
        parallelism=options.parallelism,
        wanted=[service.key for service in planned.desired.services],
        wave_wait_s=(options.wait_s or WAVE_WAIT_S) if options.is_waiting else None,
        revision=commit,
    )
    report = execute(plan, _materials(planned, options), parts)
    return replace(
        report,
        is_terminated=report.is_interrupted and options.stop.is_terminated,
        revision="".join(commits[:1]),
    )


def _materials(planned: Pass, options: ApplyOptions) -> Mapping[str, Material]:
    materials = planned.draft.materials
    if not options.is_waiting:
        return {name: replace(item, wait_s=None) for name, item in materials.items()}
    if options.wait_s is None:
        return materials
    return {
        name: item if item.wait_s is not None else replace(item, wait_s=options.wait_s)
        for name, item in materials.items()
    }


def _holds(live: Form, wanted: Form, owner: str) -> bool:
    return not differences(live, wanted, owner=owner)


def locked(planned: Pass, environ: Mapping[str, str]) -> tuple[ExitStack, tuple[str, ...]]:
    """Return a stack that holds the lock of each cluster with an action, and notes for people.

    Raises:
        LockedError: another run on this machine holds one of them.
    """
    stack = ExitStack()
    identities = sorted(
        {
            view.cluster.identity
            for view in planned.views
            if any(action.key.cluster == view.cluster.id for action in planned.draft.plan.actions)
        }
    )
    notes: list[str] = []
    try:
        for identity in identities:
            stack.enter_context(cluster_lock(identity, environ, notes.append))
    except BaseException:
        stack.close()
        raise
    return stack, tuple(dict.fromkeys(notes))
