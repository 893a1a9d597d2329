"""Which services go: named by ``removed`` or ``remove``, or pruned; which are left (safety 3)."""

from typing import NamedTuple

from oscar_sync.model.identity import BucketName
from oscar_sync.model.plan import LeftAlone, PlanOptions, Scope
from oscar_sync.model.settings import Removed
from oscar_sync.model.state import LiveService, Narrowing
from oscar_sync.planning.blocking import Reason
from oscar_sync.planning.context import Context, Standing
from oscar_sync.planning.decision import Decision
from oscar_sync.planning.order import in_writing_order
from oscar_sync.planning.removing import decide_erase, decide_remove, let_go
from oscar_sync.planning.stamping import decide_forget
from oscar_sync.semantics.stamp import detached_of


class Removals(NamedTuple):
    """What is removed on one cluster, in order, and what is not."""

    decisions: tuple[Decision, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()
    notes: tuple[str, ...] = ()


def decide_removals(
    context: Context, narrowing: Narrowing, options: PlanOptions, candidates: int
) -> Removals:
    """Return the removals on the cluster; *candidates* counts those of the whole run.

    Producers go before consumers: the reverse of the order in which they are made.
    """
    if options.scope is Scope.REMOVE:
        return _by_name(context, options)
    if not narrowing.is_full:
        return Removals()
    decisions: list[Decision] = []
    left: list[LeftAlone] = []
    for live in _in_removal_order(context):
        entry = context.settings.removal_of(live.key)
        if entry is not None:
            decisions.extend(_named(context, live, entry))
        elif context.is_candidate(live):
            found = _candidate(context, live, candidates)
            if isinstance(found, LeftAlone):
                left.append(found)
            else:
                decisions.append(found)
        else:
            left.append(LeftAlone(live.key, _left_message(live)))
    decisions.extend(_spent_erasures(context))
    return Removals(tuple(decisions), tuple(left), _spent_notes(context))


def _in_removal_order(context: Context) -> tuple[LiveService, ...]:
    """Return what may go: named by ``removed``, ours and unwanted, or half removed."""
    services = context.facts.view.services
    forms = {
        name: live.form
        for name, live in services.items()
        if name not in context.desired and _may_go(context, live)
    }
    return tuple(services[name] for name in reversed(in_writing_order(forms)))


def _may_go(context: Context, live: LiveService) -> bool:
    return (
        context.settings.removal_of(live.key) is not None
        or context.is_candidate(live)
        or (context.standing(live) is Standing.UNSTAMPED and bool(let_go(live)))
    )


def _named(context: Context, live: LiveService, entry: Removed) -> list[Decision]:
    if entry.forget:
        decision = decide_forget(context, live, entry.origin)
        return [decision] if decision is not None else []
    removal = decide_remove(context, live, why="named by removed", origin=entry.origin)
    return [removal, *_erasures(context, live.key.name, entry)]


def _erasures(context: Context, service: str, entry: Removed) -> list[Decision]:
    return [
        decide_erase(context, service, bucket, origin=entry.origin, because=entry.because)
        for bucket in entry.erase
    ]


def _spent(context: Context) -> list[Removed]:
    """Return the entries of ``removed`` whose service is not on this cluster."""
    services = context.facts.view.services
    return [
        entry
        for entry in context.settings.removed
        if entry.which.cluster in (None, context.facts.view.cluster.id)
        and not any(entry.which.matches(live.key) for live in services.values())
    ]


def _spent_erasures(context: Context) -> list[Decision]:
    decisions = []
    for entry in _spent(context):
        for bucket in entry.erase:
            facts = context.facts.bucket(_bucket(bucket))
            if facts is not None and facts.from_service in ("", entry.which.name):
                decisions.extend(
                    [decide_erase(
                        context, entry.which.name, bucket, origin=entry.origin,
                        because=entry.because,
                    )]
                )  # fmt: skip
    return decisions


def _spent_notes(context: Context) -> tuple[str, ...]:
    return tuple(
        f"{entry.origin}: {context.service_key(entry.which.name)} is gone; the entry can be "
        "deleted from the file"
        for entry in _spent(context)
        if not entry.erase
    )


def _bucket(name: str) -> BucketName:
    return BucketName(name.removeprefix("bucket:"))


def _candidate(context: Context, live: LiveService, candidates: int) -> Decision | LeftAlone:
    settings = context.settings
    if not settings.prune:
        return LeftAlone(live.key, _left_message(live))
    guard = None
    if candidates > settings.max_removals:
        guard = Reason(
            "too-many-removals",
            f"{candidates} services left the manifests, max_removals is {settings.max_removals}",
            ("name them under `removed`", f"set max_removals to {candidates}"),
        )
    return decide_remove(context, live, why="no longer in the manifests", guard=guard)


def _left_message(live: LiveService) -> str:
    purpose, buckets = detached_of(live.annotations)
    if purpose == "remove":
        return (
            f"half removed: it has let go of {', '.join(buckets) or 'its buckets'}; name it under "
            "`removed`, or run oscar-sync remove"
        )
    return "no longer in the manifests, left alone (name it under `removed`, or set `prune: true`)"


def _by_name(context: Context, options: PlanOptions) -> Removals:
    """Return the removals that ``remove NAME`` or ``remove --all`` asks for."""
    services = context.facts.view.services
    chosen = {
        name: live
        for name, live in services.items()
        if (options.all_ours and context.is_candidate(live))
        or {live.key.name, str(live.key)} & set(options.names)
    }
    order = reversed(in_writing_order({name: live.form for name, live in chosen.items()}))
    decisions = tuple(
        decide_remove(
            context,
            chosen[name],
            why="named on the command line",
            notes=_still_wanted(context, chosen[name]),
        )
        for name in order
    )
    return Removals(decisions)


def _still_wanted(context: Context, live: LiveService) -> tuple[str, ...]:
    wanted = context.desired.get(live.key.name)
    if wanted is None:
        return ()
    return (f"{wanted.locate(())} still names it: the next apply creates it again",)
