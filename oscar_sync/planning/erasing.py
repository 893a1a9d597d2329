"""Erasing: data goes for good only if someone named it and nobody uses it (safety 2).

What is erased is counted in the plan. A bucket is erased through OSCAR, never on the store itself:
that would leave its owner's access rights to whoever takes the name next (record 226).
"""

from collections.abc import Iterable

from msgspec import Struct

from oscar_sync.model.action import Action, ActionKind, Erased
from oscar_sync.model.identity import BucketName, ServiceKey
from oscar_sync.model.material import EraseMaterial, Erasure
from oscar_sync.model.origin import Origin
from oscar_sync.model.state import BucketFacts
from oscar_sync.model.step import Do, Step
from oscar_sync.planning.blocking import Reason
from oscar_sync.planning.context import Context
from oscar_sync.planning.decision import Decision, action_id
from oscar_sync.planning.erasure_guards import erase_reason
from oscar_sync.planning.erasure_words import Named
from oscar_sync.semantics.buckets import used_buckets


class Erasures(Struct, frozen=True):
    erased: tuple[Erased, ...] = ()
    held: tuple[Decision, ...] = ()
    notes: tuple[str, ...] = ()


def decide_erasures(
    context: Context,
    service: ServiceKey,
    named: Named,
    buckets: Iterable[BucketName],
    origin: Origin | None,
) -> Erasures:
    """Return what becomes of the *named* buckets, and of the empty ones among *buckets*."""
    erased: list[Erased] = []
    held: list[Decision] = []
    notes: list[str] = []
    for bucket, words in named.buckets.items():
        facts = context.facts.bucket(bucket)
        if facts is None:
            notes.append(f"bucket {bucket} does not exist: nothing to delete ({words})")
            continue
        item = context.erased(bucket, service.name, words)
        reason = _strange_reason(service, bucket, facts.from_service, buckets) or erase_reason(
            context, service, bucket
        )
        if reason is None:
            erased.append(item)
        else:
            held.append(Decision(erase_action(service, (item,), origin), reason=reason))
    if named.empty:
        erased.extend(_empty(context, service, named, buckets))
    return Erasures(tuple(erased), tuple(held), tuple(notes))


def _strange_reason(
    service: ServiceKey, bucket: BucketName, made_by: str, buckets: Iterable[BucketName]
) -> Reason | None:
    if bucket in buckets or made_by in ("", service.name):
        return None
    return Reason(
        "not-its-bucket",
        f"bucket {bucket} was made by {made_by}, and {service} does not use it",
        (f"name it under the removal of {made_by}", "leave its deletion out"),
    )


def _empty(
    context: Context, service: ServiceKey, named: Named, buckets: Iterable[BucketName]
) -> Iterable[Erased]:
    for bucket in buckets:
        facts = context.facts.bucket(bucket)
        if bucket in named.buckets or facts is None or not _was_its_own(context, service, facts):
            continue
        item = context.erased(bucket, service.name, named.empty)
        if item.objects == 0 and erase_reason(context, service, bucket) is None:
            yield item


def _was_its_own(context: Context, service: ServiceKey, bucket: BucketFacts) -> bool:
    """Tell whether the service had *bucket*, by more than what it says of itself."""
    # Whoever may write the service may write into ``oscar-sync.io/detached`` that it had any
    # bucket: of those that its definition no longer names, only the ones count that OSCAR made for
    # it.
    live = context.facts.view.services.get(service.name)
    if live is None or bucket.from_service == service.name:
        return bucket.from_service == service.name
    return bucket.name in (*used_buckets(live.form), *live.bucket_list)


def erase_steps(erased: Iterable[Erased]) -> tuple[Step, ...]:
    """Return one step for each bucket; a volume goes with its service."""
    return tuple(Step(Do.ERASE, item.bucket) for item in erased if not item.is_volume)


def erasures_of(context: Context, erased: Iterable[Erased]) -> dict[str, Erasure]:
    """Return each bucket as it was seen, for the look just before it goes."""
    erasures = {}
    for item in erased:
        bucket = BucketName(item.bucket)
        facts, count = context.facts.bucket(bucket), context.facts.count(bucket)
        if facts is not None and count is not None:
            erasures[item.bucket] = Erasure(facts, count)
    return erasures


def erase_action(
    service: ServiceKey,
    erased: tuple[Erased, ...],
    origin: Origin | None,
    depends_on: tuple[str, ...] = (),
) -> Action:
    suffix = "".join(f"/{item.bucket}" for item in erased)
    return Action(
        id=action_id(ActionKind.ERASE, service, suffix),
        key=service,
        kind=ActionKind.ERASE,
        reason="named by erase",
        steps=erase_steps(erased),
        erases=erased,
        depends_on=depends_on,
        origin=origin,
    )


def removals_of(context: Context, item: Erased) -> tuple[str, ...]:
    """Return the removals that *item* waits for: those of the services that use it."""
    live = context.facts.view.services
    users = context.users_of(BucketName(item.bucket))
    return tuple(
        action_id(ActionKind.REMOVE, key)
        for key in sorted(users)
        if key.name in context.planned.gone and key.name in live
    )


def decide_erase(
    context: Context,
    service: ServiceKey,
    erased: tuple[Erased, ...],
    origin: Origin | None,
    depends_on: tuple[str, ...] = (),
) -> Decision:
    view = context.facts.view
    return Decision(
        erase_action(service, erased, origin, depends_on),
        EraseMaterial(
            view.cluster,
            view.release,
            "",
            erasures=erasures_of(context, erased),
            own_store=view.own_store,
        ),
    )
