"""The plan as a whole, made of what was decided of each cluster."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from oscar_sync.model.action import Action
from oscar_sync.model.amounts import several
from oscar_sync.model.consent import Consent
from oscar_sync.model.identity import ClusterId, ServiceKey, ServiceName
from oscar_sync.model.plan import ClusterSummary, LeftAlone, NotPlanned, Plan, Source
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.state import ClusterView, DesiredState
from oscar_sync.planning.blocking import blocked
from oscar_sync.planning.context import Context
from oscar_sync.planning.decision import Decision
from oscar_sync.planning.digest import plan_digest
from oscar_sync.planning.forecast import with_seconds
from oscar_sync.planning.notes import (
    access_notes,
    identity_notes,
    secret_notes,
    spent_moves,
    spent_notes,
    store_notes,
    token_notes,
    unused_consents,
)
from oscar_sync.planning.ownership import Standing
from oscar_sync.planning.sent import is_covered, sends_of


def assembled_plan(
    desired: DesiredState,
    contexts: Mapping[ClusterId, Context],
    decisions: Sequence[Decision],
    left_alone: Sequence[LeftAlone],
    notes: Sequence[str],
    *,
    options: PlanOptions,
    used: frozenset[Consent],
) -> Plan:
    actions = with_seconds(_with_sent(decisions, contexts))
    held = tuple(blocked(item.action, item.reason) for item in decisions if item.reason is not None)
    planned = (*actions, *(item.action for item in held))
    views = [context.facts.view for context in contexts.values()]
    clusters = tuple(_summary(context) for context in contexts.values())
    plan = Plan(
        set_name=desired.settings.set_name,
        source=Source(
            desired.settings.file, desired.file_count, len(desired.services), _narrowed(desired)
        ),
        clusters=clusters,
        actions=actions,
        blocked=held,
        not_planned=_not_planned(desired, views, options),
        left_alone=tuple(left_alone),
        diagnostics=tuple(desired.diagnostics),
        notes=tuple(
            dict.fromkeys(
                (
                    *notes,
                    *_removed_notes(desired, views, options, planned),
                    *identity_notes(contexts.values()),
                    *store_notes(contexts.values()),
                    *token_notes(contexts.values()),
                    *(note for context in contexts.values() for note in access_notes(context)),
                    *secret_notes(planned, is_covered=_is_covered(decisions, contexts)),
                    *unused_consents(desired, contexts, used),
                )
            )
        ),
        consents=tuple(sorted(set(map(str, used)))),
        waves=_waves(desired, clusters, options),
    )
    return replace(plan, digest=plan_digest(plan))


def _waves(
    desired: DesiredState, clusters: Iterable[ClusterSummary], options: PlanOptions
) -> tuple[tuple[ClusterId, ...], ...]:
    """Return the waves of a whole roll-out; a run of single clusters has none."""
    if not desired.settings.waves or desired.narrowing.clusters or options.scope is not Scope.ALL:
        return ()
    waves = desired.settings.in_waves(cluster.id for cluster in clusters)
    return waves if len(waves) > 1 else ()


def _removed_notes(
    desired: DesiredState,
    views: Sequence[ClusterView],
    options: PlanOptions,
    planned: Iterable[Action],
) -> list[str]:
    # An entry whose service is gone is not spent while its data is still to be deleted.
    if options.scope is not Scope.ALL or not desired.narrowing.is_full:
        return []
    names = {item.key.name for item in planned}
    moved = spent_moves(desired.settings, views)
    left = (entry for entry in desired.settings.removed if entry.which.name not in names)
    return [*spent_notes(left, views), *moved]


def _with_sent(
    decisions: Sequence[Decision], contexts: Mapping[ClusterId, Context]
) -> Iterator[Action]:
    for item in decisions:
        if item.material is not None:
            key = contexts[item.action.key.cluster].key
            yield replace(item.action, sends=sends_of(item.material, key))


def _is_covered(decisions: Sequence[Decision], contexts: Mapping[ClusterId, Context]) -> bool:
    return all(
        is_covered(item.material, contexts[item.action.key.cluster].key)
        for item in decisions
        if item.material is not None
    )


def _narrowed(desired: DesiredState) -> str:
    narrowing = desired.narrowing
    if narrowing.is_full:
        return narrowing.words
    files = f", without {several(narrowing.left_out)}" if narrowing.left_out else ""
    settings = desired.settings
    named = (
        *(one.which for one in settings.removed),
        *(one.which for one in settings.removed_storage),
    )
    removed = [*map(str, named)]
    unseen = f"; `removed` is not looked at: {several(removed)}" if removed else ""
    return f"{narrowing.words}{files}: nothing is pruned{unseen}"


def _summary(context: Context) -> ClusterSummary:
    view = context.facts.view
    standings = {name: context.standing(live) for name, live in view.services.items()}
    has_set = bool(context.settings.set_name)
    return ClusterSummary(
        view.cluster.id,
        view.cluster.endpoint,
        view.cluster.identity,
        len(view.services),
        sum(standing is Standing.OURS for standing in standings.values()),
        sum(
            standing is Standing.UNSTAMPED and name in context.desired and has_set
            for name, standing in standings.items()
        ),
        view.problem,
        view.reading,
        view.version,
        view.cluster.ssl_verify,
        view.cluster.s3_endpoint,
    )


def _not_planned(
    desired: DesiredState, views: Sequence[ClusterView], options: PlanOptions
) -> tuple[NotPlanned, ...]:
    problems = {view.cluster.id: view.problem for view in views if not view.is_read}
    asked = [service.key for service in desired.services]
    if options.names:
        asked = [key for name in options.names for key in _keys(name, sorted(problems))]
    return tuple(NotPlanned(key, problems[key.cluster]) for key in asked if key.cluster in problems)


def _keys(name: str, clusters: Sequence[ClusterId]) -> list[ServiceKey]:
    cluster, _, service = name.rpartition("/")
    return [
        ServiceKey(one, ServiceName(service)) for one in clusters if not cluster or cluster == one
    ]
