"""Who gains access to a bucket when a service takes it up or changes its visibility (trust 2.6)."""

from collections.abc import Collection, Iterator, Mapping

from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.identity import BucketName, ServiceKey
from oscar_sync.model.state import DesiredService, LiveService
from oscar_sync.planning.blocking import Judgement, attach_reason, judged, whose_words
from oscar_sync.planning.context import Context
from oscar_sync.semantics.access import Access, access_of_service, gained

_Service = DesiredService | LiveService
"""What a step writes: what manifests want, or what is there, which `adopt` writes again."""


def bucket_verdict(
    context: Context,
    service: _Service,
    attached: Collection[BucketName],
    given: Mapping[BucketName, Access],
) -> Judgement:
    """Return why a bucket needs consent: one that is *attached* is another's, or others see it.

    *given* is the access that the step gives to buckets.
    """
    verdicts: list[Judgement] = []
    for bucket in dict.fromkeys((*attached, *given)):
        why = _foreign_words(context, bucket) if bucket in attached else ""
        if not why and bucket in given:
            why = _widening_words(context, service, bucket, given[bucket])
            why = why if why and _is_shared_or_filled(context, service, bucket) else ""
        if not why:
            continue
        name, cluster = service.key.name, service.key.cluster
        consents = context.consents_to(Consent(Word.ATTACH, name, bucket, cluster))
        reason = None if consents else attach_reason(name, bucket, why)
        verdicts.append(Judgement(reason, consents))
    return judged(*verdicts)


def bucket_notes(
    context: Context,
    service: _Service,
    attached: Collection[BucketName],
    given: Mapping[BucketName, Access],
    closed: Collection[BucketName] = (),
) -> Iterator[str]:
    """Yield whose the *attached* buckets are where they are another's, and who gains access.

    *closed* are buckets that the step closes to everybody.
    """
    for bucket in dict.fromkeys((*attached, *given)):
        why = _foreign_words(context, bucket) if bucket in attached else ""
        if why:
            yield f"bucket {bucket} {why}"
        words = _widening_words(context, service, bucket, given[bucket]) if bucket in given else ""
        if words:
            yield f"bucket {bucket} {words}, and that stays when the service is removed"
        elif bucket in closed and context.access_to(bucket).is_public:
            yield f"bucket {bucket} is no longer open to everybody"
        elif bucket in given and _is_wider(context, service, bucket):
            yield (
                f"bucket {bucket} is open to everybody, whatever the service's visibility "
                f"{service.form.visibility} says"
            )


def _foreign_words(context: Context, bucket: BucketName) -> str:
    facts = context.facts.bucket(bucket)
    if facts is None or context.owns_bucket(facts):
        return ""
    return whose_words(facts.owner)


def _widening_words(context: Context, service: _Service, bucket: BucketName, given: Access) -> str:
    before = _access_before(context, service, bucket)
    if before is None:
        return ""
    who = gained(before, before | given, context.facts.view.me)
    if not who:
        return ""
    return (
        f"{_state(context, service, bucket)}; the service's visibility "
        f"{service.form.visibility} would let {who} read, write and delete it"
    )


def _state(context: Context, service: _Service, bucket: BucketName) -> str:
    facts = context.facts.bucket(bucket)
    if facts is not None:
        return f"is {facts.visibility or 'private'}"
    others = ", ".join(str(key) for key in _others(context, service, bucket))
    return f"is made by this plan for {others} too"


def _access_before(context: Context, service: _Service, bucket: BucketName) -> Access | None:
    """Return who has access to *bucket* before the service is written, None for a new one's own."""
    # A bucket that the plan makes for several services is as closed as the most private of them
    # wants it, in whatever order they are written.
    if context.facts.bucket(bucket) is not None or bucket in context.planned.access:
        return context.access_to(bucket)
    wanted = [
        access_of_service(context.desired[key.name].form)
        for key in _others(context, service, bucket)
        if key.name in context.desired
    ]
    return min(wanted, key=lambda one: (one.is_public, len(one.users)), default=None)


def _others(context: Context, service: _Service, bucket: BucketName) -> list[ServiceKey]:
    users = context.users_of(bucket)
    gone = context.planned.gone
    return sorted(key for key in users if key != service.key and key.name not in gone)


def _is_shared_or_filled(context: Context, service: _Service, bucket: BucketName) -> bool:
    if _others(context, service, bucket):
        return True
    count = context.facts.count(bucket)
    return count is None or bool(count.objects)


def _is_wider(context: Context, service: _Service, bucket: BucketName) -> bool:
    is_known = bucket in context.planned.access or context.facts.bucket(bucket) is not None
    is_open = is_known and context.access_to(bucket).is_public
    return is_open and not access_of_service(service.form).is_public
