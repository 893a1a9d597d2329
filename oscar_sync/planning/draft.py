"""The plan as far as it can be made from what is known, and what must still be looked up."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.model.identity import ClusterId
from oscar_sync.model.lookup import Lookups
from oscar_sync.model.material import FingerprintKey, Material, ReplaceMaterial
from oscar_sync.model.plan import LeftAlone, Plan
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.selection import Narrowing
from oscar_sync.model.settings import RemovedEntry
from oscar_sync.model.state import ClusterView, DesiredState
from oscar_sync.planning.assembly import assembled_plan
from oscar_sync.planning.blocking import union
from oscar_sync.planning.context import Context
from oscar_sync.planning.decision import Decision, Removals
from oscar_sync.planning.erasure_guards import removed_and_unlisted
from oscar_sync.planning.facts import Facts
from oscar_sync.planning.guards import written_reason
from oscar_sync.planning.notes import (
    ambiguous_consents,
    spent_entries,
)
from oscar_sync.planning.seeding import decide_seeds
from oscar_sync.semantics.stamp import revision_of


class PlanDraft(Struct, frozen=True):
    """A plan with the material of its actions. It is complete when ``missing`` is empty.

    ``ambiguous`` are consents that would match on two clusters: no plan is made of those.
    """

    plan: Plan
    materials: Mapping[str, Material]
    missing: Mapping[ClusterId, Lookups]
    ambiguous: tuple[str, ...] = ()


def draft_plan(
    desired: DesiredState,
    views: Sequence[ClusterView],
    options: PlanOptions,
    key: FingerprintKey | None,
) -> PlanDraft:
    # Nothing is raised: what cannot be done is blocked, what was not read is not planned.
    spent = spent_entries(desired.settings.removed, views)
    contexts: dict[ClusterId, Context] = {}
    for view in views:
        contexts[view.cluster.id] = _context(
            desired, view, options, key, spent=spent, peers=contexts
        )
    decisions: list[Decision] = []
    left_alone: list[LeftAlone] = []
    notes: list[str] = []
    used = {name: context.taken_over() for name, context in contexts.items()}
    candidates = _candidate_count(desired, contexts.values())
    for name, context in contexts.items():
        if not context.facts.view.is_read:
            continue
        removals = _removals(context, desired, options, candidates)
        left_alone.extend(removals.left_alone)
        notes.extend(removals.notes)
        written, written_notes = _written(context, desired, options, removals.decisions)
        notes.extend(written_notes)
        made = tuple(_dated(context, item) for item in (*removals.decisions, *written))
        used[name] = union((used[name], removals.used, *(one.used for one in made)))
        decisions.extend(_as_release_allows(context, made))
    plan = assembled_plan(
        desired, contexts, decisions, left_alone, notes, options=options, used=union(used.values())
    )
    return PlanDraft(
        plan,
        dict(_materials(decisions, contexts)),
        {
            name: context.facts.missing
            for name, context in contexts.items()
            if context.facts.missing
        },
        ambiguous_consents(desired, used),
    )


def _context(
    desired: DesiredState,
    view: ClusterView,
    options: PlanOptions,
    key: FingerprintKey | None,
    *,
    spent: tuple[RemovedEntry, ...],
    peers: Mapping[ClusterId, Context],
) -> Context:
    here = {
        service.key.name: service
        for service in desired.services
        if service.key.cluster == view.cluster.id
    }
    return Context(
        Facts(view),
        desired.settings,
        here,
        key,
        checks_all_hooks=options.checks_all_hooks,
        lists_unchanged=options.lists_unchanged,
        is_partial=desired.is_partial or bool(desired.narrowing.left_out),
        spent=spent,
        gaps=desired.gaps,
        others=desired.others,
        peers=peers,
    )


def _dated(context: Context, item: Decision) -> Decision:
    """Return a decision whose action says which commit the service was written from."""
    live = context.facts.view.services.get(item.action.key.name)
    commit = revision_of(live) if live is not None else ""
    return replace(item, action=replace(item.action, revision=commit)) if commit else item


def _candidate_count(desired: DesiredState, contexts: Iterable[Context]) -> int:
    named = desired.settings.removal_of
    return sum(
        context.is_candidate(live)
        for context in contexts
        for name, live in context.facts.view.services.items()
        if name not in context.desired and named(live.key) is None and not context.is_renamed(live)
    )


def _as_release_allows(context: Context, decisions: Iterable[Decision]) -> Iterator[Decision]:
    reason = written_reason(context.facts.view)
    for item in decisions:
        yield Decision(item.action, reason=reason) if reason else item


def _removals(
    context: Context, desired: DesiredState, options: PlanOptions, candidates: int
) -> Removals:
    if options.scope is Scope.ERASE:
        return _removed_storage(context)
    if options.scope not in (Scope.ALL, Scope.REMOVE):
        return Removals()
    from oscar_sync.planning.candidates import decide_removals

    removals = decide_removals(context, desired.narrowing, options, candidates)
    if options.scope is not Scope.ALL or not desired.narrowing.is_full:
        return removals
    if not context.settings.removed_storage:
        return removals
    storage = _removed_storage(context)
    return replace(
        removals,
        decisions=(*removals.decisions, *storage.decisions),
        notes=(*removals.notes, *storage.notes),
    )


def _removed_storage(context: Context) -> Removals:
    from oscar_sync.planning.declared_removals import decide_removed_storage

    return decide_removed_storage(context)


def _written(
    context: Context,
    desired: DesiredState,
    options: PlanOptions,
    removals: Sequence[Decision],
) -> tuple[list[Decision], list[str]]:
    match options.scope:
        case Scope.ALL | Scope.DRIFT:
            from oscar_sync.planning.writing import decide_written  # a seed does without: 2 ms

            with_seeds = options.scope is Scope.ALL
            if not context.settings.declares_storage:
                return decide_written(context, with_seeds=with_seeds)
            from oscar_sync.planning.declared import decide_with_storage

            is_full = desired.narrowing.is_full
            return decide_with_storage(
                context,
                lambda: decide_written(context, with_seeds=with_seeds),
                removals,
                is_full=is_full,
                with_seeds=with_seeds,
            )
        case Scope.SEED:
            seeds = [item for wanted in sorted(context.desired)
                     for item in decide_seeds(context, context.desired[wanted])]  # fmt: skip
            return seeds + _bucket_seeds(context, desired), []
        case Scope.ADOPT | Scope.FORGET:
            return _stamped(context, desired.narrowing, options), []
        case Scope.REMOVE | Scope.ERASE:
            return [], []
        case _:
            assert_never(options.scope)


def _bucket_seeds(context: Context, desired: DesiredState) -> list[Decision]:
    if not context.settings.buckets:
        return []
    from oscar_sync.planning.declared_buckets import decide_seeds_of_buckets

    return decide_seeds_of_buckets(context, (), is_full=desired.narrowing.is_full)


def _stamped(context: Context, narrowing: Narrowing, options: PlanOptions) -> list[Decision]:
    from oscar_sync.planning.stamping import decide_adopt, decide_forget

    decisions = []
    for live in context.facts.view.services.values():
        if not {live.key.name, str(live.key)} & set(options.names):
            continue
        if options.scope is Scope.ADOPT:
            decision = decide_adopt(context, live)
        elif narrowing.selects(live.key, live.form.labels):
            decision = decide_forget(context, live, None)
        else:
            decision = None
        if decision is not None:
            context.note(decision)
            decisions.append(decision)
    return decisions


def _materials(
    decisions: Sequence[Decision], contexts: Mapping[ClusterId, Context]
) -> Iterator[tuple[str, Material]]:
    for item in decisions:
        if item.material is None:
            continue
        material = item.material
        if item.action.erases:
            absent = removed_and_unlisted(contexts[item.action.key.cluster])
            material = replace(material, absent=absent)
            if isinstance(material, ReplaceMaterial):
                material = replace(material, before=replace(material.before, absent=absent))
        yield item.action.id, material
