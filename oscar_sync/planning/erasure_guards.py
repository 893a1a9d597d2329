"""Why a bucket is not deleted: whose it is, who uses it, what cannot be seen."""

from collections.abc import Iterable

from oscar_sync.model.identity import BucketName, ServiceKey, ServiceName
from oscar_sync.model.settings import DeclaredBucket, DeclaredVolume, Seed
from oscar_sync.model.state import Probe
from oscar_sync.planning.blocking import Reason, whose_words
from oscar_sync.planning.context import Context
from oscar_sync.planning.service_guards import protect_reason, shared_name_reason
from oscar_sync.semantics import operator
from oscar_sync.semantics.buckets import unlisted_makers
from oscar_sync.semantics.capabilities import DELETED_BY_POLICY, NO_BUCKET_BY_NAME, shown_release


def erase_reason(context: Context, service: ServiceKey, bucket: BucketName) -> Reason | None:
    return (
        unread_reason(context)
        or protect_reason(context, service)
        or shared_name_reason(context, [bucket])
        or _set_reason(context, bucket)
        or _owner_reason(context, bucket)
        or _use_reason(context, service, bucket)
        or _list_reason(context, service, bucket)
        or _count_reason(context, bucket)
        or declared_reason(bucket, context.settings.buckets_on(service.cluster))
    )


def unread_reason(context: Context) -> Reason | None:
    if not context.is_partial:
        return None
    return Reason(
        "manifests-unread",
        "not every manifest was read, so what they use is not known",
        ("correct them: oscar-sync validate", "let the PATHs hold every FDL file"),
    )


def _set_reason(context: Context, bucket: BucketName) -> Reason | None:
    facts = context.facts.bucket(bucket)
    if facts is None or facts.set_name in ("", context.settings.set_name):
        return None
    return Reason(
        "not-ours",
        f"bucket {bucket} is managed by set {facts.set_name}",
        (
            f"delete it in the settings of set {facts.set_name}",
            f"take it over: write it under `buckets`, apply --allow take-over:bucket:{bucket}",
        ),
    )


def declared_reason(
    name: str, declared: Iterable[DeclaredBucket | DeclaredVolume]
) -> Reason | None:
    # The next apply would make it again, without what it held.
    place = next((str(one.origin) for one in declared if one.which.name == name), "")
    if not place:
        return None
    return Reason("still-declared", f"{name} is declared in {place}", ("delete it there first",))


def _owner_reason(context: Context, bucket: BucketName) -> Reason | None:
    facts = context.facts.bucket(bucket)
    if facts is None:
        return None
    if context.owns_bucket(facts):
        return None if context.facts.view.is_admin else _tag_reason(context, bucket)
    return Reason(
        "not-my-bucket",
        f"bucket {bucket} {whose_words(facts.owner)}: no permission allows deleting it",
        (f"delete it as {facts.owner}" if facts.owner else "ask the cluster's operator",),
    )


def _tag_reason(context: Context, bucket: BucketName) -> Reason | None:
    # A list shows a user as the owner of all that is private and that the user has access to: also
    # of what another made again under a name that the user once had (226), and of what an update
    # made.
    view = context.facts.view
    if NO_BUCKET_BY_NAME.holds(view.release):
        return Reason(
            "not-my-bucket",
            f"it is not known whether bucket {bucket} is yours alone: OSCAR "
            f"{shown_release(view.release)} does not show its tags",
            (f"if it is, delete it by hand: DELETE /system/buckets/{bucket}",),
        )
    tagged = context.facts.tag_owner(bucket)
    if tagged is None or tagged in view.me:
        return None
    whose = f"its tag says that it belongs to {tagged}" if tagged else "no owner tag is shown"
    me = next(iter(view.me), "")
    call = operator.set_tags(view.cluster.id, bucket, owner=me)
    words = f"the server does not let you delete bucket {bucket}"
    if DELETED_BY_POLICY.holds(view.release):
        words = f"it is not known whether bucket {bucket} is yours alone"
    return Reason(
        "not-my-bucket",
        f"{words}: {whose}",
        (
            f"delete it as {tagged}"
            if tagged
            else f"ask the cluster's operator whose it is, and if it is yours to run: {call}",
        ),
    )


def _use_reason(context: Context, service: ServiceKey, bucket: BucketName) -> Reason | None:
    users = (*context.users_left(bucket, service.name), *_seeds(context, bucket))
    if not users:
        return None
    return Reason(
        "bucket-in-use",
        f"bucket {bucket} is used by {', '.join(users)}",
        ("let them use another bucket, or remove them first", "leave its deletion out"),
    )


def _seeds(context: Context, bucket: BucketName) -> tuple[str, ...]:
    return tuple(
        f"a seed of {seed.service} ({seed.origin})"
        for entry in context.settings.services
        for seed in entry.seeds
        if seed.bucket == bucket and _fills_own_store(context, seed)
    )


def _fills_own_store(context: Context, seed: Seed) -> bool:
    return any(
        seed.service.matches(wanted.key) and context.leads_here(wanted, seed.provider)
        for wanted in (*context.desired.values(), *context.wanted_beside())
    )


def _list_reason(context: Context, service: ServiceKey, bucket: BucketName) -> Reason | None:
    # A service that ``removed:`` names may use the bucket as long as a GET by name shows it.
    facts, view = context.facts.bucket(bucket), context.facts.view
    buckets = (view.buckets or {}).values()
    unlisted = unlisted_makers(facts, buckets, view.services, service.name)
    for name in sorted({*unlisted, *removed_and_unlisted(context)}):
        if context.facts.probe(name) in (Probe.EXISTS, Probe.SHARED, Probe.UNKNOWN):
            return Reason(
                "list-incomplete",
                f"the list of services lacks {name}, which a GET by name does not call absent: "
                f"it is not known what uses bucket {bucket}",
                ("run it again, once the cluster lists every service",),
            )
    return None


def removed_and_unlisted(context: Context) -> tuple[ServiceName, ...]:
    """Return the services that ``removed`` names and the list lacks; one may still be there."""
    view = context.facts.view
    named = {
        ServiceName(entry.which.name)
        for entry in context.settings.removed
        if entry.which.cluster in (None, view.cluster.id)
    }
    return tuple(sorted(named.difference(view.services)))


def _count_reason(context: Context, bucket: BucketName) -> Reason | None:
    if context.facts.has_store() and context.facts.is_readable(bucket):
        return None
    problem = context.facts.view.store_problem or "its keys do not reach that bucket"
    return Reason(
        "not-counted",
        f"the content of bucket {bucket} cannot be seen from here ({problem})",
        (
            "set s3_endpoint of the cluster to an address that works from here",
            f"delete it by hand: DELETE /system/buckets/{bucket}",
        ),
    )
