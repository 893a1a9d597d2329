"""Removing a service: detach every bucket, read back, delete. Its data stays (safety 2)."""

from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.identity import BucketName
from oscar_sync.model.material import Material, StampWish
from oscar_sync.model.origin import Origin
from oscar_sync.model.plan import Action, ActionKind, Do, Erased, Preconditions, Step
from oscar_sync.model.state import LiveService
from oscar_sync.planning.blocking import Reason, needs_consent
from oscar_sync.planning.context import Context
from oscar_sync.planning.decision import Decision, action_id
from oscar_sync.planning.guards import (
    first_of,
    owner_reason,
    protect_reason,
    standing_reason,
    stopped_reason,
)
from oscar_sync.planning.hook_steps import HookWork, hooks_to_write, in_order, stale_work
from oscar_sync.semantics.bodies import owner_to_write
from oscar_sync.semantics.buckets import (
    in_out_buckets,
    mount_bucket,
    named_by_delete,
    without_buckets,
)
from oscar_sync.semantics.immutable import takes_no_put
from oscar_sync.semantics.stamp import detached_of, detached_stamp, fingerprint_of, hooks_of


def decide_remove(
    context: Context,
    live: LiveService,
    *,
    why: str,
    origin: Origin | None = None,
    guard: Reason | None = None,
    notes: tuple[str, ...] = (),
) -> Decision:
    """Return the removal of *live* with everything it keeps, or why it is held back."""
    name = live.key.name
    buckets = _buckets(live)
    vouched = (duty.bucket for duty in hooks_of(live.annotations))
    work = stale_work(context, name, (*in_out_buckets(live.form), *let_go(live), *vouched))
    action = Action(
        id=action_id(ActionKind.REMOVE, live.key),
        key=live.key,
        kind=ActionKind.REMOVE,
        reason=why,
        steps=_steps(live, work),
        keeps=tuple(context.kept(bucket, name) for bucket in buckets),
        preconditions=Preconditions(True, fingerprint_of(live)),
        origin=origin,
        notes=notes,
    )
    reason = guard or _reason(context, live)
    if reason is not None:
        return Decision(action, reason=reason)
    context.gone.add(name)
    return Decision(action, _material(context, live, work))


def _buckets(live: LiveService) -> tuple[BucketName, ...]:
    mount = mount_bucket(live.form)
    per_user = tuple(BucketName(name) for name in live.bucket_list)
    named = (*in_out_buckets(live.form), *((mount,) if mount else ()), *per_user, *let_go(live))
    return tuple(dict.fromkeys(named))


def let_go(live: LiveService) -> tuple[BucketName, ...]:
    """Return the buckets that a removal cut short has let go of already (safety 6)."""
    purpose, buckets = detached_of(live.annotations)
    return tuple(BucketName(name) for name in buckets) if purpose == "remove" else ()


def _needs_detach(live: LiveService) -> bool:
    """Tell whether a PUT must let go of buckets first; a mount alone the server keeps."""
    return bool(named_by_delete(live.form, live.bucket_list))


def _steps(live: LiveService, work: HookWork) -> tuple[Step, ...]:
    name = live.key.name
    delete = Step(Do.DELETE, name, restarts_store=True)
    if not _needs_detach(live):
        return (*in_order(work.steps), delete)
    kept = ", ".join(named_by_delete(live.form, live.bucket_list))
    return (Step(Do.PUT, name, f"lets go of {kept}"), *in_order(work.steps), delete)


def _material(context: Context, live: LiveService, work: HookWork) -> Material:
    view = context.facts.view
    buckets = named_by_delete(live.form, live.bucket_list)
    form = without_buckets(live.form, buckets, keeps_mount=False)
    if live.bucket_list:
        form["isolation_level"] = ""
    return Material(
        cluster=view.cluster,
        release=view.release,
        owner=owner_to_write(live),
        live=live,
        form=form if _needs_detach(live) else live.form,
        stamp=StampWish(
            context.settings.set_name,
            hooks=hooks_to_write(context, live, work),
            detached=detached_stamp("remove", buckets),
        ),
    )


def _reason(context: Context, live: LiveService) -> Reason | None:
    return first_of(
        standing_reason(context, live),
        owner_reason(context, live),
        protect_reason(context, live),
        _put_reason(live),
        _volume_reason(live),
        stopped_reason(context, live) if _needs_detach(live) else None,
    )


def _put_reason(live: LiveService) -> Reason | None:
    why = takes_no_put(live.form)
    buckets = named_by_delete(live.form, live.bucket_list)
    if not why or not buckets:
        return None
    return needs_consent(
        "cannot-detach",
        f"no PUT can let go of {', '.join(buckets)}: {why}; deleting it would erase them",
        Consent(Word.ERASE, bucket=buckets[0]),
        "copy the data elsewhere first",
    )


def _volume_reason(live: LiveService) -> Reason | None:
    volume = live.form.get("volume")
    if not isinstance(volume, dict) or volume.get("lifecycle_policy") != "delete":
        return None
    return needs_consent(
        "erases-volume",
        f"its volume {volume['name']} ({volume['size']}) is deleted with it",
        Consent(Word.ERASE, live.key.name, "volume"),
        "copy the data elsewhere first",
    )


def decide_erase(
    context: Context, service: str, bucket: str, *, origin: Origin | None, because: str
) -> Decision:
    """Return the erasure of a removed service's bucket, held back for a later version."""
    key = context.service_key(service)
    count = context.facts.count(BucketName(bucket)) if bucket not in ("empty", "volume") else None
    erased = Erased(
        bucket,
        count.objects if count else 0,
        count.size_bytes if count else 0,
        count.is_at_least if count else False,
        count.last_write if count else None,
        context.sharers(BucketName(bucket), service),
        f"erase: [{bucket}]" + (f', "{because}"' if because else ""),
    )
    action = Action(
        id=action_id(ActionKind.ERASE, key, f"/{bucket}"),
        key=key,
        kind=ActionKind.ERASE,
        reason="named by erase",
        steps=(Step(Do.ERASE, bucket),),
        erases=(erased,),
        origin=origin,
    )
    reason = Reason(
        "erase-not-yet",
        f"erasing {bucket} comes with a later version of oscar-sync; it stays",
        (f"take `erase: [{bucket}]` out", "delete the bucket through OSCAR's API by hand"),
    )
    return Decision(action, reason=reason)
