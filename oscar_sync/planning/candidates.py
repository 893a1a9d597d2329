"""Which services go: named by ``removed`` or ``remove``, or pruned; which are left (safety 3)."""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from oscar_sync.model.amounts import plural
from oscar_sync.model.identity import ServiceKey
from oscar_sync.model.plan import LeftAlone
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.selection import Narrowing
from oscar_sync.model.settings import RemovedEntry
from oscar_sync.model.state import LiveService
from oscar_sync.planning.blocking import Reason
from oscar_sync.planning.context import Context
from oscar_sync.planning.decision import Decision, Removals
from oscar_sync.planning.departure import let_go
from oscar_sync.planning.ownership import Standing
from oscar_sync.planning.removing import Removal, decide_remove, with_erasures
from oscar_sync.planning.spent import orphans_named, spent_erasures
from oscar_sync.planning.stamping import decide_forget
from oscar_sync.semantics.flow import in_writing_order
from oscar_sync.semantics.stamp import detached_of

_MOST_GAPS: Final = 5


def decide_removals(
    context: Context, narrowing: Narrowing, options: PlanOptions, candidates: int
) -> Removals:
    """Return the removals on the cluster; *candidates* counts those of the whole run."""
    # Producers go before consumers: the reverse of the order in which they are made.
    if options.scope is Scope.REMOVE:
        return _by_name(context, narrowing, options)
    if not narrowing.is_full:
        return Removals()
    removals: list[Removal] = []
    forgotten: list[Decision] = []
    left: list[LeftAlone] = []
    for live in _in_removal_order(context):
        entry = context.settings.removal_of(live.key)
        if entry is not None and entry.forget:
            forgotten.extend(_forgotten(context, live, entry))
        elif entry is not None:
            removals.append(
                _noted(context, decide_remove(context, live, why="named by removed", entry=entry))
            )
        elif context.is_candidate(live):
            removal = _candidate(context, live, candidates)
            if isinstance(removal, LeftAlone):
                left.append(removal)
            else:
                removals.append(_noted(context, removal))
        else:
            left.append(LeftAlone(live.key, _left_message(live)))
    decisions = [*forgotten, *with_erasures(context, removals)]
    spent = spent_erasures(context, _erased(decisions))
    return Removals(_kept_only(*decisions, *spent.decisions), tuple(left), spent.notes, spent.used)


def _noted(context: Context, removal: Removal) -> Removal:
    context.note(removal.decision)
    return removal


def _erased(decisions: Iterable[Decision]) -> set[str]:
    return {item.bucket for decision in decisions for item in decision.action.erases}


def _kept_only(*decisions: Decision) -> tuple[Decision, ...]:
    """Return *decisions* so that no action keeps what another one erases."""
    erased = _erased(item for item in decisions if item.reason is None)
    return tuple(
        replace(
            item,
            action=replace(
                item.action,
                keeps=tuple(kept for kept in item.action.keeps if kept.bucket not in erased),
            ),
        )
        for item in decisions
    )


def _in_removal_order(context: Context) -> tuple[LiveService, ...]:
    """Return what may go: named by ``removed``, ours and unwanted, or half removed."""
    services = context.facts.view.services
    forms = {
        name: live.form
        for name, live in services.items()
        if name not in context.desired and _may_go(context, live) and not context.is_renamed(live)
    }
    return tuple(services[name] for name in reversed(in_writing_order(forms)))


def _may_go(context: Context, live: LiveService) -> bool:
    return (
        context.settings.removal_of(live.key) is not None
        or context.is_candidate(live)
        or (context.standing(live) is Standing.UNSTAMPED and _is_half_removed(live))
    )


def _is_half_removed(live: LiveService) -> bool:
    return detached_of(live.annotations)[0] == "remove" and bool(let_go(live))


def _forgotten(context: Context, live: LiveService, entry: RemovedEntry) -> list[Decision]:
    decision = decide_forget(context, live, entry.origin)
    return [decision] if decision is not None else []


def _candidate(context: Context, live: LiveService, candidates: int) -> Removal | LeftAlone:
    settings = context.settings
    if not settings.prune:
        return LeftAlone(live.key, _left_message(live))
    former = context.former_identity(live)
    if former:
        return LeftAlone(
            live.key,
            f"no longer in the manifests, left alone: its mark names this cluster `{former}`, so "
            "it may belong to another cluster; if it does not, name it under `removed`",
        )
    guard = None
    if context.gaps:
        guard = Reason(
            "source-incomplete",
            f"files that may contain services could not be read: {_listed(context.gaps)}",
            (
                "complete these files, delete them, or name them in .oscar-syncignore",
                "name the service under `removed`",
            ),
        )
    elif candidates > settings.max_removals:
        guard = Reason(
            "too-many-removals",
            f"{plural(candidates, 'service is', 'services are')} no longer in the manifests, and "
            f"max_removals is {settings.max_removals}",
            ("name them under `removed`", f"set max_removals to {candidates}"),
        )
    return decide_remove(context, live, why="no longer in the manifests", guard=guard)


def _listed(gaps: tuple[str, ...]) -> str:
    shown = "; ".join(gaps[:_MOST_GAPS])
    rest = gaps[_MOST_GAPS:]
    return f"{shown}; and {len(rest)} more" if rest else shown


def _left_message(live: LiveService) -> str:
    purpose, buckets = detached_of(live.annotations)
    if purpose == "remove":
        return (
            f"half removed: already detached from {', '.join(buckets) or 'its buckets'}; name it "
            "under `removed`, or run oscar-sync remove"
        )
    return "no longer in the manifests, left alone (name it under `removed`, or set `prune: true`)"


def _by_name(context: Context, narrowing: Narrowing, options: PlanOptions) -> Removals:
    services = context.facts.view.services
    context.planned.gone.update(
        key.name for name in options.names if (key := _meant(context, name)).name not in services
    )
    chosen = {
        name: live
        for name, live in services.items()
        if narrowing.selects(live.key, live.form.labels)
        and (
            (options.all_ours and context.is_candidate(live))
            or {live.key.name, str(live.key)} & set(options.names)
        )
    }
    order = reversed(in_writing_order({name: live.form for name, live in chosen.items()}))
    removals = [
        _noted(
            context,
            decide_remove(
                context,
                chosen[name],
                why="named on the command line",
                notes=_still_wanted(context, chosen[name]),
            ),
        )
        for name in order
    ]
    decisions = with_erasures(context, removals)
    return Removals(_kept_only(*decisions, *orphans_named(context, _erased(decisions))))


def _meant(context: Context, name: str) -> ServiceKey:
    return context.service_key(name.removeprefix(f"{context.facts.view.cluster.id}/"))


def _still_wanted(context: Context, live: LiveService) -> tuple[str, ...]:
    wanted = context.desired.get(live.key.name)
    if wanted is None:
        return ()
    return (f"{wanted.locate(())} still names it: the next apply creates it again",)
