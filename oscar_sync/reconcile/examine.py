"""Examining clusters: the reads of a plan, then whatever a judgement of what is left asks for."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from msgspec.structs import replace

from oscar_sync.errors import ClusterError
from oscar_sync.model.finding import Examination
from oscar_sync.model.identity import ClusterId, ServiceName
from oscar_sync.model.lookup import Lookups
from oscar_sync.model.state import ClusterView, DesiredState, LiveService
from oscar_sync.planning.context import Context
from oscar_sync.planning.doctor.cluster import cluster_findings
from oscar_sync.planning.facts import Facts
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.look_up import look_up
from oscar_sync.reconcile.observe import observe
from oscar_sync.semantics.answers import poisoned_service
from oscar_sync.semantics.capabilities import Release
from oscar_sync.semantics.live import live_service

_ROUNDS: Final = 6


def examinations(
    desired: DesiredState, connections: Connections, then: Release | None = None
) -> tuple[Examination, ...]:
    """Return what was left on each cluster of *desired*, and what *then* cannot read or build."""
    # Nothing is written. A cluster that cannot be read says why.
    views = observe(desired.settings.clusters, connections)
    peers = contexts_of(desired, views)

    def examined(view: ClusterView) -> Examination:
        return examination_of(view, desired, connections, peers, then)

    with ThreadPoolExecutor(max(1, len(views))) as pool:
        return tuple(pool.map(examined, views))


def contexts_of(desired: DesiredState, views: Sequence[ClusterView]) -> Mapping[ClusterId, Context]:
    """Return what is known of each cluster, for the examination of the others."""
    return {view.cluster.id: _context(view, desired) for view in views}


def examination_of(
    view: ClusterView,
    desired: DesiredState,
    connections: Connections,
    peers: Mapping[ClusterId, Context],
    then: Release | None = None,
) -> Examination:
    """Return the examination of a cluster that was read just now."""
    if view.unreadable:
        view = _read_by_name(view, desired, connections)
    context = _context(view, desired, peers)
    judged = cluster_findings(context, then)
    rounds = 0
    while view.is_read and context.facts.missing and rounds < _ROUNDS:
        view = look_up(view, context.facts.missing, connections)
        context = _context(view, desired, peers)
        judged = cluster_findings(context, then)
        rounds += 1
    if not view.is_read:
        return Examination(view.cluster, view.version, problem=view.problem)
    return Examination(
        view.cluster,
        view.version,
        judged.findings,
        judged.notes,
        len(view.services) + len(view.namesakes),
        len(view.buckets or ()),
    )


def _context(
    view: ClusterView, desired: DesiredState, peers: Mapping[ClusterId, Context] | None = None
) -> Context:
    here = {
        service.key.name: service
        for service in desired.services
        if service.key.cluster == view.cluster.id
    }
    return Context(Facts(view), desired.settings, here, None, peers=peers or {})


def _read_by_name(
    view: ClusterView, desired: DesiredState, connections: Connections
) -> ClusterView:
    """Return *view* with the services whose names are known from elsewhere than the list."""
    # One unreadable definition hides the list, and a GET by name tells which others are unreadable
    # (oscar-server 12, item 9).
    view = look_up(replace(view, problem=""), Lookups(buckets=True), connections)
    if not view.is_read:
        return view
    names = {service.key.name for service in desired.services
             if service.key.cluster == view.cluster.id}  # fmt: skip
    names |= {ServiceName(facts.from_service) for facts in (view.buckets or {}).values()}
    services: dict[ServiceName, LiveService] = {}
    unreadable = set(view.unreadable)
    try:
        for name in sorted(names - {ServiceName("")} - unreadable):
            answer = connections.to(view.cluster).api.get_service(name)
            if answer.status == 200 and isinstance(answer.json, Mapping):
                services[name] = live_service(view.cluster.id, answer.json)
            elif answer.status >= 500 and poisoned_service(answer.text):
                unreadable.add(ServiceName(poisoned_service(answer.text)))
    except ClusterError as error:
        return replace(view, problem=error.message)
    return replace(view, services=services, unreadable=tuple(sorted(unreadable)))
