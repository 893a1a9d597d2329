"""Erasing: data goes for good only if someone named it and nobody uses it (safety 2).

What is erased is counted in the plan. A bucket is erased through OSCAR, never on the store itself:
that would leave its owner's access rights to whoever takes the name next (record 226).
"""

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.model.action import Action, ActionKind, Erased
from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.identity import BucketName, ServiceKey, ServiceName
from oscar_sync.model.material import EraseMaterial, Erasure
from oscar_sync.model.origin import Origin
from oscar_sync.model.settings import DeclaredBucket, DeclaredVolume, RemovedEntry, Seed
from oscar_sync.model.state import BucketFacts, Probe
from oscar_sync.model.step import Do, Step
from oscar_sync.planning.blocking import Reason, union, whose_words
from oscar_sync.planning.context import Context
from oscar_sync.planning.decision import Decision, action_id
from oscar_sync.planning.guards import protect_reason, shared_name_reason
from oscar_sync.semantics import operator
from oscar_sync.semantics.buckets import unlisted_makers, used_buckets
from oscar_sync.semantics.capabilities import DELETED_BY_POLICY, NO_BUCKET_BY_NAME, shown_release

VOLUME: Final = "volume"
EMPTY: Final = "empty"
_ESCAPE: Final = "bucket:"
"""What stands before a bucket that is called like a word of consent."""


def named_bucket(consent: Consent) -> BucketName | None:
    if consent.word is not Word.ERASE or consent.service or consent.bucket == EMPTY:
        return None
    return BucketName(consent.bucket.removeprefix(_ESCAPE))


class Named(Struct, frozen=True):
    """What someone wrote down for one service, each with the words that people are shown.

    ``empty`` and ``volume`` are blank where nobody consents; ``used`` are the consents that do.
    """

    buckets: Mapping[BucketName, str]
    empty: str = ""
    volume: str = ""
    used: frozenset[Consent] = frozenset()


def named_erasures(
    context: Context,
    service: str,
    buckets: Iterable[BucketName],
    entry: RemovedEntry | None = None,
    *,
    volume: str = "",
) -> Named:
    """Return which of *buckets* and *volume* may be erased: by ``removed``, by consent."""
    # The entry may name other buckets as well.
    written = _written(entry) if entry else Named({})
    place = context.facts.view.cluster.id
    words = dict(written.buckets)
    used: list[frozenset[Consent]] = []

    def words_of(consent: Consent) -> str:
        given = context.consents_to(replace(consent, cluster=place))
        used.append(given)
        return str(consent) if given else ""

    for bucket in buckets:
        if bucket not in words and (said := words_of(Consent(Word.ERASE, bucket=_spelled(bucket)))):
            words[bucket] = said
    empty = written.empty or words_of(Consent(Word.ERASE, bucket=EMPTY))
    its_volume = written.volume
    if volume and not its_volume:
        its_volume = words_of(Consent(Word.ERASE, service, VOLUME))
    return Named(words, empty, its_volume, union(used))


def _written(entry: RemovedEntry) -> Named:
    because = f', "{entry.because}"' if entry.because else ""
    words = {item: f"erase: [{item}]{because}" for item in entry.erase}
    return Named(
        {
            BucketName(item.removeprefix(_ESCAPE)): text
            for item, text in words.items()
            if item not in (EMPTY, VOLUME)
        },
        words.get(EMPTY, ""),
        words.get(VOLUME, ""),
    )


def _spelled(bucket: BucketName) -> str:
    return f"{_ESCAPE}{bucket}" if bucket in (EMPTY, VOLUME) else bucket


def consent_to_erase(bucket: BucketName) -> str:
    return str(Consent(Word.ERASE, bucket=_spelled(bucket)))


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
