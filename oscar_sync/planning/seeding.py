"""Files that a store lacks: uploads after the service holds (safety 9)."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from oscar_sync.model.action import BUCKET_PREFIX, Action, ActionKind
from oscar_sync.model.amounts import plural
from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.form import Account, Form
from oscar_sync.model.identity import BucketName, ServiceKey, ServiceName
from oscar_sync.model.material import SeedMaterial
from oscar_sync.model.settings import DeclaredBucket, Seed
from oscar_sync.model.state import DesiredService, SeedDifference
from oscar_sync.model.step import Do, Step
from oscar_sync.planning.blocking import Judgement, Reason, needs_consent
from oscar_sync.planning.context import Context
from oscar_sync.planning.decision import Decision, action_id
from oscar_sync.semantics.buckets import inputs
from oscar_sync.semantics.paths import account_of, lies_within
from oscar_sync.semantics.stores import is_own_store

_FILES: Final = "correct the files, or name them in .oscar-syncignore in the seed's folder"


def decide_seeds(context: Context, desired: DesiredService) -> tuple[Decision, ...]:
    if not context.settings.services:
        return ()
    seeds = [seed for entry in context.settings.of_service(desired.key) for seed in entry.seeds]
    return _decided(context, desired.key, desired.form, seeds)


def decide_bucket_seeds(context: Context, declared: DeclaredBucket) -> tuple[Decision, ...]:
    """Return what the files of a declared bucket's own seeds need."""
    key = context.service_key(f"{BUCKET_PREFIX}{declared.which.name}")
    return _decided(context, key, Form(name=key.name), declared.seeds)


def _decided(
    context: Context, key: ServiceKey, form: Form, seeds: Sequence[Seed]
) -> tuple[Decision, ...]:
    decisions = (_decide(context, key, form, seed, at) for at, seed in enumerate(seeds))
    return tuple(decision for decision in decisions if decision is not None)


def _decide(
    context: Context, key: ServiceKey, form: Form, seed: Seed, position: int
) -> Decision | None:
    """Return what *seed* needs; *form* says how its provider is reached."""
    credentials = account_of(form, seed.provider) if seed.is_elsewhere else {}
    is_own = not seed.is_elsewhere or is_own_store(
        form, seed.provider, context.facts.view.own_store
    )
    reason = _reason(context, seed, credentials, is_own=is_own)
    difference = None if reason else context.facts.seed(seed, credentials)
    if difference is None:
        difference = SeedDifference()
    if not reason and difference.no_bucket:
        reason = _reason_without_bucket(context, seed, difference.no_bucket)
    if not reason and difference.not_allowed:
        reason = Reason(
            "endpoint-not-allowed",
            difference.not_allowed,
            (
                "add its origin to OSCAR_SYNC_ENDPOINTS, or name it by --endpoint-allowed",
                f"correct {seed.provider} in the service's storage_providers",
            ),
        )
    if not reason and difference.problems:
        reason = Reason("unreadable-seed", "; ".join(difference.problems), (_remedy(seed),))
    extra = difference.extra if seed.delete_extra else ()
    if not reason and extra:
        reason = _source_reason(seed, difference)
    verdict = Judgement(reason)
    if not reason and extra and is_own:
        verdict = _others_verdict(context, key, seed, len(extra))
    if not verdict.reason and not difference.uploads and not extra:
        return None
    triggered = len(difference.uploads) if is_own and _fires(context, seed) else 0
    notes = [f"starts {plural(triggered, 'job')}"] if triggered else []
    notes.extend(
        f"two names look like {seed.shown(path)}, one composed and one decomposed (Unicode NFC and "
        "NFD): they are two objects"
        for path in difference.alike
    )
    action = Action(
        id=action_id(ActionKind.SEED, key, f"#{position + 1}"),
        key=key,
        kind=ActionKind.SEED,
        reason=f"{seed.shown_source} -> {seed.place}",
        steps=(
            *(
                Step(Do.UPLOAD, seed.shown(item.path), "", item.size_bytes, item.checksum)
                for item in difference.uploads
            ),
            *(
                Step(Do.DELETE_OBJECT, seed.shown(item.path), checksum=item.checksum)
                for item in extra
            ),
        ),
        origin=seed.origin,
        notes=(*notes, f"trigger: {'yes' if seed.is_trigger else 'no'}"),
    )
    if verdict.reason:
        return Decision(action, reason=verdict.reason)
    view = context.facts.view
    return Decision(
        action,
        SeedMaterial(
            view.cluster,
            view.release,
            "",
            uploads=difference.uploads,
            extra=extra,
            extra_below=seed.folder,
            provider=seed.provider if seed.is_elsewhere else "",
            credentials=credentials,
        ),
        used=verdict.used,
    )


def _remedy(seed: Seed) -> str:
    if seed.is_elsewhere:
        return f"{_FILES}, or correct {seed.provider} in the service's storage_providers"
    return _FILES


def _reason(context: Context, seed: Seed, credentials: Account, *, is_own: bool) -> Reason | None:
    if not seed.is_elsewhere:
        return _reason_on_own_store(context, seed)
    if not credentials:
        return Reason(
            "no-such-provider",
            f"the service's manifest does not say how to log in to {seed.provider}",
            (f"add storage_providers.{seed.provider} to its FDL",),
        )
    return _trigger_reason(context, seed) if is_own else None


def _reason_on_own_store(context: Context, seed: Seed) -> Reason | None:
    if not context.facts.has_store():
        return Reason(
            "store-unreachable",
            f"the object store is not reachable from here ({context.facts.view.store_problem})",
            ("set s3_endpoint of the cluster to an address that works from here",),
        )
    return _trigger_reason(context, seed)


def _trigger_reason(context: Context, seed: Seed) -> Reason | None:
    """Return why files that start jobs are not uploaded unasked."""
    # Of a seed for ``minio.default`` the manifests were looked at before; where another provider
    # leads to the cluster's own store only its address says that.
    starts = _fires(context, seed) if seed.is_elsewhere else _fires_live(context, seed)
    if seed.is_trigger or not starts:
        return None
    leads = f", where {seed.provider} leads," if seed.is_elsewhere else ""
    return Reason(
        "seed-triggers",
        f"uploads to {seed.bucket}/{seed.prefix}{leads} start a service on the cluster",
        ("write `trigger: true` at the seed if each file should start a job",),
    )


def _others_verdict(context: Context, key: ServiceKey, seed: Seed, count: int) -> Judgement:
    # A live service that the files do not name may have written there what no seed holds.
    bucket, me = BucketName(seed.bucket), key.name
    whose = _whose_else(context, me, bucket)
    if not whose:
        return Judgement()
    reason = needs_consent(
        "extra-of-others",
        f"delete_extra would delete {plural(count, 'object')} from bucket {bucket}, {whose}",
        Consent(Word.ATTACH, me, bucket),
        "remove `delete_extra` from the seed, or seed into a bucket of the service's own",
    )
    if me.startswith(BUCKET_PREFIX):
        ways = ("remove `delete_extra` from the seed",)
        return Judgement(replace(reason, ways_out=ways, consent=""))
    used = context.consents_to(Consent(Word.ATTACH, me, bucket, key.cluster))
    return Judgement(used=used) if used else Judgement(reason)


def _whose_else(context: Context, me: ServiceName, bucket: BucketName) -> str:
    users = {
        key.name
        for key, wanted in context.users_of(bucket).items()
        if wanted is None and key.name not in {me, *context.planned.gone}
    }
    if users:
        return f"which {', '.join(sorted(users))} uses too"
    facts = context.facts.bucket(bucket)
    if facts is None:
        return ""
    if facts.from_service not in ("", me, *context.desired):
        return f"which was made for service {facts.from_service}"
    return "" if context.owns_bucket(facts) else f"which belongs to {facts.owner}"


def _source_reason(seed: Seed, difference: SeedDifference) -> Reason | None:
    """Return why ``delete_extra`` deletes nothing: the files are not what they should be."""
    if not difference.source_fault:
        return None
    count = len(difference.extra)
    what = "the object" if count == 1 else f"all {plural(count, 'object')}"
    return Reason(
        "seed-source-empty",
        f"{difference.source_fault}, and delete_extra would delete {what} in {seed.place}",
        (
            f"put the files back: {seed.shown_source} may not be mounted, or not be checked out",
            "remove `delete_extra` from the seed, and delete them by hand if that is intended",
        ),
    )


def _reason_without_bucket(context: Context, seed: Seed, why: str) -> Reason | None:
    bucket = BucketName(seed.bucket)
    if bucket in context.planned.made:
        return None
    return Reason(
        "no-such-bucket",
        f"bucket {bucket} {why}, and no service of the plan makes it",
        (
            "name a bucket that the service uses",
            f"name it as an input or output of a service, which makes it: path: {bucket}/FOLDER",
        ),
    )


def _fires(context: Context, seed: Seed) -> bool:
    forms = [wanted.form for wanted in context.desired.values()]
    return any(_is_input(form, seed) for form in forms) or _fires_live(context, seed)


def _fires_live(context: Context, seed: Seed) -> bool:
    return any(
        _is_input(service.form, seed)
        for service in context.facts.view.every_service
        if service.key.name not in context.desired or context.namesakes_of(service.key.name)
    )


def _is_input(form: Form, seed: Seed) -> bool:
    target = f"{seed.bucket}/{seed.prefix}"
    return any(lies_within(target, f"{bucket}/{folder}") for bucket, folder in inputs(form))


def seed_after(before: Decision | None, seed: Decision) -> Decision:
    """Return *seed* so that it waits for what makes its bucket, blocked where that is."""
    if before is None:
        return seed
    action = replace(seed.action, depends_on=(before.action.id,))
    if before.reason is not None and seed.reason is None:
        reason = replace(before.reason, message="what it waits for is blocked")
        return replace(seed, action=action, material=None, reason=reason)
    return replace(seed, action=action)
