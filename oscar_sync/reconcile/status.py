"""What each cluster runs: state, drift and whose, with as few requests as that takes."""

from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeAlias

from oscar_sync.errors import ClusterError
from oscar_sync.model.action import BUCKET_PREFIX, VOLUME_PREFIX, Action
from oscar_sync.model.identity import BucketName, ClusterId, ServiceKey, ServiceName
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.settings import Settings
from oscar_sync.model.state import ClusterView, DeploymentState, DesiredState, LiveService
from oscar_sync.model.status import ClusterStatus, ServiceStatus, StorageStatus, WorkerStatus
from oscar_sync.planning.context import Context
from oscar_sync.planning.facts import Facts
from oscar_sync.planning.member_view import MemberView, look_at_members
from oscar_sync.planning.notes import unseen_tokens, unseen_words
from oscar_sync.planning.ownership import Standing
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.desire.selecting import refuse_none_live
from oscar_sync.reconcile.once import Pass, plan_once
from oscar_sync.semantics.access import listed_access
from oscar_sync.semantics.capabilities import NO_DEPLOYMENT, NOT_TOLD, STATE_NOT_TOLD
from oscar_sync.semantics.federation import is_worker, origin_of
from oscar_sync.semantics.normal_form import is_exposed
from oscar_sync.semantics.stamp import revision_of

AT_ONCE: Final = 4
"""So many requests at once for each cluster."""


def statuses(desired: DesiredState, connections: Connections) -> tuple[ClusterStatus, ...]:
    """Return the status of every cluster of *desired*; one that cannot be read says why."""
    # States are asked for one by one (a third of a second each), so only those of the manifests'
    # and this set's services and of my exposed ones; of all mine where there are neither.
    planned = plan_once(desired, PlanOptions(scope=Scope.DRIFT), connections)
    refuse_none_live(desired, planned.views)
    return statuses_of(planned, connections)


def statuses_of(planned: Pass, connections: Connections) -> tuple[ClusterStatus, ...]:
    """Return the status of every cluster that *planned* was made from: only states are asked."""
    sight = PlannedStatus(planned)
    with ThreadPoolExecutor(max(1, len(planned.views))) as pool:
        found = pool.map(lambda view: _deployments(view, sight.asked(view), connections),
                         planned.views)  # fmt: skip
        return sight.statuses(
            {view.cluster.id: states for view, states in zip(planned.views, found, strict=True)}
        )


States: TypeAlias = Mapping[ClusterId, Mapping[ServiceName, DeploymentState]]


class PlannedStatus:
    """What is known of each service of *planned* before its state is asked for."""

    def __init__(self, planned: Pass) -> None:
        self._planned = planned
        self._contexts: dict[ClusterId, Context] = {}
        for view in planned.views:
            self._contexts[view.cluster.id] = Context(
                Facts(view), planned.desired.settings, {}, None, peers=self._contexts
            )
        self._members = {
            key: members
            for context in self._contexts.values()
            for key, members in _members(planned, context)
        }
        self._origins = {
            one.live.key: key
            for key, some in self._members.items()
            for one in some
            if one.live is not None and one.reason is None
        }

    def asked(self, view: ClusterView) -> list[ServiceName]:
        """Return the services of *view* whose state counts."""
        if not view.is_read:
            return []
        context, selects = self._contexts[view.cluster.id], self._planned.desired.narrowing.selects
        ours = _ours(self._planned, context)
        return [
            name
            for name, live in view.services.items()
            if live.key in self._origins
            or (selects(live.key, live.form.labels) and _is_asked(context, live, ours))
        ]

    def statuses(self, states: States) -> tuple[ClusterStatus, ...]:
        """Return the status of each cluster; services that *states* lacks have none."""
        return tuple(
            _status(self._planned, context, states, self._members, self._origins)
            for context in self._contexts.values()
        )


def _members(planned: Pass, context: Context) -> Iterator[tuple[ServiceKey, list[MemberView]]]:
    ours = _ours(planned, context)
    for name, live in context.facts.view.services.items():
        if name in ours and not is_worker(live.annotations) and live.form.federation:
            yield live.key, look_at_members(context, live.key, live.form)


def _wanted(planned: Pass, view: ClusterView) -> set[ServiceName]:
    return {
        service.key.name
        for service in planned.desired.services
        if service.key.cluster == view.cluster.id
    }


def _missing(planned: Pass, view: ClusterView) -> list[ServiceName]:
    """Return the selected services that are not there: by the labels of their manifests."""
    selects = planned.desired.narrowing.selects
    return sorted(
        one.key.name
        for one in planned.desired.services
        if one.key.cluster == view.cluster.id
        and one.key.name not in view.services
        and selects(one.key, one.form.labels)
    )


def _ours(planned: Pass, context: Context) -> set[ServiceName]:
    wanted = _wanted(planned, context.facts.view)
    return {
        name
        for name, live in context.facts.view.services.items()
        if name in wanted or context.standing(live) is Standing.OURS
    }


def _status(
    planned: Pass,
    context: Context,
    states: States,
    members: Mapping[ServiceKey, Collection[MemberView]],
    origins: Mapping[ServiceKey, ServiceKey],
) -> ClusterStatus:
    view = context.facts.view
    if not view.is_read:
        return ClusterStatus(view.cluster, problem=view.problem)
    wanted, deployments = _wanted(planned, view), states.get(view.cluster.id, {})
    narrowing = planned.desired.narrowing
    drifted, unseen = _drifted(planned), unseen_tokens(context)
    services = [
        ServiceStatus(
            live.key,
            live.form,
            deployments.get(name),
            live.key in drifted if name in wanted else None,
            context.standing(live) is Standing.OURS,
            workers=tuple(_worker(one, states) for one in members.get(live.key, ())),
            origin=str(origins.get(live.key) or origin_of(live.annotations)),
            note=unseen_words(view) if name in unseen else "",
            revision=revision_of(live),
        )
        for name, live in view.services.items()
        if narrowing.selects(live.key, live.form.labels)
    ]
    held = {item.action.key: item.code for item in planned.draft.plan.blocked}
    renamed = {one.key: one.renamed_from for one in _actions(planned) if one.renamed_from}
    missing = [
        ServiceStatus(
            key := ServiceKey(view.cluster.id, name),
            None,
            None,
            has_drifted=key not in renamed,
            is_ours=key not in held,
            blocked=held.get(key, ""),
            renamed_from=renamed.get(key, ""),
        )
        for name in _missing(planned, view)
    ]
    storage = tuple(_storage(planned, view))
    return ClusterStatus(view.cluster, (*missing, *services), view.version, storage=storage)


def declared_on(cluster: ClusterId, settings: Settings) -> Iterator[ServiceKey]:
    """Yield what the buckets and volumes that are declared for *cluster* are called in a plan."""
    for bucket in settings.buckets_on(cluster):
        yield ServiceKey(cluster, ServiceName(f"{BUCKET_PREFIX}{bucket.which.name}"))
    for volume in settings.volumes_on(cluster):
        yield ServiceKey(cluster, ServiceName(f"{VOLUME_PREFIX}{volume.which.name}"))


def _storage(planned: Pass, view: ClusterView) -> Iterator[StorageStatus]:
    """Yield each declared bucket and volume, with what the plan says of it."""
    drifted = _drifted(planned)
    actions = {action.key: action for action in _actions(planned)}
    held = {item.action.key: item.code for item in planned.draft.plan.blocked}
    for key in declared_on(view.cluster.id, planned.desired.settings):
        action = actions.get(key)
        is_missing = action is not None and action.kind.is_creation
        name = key.name.removeprefix(BUCKET_PREFIX)
        facts = (view.buckets or {}).get(BucketName(name)) if name != key.name else None
        visibility, users = listed_access(facts) if facts else ("", ())
        yield StorageStatus(
            key.name,
            held.get(key) or ("missing" if is_missing else "there"),
            key in drifted,
            ", ".join(filter(None, (visibility, *users))),
        )


def _worker(one: MemberView, states: States) -> WorkerStatus:
    member = one.member
    if one.peer is None:
        return WorkerStatus(member.cluster, member.service, "unknown", one.problem)
    if one.reason is not None:
        words = "the service there is not its worker"
        return WorkerStatus(member.cluster, member.service, "taken", words)
    if one.live is None:
        return WorkerStatus(member.cluster, member.service, "missing")
    state = states.get(one.peer.facts.view.cluster.id, {}).get(one.live.key.name)
    reason = state.reason if state and state.state != "ready" else ""
    return WorkerStatus(member.cluster, member.service, state.state if state else "", reason)


def _is_asked(context: Context, live: LiveService, ours: set[ServiceName]) -> bool:
    if live.key.name in ours:
        return True
    return context.is_mine(live) and (not ours or is_exposed(live.form))


def _drifted(planned: Pass) -> frozenset[ServiceKey]:
    return frozenset(
        action.key for action in _actions(planned) if action.is_drifted or action.kind.is_drift
    )


def _actions(planned: Pass) -> Iterator[Action]:
    plan = planned.draft.plan
    yield from plan.actions
    yield from (item.action for item in plan.blocked)


def _deployments(
    view: ClusterView, names: list[ServiceName], connections: Connections
) -> Mapping[ServiceName, DeploymentState]:
    if not names:
        return {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = pool.map(lambda name: deployment_of(view, name, connections), names)
        return dict(zip(names, found, strict=True))


def deployment_of(
    view: ClusterView, name: ServiceName, connections: Connections
) -> DeploymentState:
    """Return how a service runs; ``unknown`` with the reason where the cluster does not say."""
    if NO_DEPLOYMENT.holds(view.release):
        return DeploymentState(NOT_TOLD, STATE_NOT_TOLD)
    try:
        return connections.to(view.cluster).api.deployment(name)
    except ClusterError as error:
        return DeploymentState("unknown", error.message)
