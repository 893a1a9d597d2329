"""Erasures whose service is gone already: a run may have been killed between the two (safety 6)."""

from collections.abc import Collection

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.model.consent import Consent
from oscar_sync.model.identity import ServiceKey, ServiceName
from oscar_sync.model.settings import RemovedEntry
from oscar_sync.model.state import BucketFacts
from oscar_sync.planning.blocking import Reason, union
from oscar_sync.planning.context import Context
from oscar_sync.planning.decision import Decision
from oscar_sync.planning.erasing import decide_erase, decide_erasures, erase_action, removals_of
from oscar_sync.planning.erasure_guards import erase_reason
from oscar_sync.planning.erasure_words import named_bucket, named_erasures
from oscar_sync.semantics.stamp import dropped_of


class Spent(Struct, frozen=True):
    decisions: tuple[Decision, ...] = ()
    notes: tuple[str, ...] = ()
    used: frozenset[Consent] = frozenset()


def spent_erasures(context: Context, erased: Collection[str]) -> Spent:
    decisions: list[Decision] = []
    notes: list[str] = []
    used: list[frozenset[Consent]] = []
    gone = {*erased}
    for entry in _spent(context):
        service = context.service_key(entry.which.name)
        if not entry.erase:
            continue
        spent = _of_entry(context, entry, service, gone)
        decisions.extend(spent.decisions)
        notes.extend(spent.notes)
        used.append(spent.used)
        gone.update(
            item.bucket
            for one in spent.decisions
            if one.reason is None
            for item in one.action.erases
        )
    gone.update(item.bucket for one in decisions for item in one.action.erases)
    return Spent((*decisions, *orphans_named(context, gone)), tuple(notes), union(used))


def _spent(context: Context) -> list[RemovedEntry]:
    here = context.facts.view.cluster.id
    return [entry for entry in context.spent if entry.which.cluster in (None, here)]


def _of_entry(
    context: Context, entry: RemovedEntry, service: ServiceKey, erased: Collection[str]
) -> Spent:
    named = named_erasures(context, service.name, (), entry)
    named = replace(
        named, buckets={name: text for name, text in named.buckets.items() if name not in erased}
    )
    made = context.facts.made_by(service.name) if named.empty else ()
    made = tuple(name for name in made if name not in erased)
    erasures = decide_erasures(context, service, named, made, entry.origin)
    decisions = [
        decide_erase(context, service, (item,), entry.origin, removals_of(context, item))
        for item in erasures.erased
    ]
    notes = []
    for item in erasures.held:
        if item.reason is not None and item.reason.code == "not-its-bucket":
            notes.append(f"warning: {entry.origin}: {item.reason.message}; it is left")
        else:
            decisions.append(item)
    return Spent(tuple(decisions), tuple(notes), named.used)


def _left_reason(context: Context, bucket: BucketFacts) -> Reason | None:
    view, maker = context.facts.view, ServiceName(bucket.from_service)
    stays = {name for name in view.services if name not in context.planned.gone}
    owners = sorted(
        name
        for name in stays
        if name == maker or bucket.name in dropped_of(view.services[name].annotations)
    )
    if not owners and (maker not in context.desired or maker in context.planned.gone):
        return None
    return Reason(
        "not-left-by-a-removal",
        f"bucket {bucket.name} was removed from the definition of "
        f"{owners[0] if owners else maker}, which stays: "
        "erase:BUCKET is for the buckets of services that are removed",
        (
            "remove that service, with `erase` in its entry under `removed`",
            f"delete the bucket: oscar-sync bucket delete {bucket.name} -c {view.cluster.id}",
        ),
    )


def orphans_named(context: Context, erased: Collection[str]) -> tuple[Decision, ...]:
    """Return the erasure of buckets that ``--allow erase:BUCKET`` names and no service uses."""
    # The consent is for what removals leave, not for what an update takes out of a service that
    # stays, maybe a moment ago in a run with the same consent (trust 2.4).
    decisions = []
    for consent in context.settings.allow:
        bucket = named_bucket(consent)
        if (
            bucket is None
            or consent.cluster not in (None, context.facts.view.cluster.id)
            or bucket in erased
            or context.users_left(bucket, "")
        ):
            continue
        facts = context.facts.bucket(bucket)
        if facts is None:
            continue
        service = context.service_key(facts.from_service or bucket)
        item = context.erased(bucket, "", str(consent))
        reason = _left_reason(context, facts) or erase_reason(context, service, bucket)
        if reason is None:
            waits_for = removals_of(context, item)
            decision = decide_erase(context, service, (item,), None, waits_for)
        else:
            decision = Decision(erase_action(service, (item,), None), reason=reason)
        decisions.append(replace(decision, used=frozenset({consent})))
    return tuple(decisions)
