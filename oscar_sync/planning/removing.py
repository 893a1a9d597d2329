"""Removing a service: detach every bucket, read back, delete. Its data stays (safety 2)."""

from collections.abc import Collection, Sequence

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.model.action import Action, ActionKind, Erased, Preconditions
from oscar_sync.model.identity import BucketName
from oscar_sync.model.origin import Origin
from oscar_sync.model.settings import RemovedEntry
from oscar_sync.model.state import LiveService
from oscar_sync.model.step import Do
from oscar_sync.planning.blocking import Reason, judged, union
from oscar_sync.planning.context import Context
from oscar_sync.planning.decision import Decision, Effects, action_id
from oscar_sync.planning.departure import buckets_of, departure
from oscar_sync.planning.erasing import (
    decide_erase,
    decide_erasures,
    erase_steps,
    erasures_of,
    removals_of,
)
from oscar_sync.planning.erasure_words import Named, named_erasures
from oscar_sync.planning.service_guards import (
    standing_reason,
)
from oscar_sync.semantics.stamp import fingerprint_of
from oscar_sync.semantics.volumes import deleted_volume


class Removal(Struct, frozen=True):
    live: LiveService
    decision: Decision
    named: Named
    origin: Origin | None


def decide_remove(
    context: Context,
    live: LiveService,
    *,
    why: str,
    entry: RemovedEntry | None = None,
    guard: Reason | None = None,
    notes: tuple[str, ...] = (),
) -> Removal:
    origin = entry.origin if entry else None
    volume = deleted_volume(live.form)
    named = named_erasures(context, live.key.name, buckets_of(live), entry, volume=volume)
    departing = departure(context, live, "remove", named)
    action = Action(
        id=action_id(ActionKind.REMOVE, live.key),
        key=live.key,
        kind=ActionKind.REMOVE,
        reason=why,
        steps=departing.steps,
        keeps=departing.keeps,
        erases=departing.erases,
        preconditions=Preconditions(fingerprint_of(live)),
        origin=origin,
        notes=(*notes, *departing.closing.notes, *departing.members.notes),
        members=departing.members.effects,
    )
    verdict = judged(guard, standing_reason(context, live), departing.verdict)
    used = union((verdict.used, named.used))
    if verdict.reason is None:
        effects = Effects(closes=departing.closing.buckets, removes=live.key.name)
        decision = Decision(action, departing.material, used=used, effects=effects)
        return Removal(live, decision, named, origin)
    return Removal(live, Decision(action, None, verdict.reason, used), named, origin)


def with_erasures(context: Context, removals: Sequence[Removal]) -> list[Decision]:
    # A bucket that several of the removed services share is erased after all of them.
    decisions: list[Decision] = []
    after: list[Decision] = []
    seen: set[str] = set()
    for removal in removals:
        live, decision, origin = removal.live, removal.decision, removal.origin
        if decision.reason is not None:
            decisions.append(decision)
            continue
        with_it = {item.bucket for item in decision.action.erases}
        rest = replace(
            removal.named,
            buckets={
                name: text for name, text in removal.named.buckets.items() if name not in with_it
            },
        )
        buckets = buckets_of(live)
        erasures = decide_erasures(context, live.key, rest, buckets, origin)
        fresh = [item for item in erasures.erased if item.bucket not in seen]
        seen.update(item.bucket for item in fresh)
        shared = tuple(item for item in fresh if _shares(context, live, item))
        own = tuple(item for item in fresh if item not in shared)
        decisions.append(_followed_by(context, decision, own, erasures.notes))
        decisions.extend(erasures.held)
        after.extend(
            decide_erase(context, live.key, (item,), origin, removals_of(context, item))
            for item in shared
        )
    return [*(_without_marks(decision, seen) for decision in decisions), *after]


def _shares(context: Context, live: LiveService, item: Erased) -> bool:
    users = context.users_of(BucketName(item.bucket))
    return any(key.name in context.planned.gone and key != live.key for key in users)


def _without_marks(decision: Decision, erased: Collection[str]) -> Decision:
    """Return *decision* without the marks of what is not kept after all."""
    steps = tuple(
        step
        for step in decision.action.steps
        if step.do is not Do.TAG_KEPT or step.target not in erased
    )
    return replace(decision, action=replace(decision.action, steps=steps))


def _followed_by(
    context: Context, decision: Decision, erased: tuple[Erased, ...], notes: tuple[str, ...]
) -> Decision:
    action, material = decision.action, decision.material
    lost = {item.bucket for item in erased}
    return replace(
        decision,
        action=replace(
            action,
            steps=(*action.steps, *erase_steps(erased)),
            keeps=tuple(item for item in action.keeps if item.bucket not in lost),
            erases=(*action.erases, *erased),
            notes=(*action.notes, *notes),
        ),
        material=material and replace(material, erasures=erasures_of(context, erased)),
    )
