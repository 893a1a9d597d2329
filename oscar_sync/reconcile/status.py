"""What each cluster runs: state, drift and whose, with as few requests as that takes."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from oscar_sync.errors import ClusterError
from oscar_sync.model.identity import ServiceKey, ServiceName
from oscar_sync.model.plan import Action, ActionKind, PlanOptions, Scope
from oscar_sync.model.state import ClusterView, Deployment, DesiredState, LiveService
from oscar_sync.model.status import ClusterStatus, ServiceStatus
from oscar_sync.planning.context import Context, Standing
from oscar_sync.planning.facts import Facts
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.once import Pass, plan_once
from oscar_sync.semantics.capabilities import NO_DEPLOYMENT, NOT_TOLD, STATE_NOT_TOLD
from oscar_sync.semantics.normal_form import is_exposed

_AT_ONCE: Final = 4
_DRIFTS: Final = frozenset({ActionKind.CREATE, ActionKind.HOOK})


def statuses(desired: DesiredState, connections: Connections) -> tuple[ClusterStatus, ...]:
    """Return the status of every cluster of *desired*; one that cannot be read says why.

    States are asked for one by one (a third of a second each), so only those of the manifests'
    and this set's services and of my exposed ones; of all mine where there are neither.
    """
    found = plan_once(desired, PlanOptions(scope=Scope.DRIFT), connections)
    if not found.views:
        return ()
    with ThreadPoolExecutor(len(found.views)) as pool:
        return tuple(pool.map(lambda view: _status(found, view, connections), found.views))


def _status(found: Pass, view: ClusterView, connections: Connections) -> ClusterStatus:
    if not view.is_read:
        return ClusterStatus(view.cluster, problem=view.problem)
    wanted = {
        service.key.name
        for service in found.desired.services
        if service.key.cluster == view.cluster.id
    }
    context = Context(Facts(view), found.desired.settings, {}, None)
    ours = {
        name
        for name, live in view.services.items()
        if name in wanted or context.standing(live) is Standing.OURS
    }
    asked = [name for name, live in view.services.items() if _is_asked(context, live, ours)]
    deployments = _deployments(view, asked, connections)
    drifted = _drifted(found)
    services = [
        ServiceStatus(
            live.key,
            live.form,
            deployments.get(name),
            live.key in drifted if name in wanted else None,
            context.standing(live) is Standing.OURS,
        )
        for name, live in sorted(view.services.items())
    ]
    held = {item.action.key: item.code for item in found.draft.plan.blocked}
    missing = [
        ServiceStatus(
            key := ServiceKey(view.cluster.id, name),
            None,
            None,
            has_drifted=True,
            is_ours=key not in held,
            blocked=held.get(key, ""),
        )
        for name in sorted(wanted - set(view.services))
    ]
    return ClusterStatus(view.cluster, (*missing, *services), view.version)


def _is_asked(context: Context, live: LiveService, ours: set[ServiceName]) -> bool:
    if live.key.name in ours:
        return True
    return context.is_mine(live) and (not ours or is_exposed(live.form))


def _drifted(found: Pass) -> frozenset[ServiceKey]:
    return frozenset(
        action.key for action in _actions(found) if action.is_drifted or action.kind in _DRIFTS
    )


def _actions(found: Pass) -> Iterator[Action]:
    plan = found.draft.plan
    yield from plan.actions
    yield from (item.action for item in plan.blocked)


def _deployments(
    view: ClusterView, names: list[ServiceName], connections: Connections
) -> Mapping[ServiceName, Deployment]:
    if NO_DEPLOYMENT.holds(view.release):
        return dict.fromkeys(names, Deployment(NOT_TOLD, STATE_NOT_TOLD))
    api = connections.to(view.cluster).api

    def ask(name: ServiceName) -> Deployment:
        try:
            return api.deployment(name)
        except ClusterError as error:
            return Deployment("unknown", error.message)

    if not names:
        return {}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip(names, pool.map(ask, names), strict=True))
