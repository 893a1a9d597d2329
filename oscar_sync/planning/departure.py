"""How a service goes: what detaches its buckets, what the DELETE loses, what is against it."""

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.model.action import VOLUME_PREFIX, Erased, Kept
from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.form import Form
from oscar_sync.model.identity import BucketName
from oscar_sync.model.material import RemoveMaterial, StampWish
from oscar_sync.model.state import LiveService
from oscar_sync.model.step import Do, Step
from oscar_sync.planning.blocking import Judgement, Reason, first_of, judged, needs_consent
from oscar_sync.planning.closing import Closing, closing_of, let_go_by
from oscar_sync.planning.context import Context
from oscar_sync.planning.erasure_guards import declared_reason, erase_reason
from oscar_sync.planning.erasure_words import VOLUME, Named, consent_to_erase
from oscar_sync.planning.guards import stopped_reason
from oscar_sync.planning.hook_steps import HookWork, hooks_to_write, in_order, stale_work
from oscar_sync.planning.members import Members, removed_members
from oscar_sync.planning.service_guards import (
    owner_reason,
    protect_reason,
    shared_name_reason,
)
from oscar_sync.semantics.bodies import owner_to_write
from oscar_sync.semantics.buckets import detached, in_out_buckets, mount_bucket, named_by_delete
from oscar_sync.semantics.federation import is_worker, without_members
from oscar_sync.semantics.immutable import takes_no_put
from oscar_sync.semantics.normal_form import is_exposed
from oscar_sync.semantics.stamp import detached_of, detached_stamp, hooks_of
from oscar_sync.semantics.volumes import deleted_volume, named_volume


class Departure(Struct, frozen=True):
    steps: tuple[Step, ...]
    keeps: tuple[Kept, ...]
    erases: tuple[Erased, ...]
    material: RemoveMaterial
    closing: Closing
    verdict: Judgement
    members: Members


def departure(
    context: Context, live: LiveService, purpose: str, named: Named, wanted: Form | None = None
) -> Departure:
    """Return how *live* is detached and deleted, for *purpose* remove or replace."""
    # A service of *wanted* takes its place, None for none. What no PUT can change is deleted as it
    # stands: that erases its buckets, so each must be named.
    name, buckets = live.key.name, buckets_of(live)
    marked = (mark.bucket for mark in hooks_of(live.annotations))
    work = stale_work(context, name, (*in_out_buckets(live.form), *let_go(live), *marked))
    erases = _erased_with_it(context, live, named)
    lost = {item.bucket for item in erases}
    members = _members(context, live)
    gone = buckets if wanted is None else let_go_by(live, wanted)
    not_kept = lost | {*named.buckets}
    closing = closing_of(context, live, [bucket for bucket in gone if bucket not in not_kept])
    material = _material(context, live, work, purpose, closing)
    if wanted is None:
        kept = (bucket for bucket in buckets if bucket not in not_kept)
        work = replace(work, steps=(*work.steps, *_marks_of_kept(context, live, kept)))
    return Departure(
        steps=(*members.steps, *closing.steps(live), *_steps(context, live, work, closing)),
        keeps=(
            *closing.kept(context.kept(bucket, name) for bucket in buckets if bucket not in lost),
            *_kept_volumes(live),
        ),
        erases=erases,
        material=closing.before(replace(material, members=members.watched)),
        closing=closing,
        verdict=judged(_reason(context, live, named), closing.reason, members.verdict),
        members=members,
    )


def _members(context: Context, live: LiveService) -> Members:
    """Return what becomes of the workers: they go before their origin, which alone knows them."""
    if is_worker(live.annotations):
        return Members()
    return removed_members(context, live.key, live.form)


def buckets_of(live: LiveService) -> tuple[BucketName, ...]:
    """Return every bucket that the service has, or was detached from while being removed."""
    mount = mount_bucket(live.form)
    per_user = tuple(BucketName(name) for name in live.bucket_list)
    named = (*in_out_buckets(live.form), *((mount,) if mount else ()), *per_user, *let_go(live))
    return tuple(dict.fromkeys(named))


def let_go(live: LiveService) -> tuple[BucketName, ...]:
    """Return the buckets that a removal or replace cut short has detached already (safety 6)."""
    return tuple(BucketName(name) for name in detached_of(live.annotations)[1])


def _detaches(context: Context, live: LiveService) -> bool:
    """Tell whether a PUT detaches buckets first; a mount alone the server keeps."""
    is_needed = bool(named_by_delete(live.form, live.bucket_list)) or bool(_unnamed(context, live))
    return is_needed and not takes_no_put(live.form, context.facts.view.release)


def _unnamed(context: Context, live: LiveService) -> tuple[BucketName, ...]:
    """Return the buckets that the service made, by their tags, and that its definition lacks."""
    # It has dropped them, or what shows the definition is wrong: a PUT without any bucket goes out
    # before the DELETE, which is then safe either way (trust 3.3). No PUT reaches a stopped
    # service, and only exposed ones can be stopped.
    if is_exposed(live.form):
        return ()
    known = {*buckets_of(live), *named_by_delete(live.form, live.bucket_list)}
    return tuple(name for name in context.facts.made_by(live.key.name) if name not in known)


def _marks_of_kept(
    context: Context, live: LiveService, buckets: Iterable[BucketName]
) -> Iterator[Step]:
    """Yield the marks by which doctor knows what this set keeps, where nothing uses it any more."""
    set_name = context.settings.set_name
    gone = {live.key.name, *context.planned.gone}
    for bucket in buckets if set_name else ():
        facts = context.facts.bucket(bucket)
        if facts is None or facts.set_name or not (facts.is_tagged and context.owns_bucket(facts)):
            continue
        is_used = any(user.name not in gone for user in context.users_of(bucket))
        if not is_used and facts.kept_by != set_name and context.facts.reaches_store():
            yield Step(Do.TAG_KEPT, bucket)


def _kept_volumes(live: LiveService) -> Iterator[Kept]:
    """Yield the volume that the DELETE leaves with its data (oscar-server 5)."""
    volume = named_volume(live.form)
    if volume and volume != deleted_volume(live.form):
        yield Kept(f"{VOLUME_PREFIX}{volume}")


def _erased_with_it(context: Context, live: LiveService, named: Named) -> tuple[Erased, ...]:
    """Return what the DELETE itself erases: a volume, and buckets that an update cannot detach."""
    erased = []
    if takes_no_put(live.form, context.facts.view.release):
        erased = [
            context.erased(bucket, live.key.name, named.buckets.get(bucket, ""))
            for bucket in named_by_delete(live.form, live.bucket_list)
        ]
    volume = deleted_volume(live.form)
    if volume:
        erased.append(Erased(f"{VOLUME_PREFIX}{volume}", consent=named.volume))
    return tuple(erased)


def _steps(
    context: Context, live: LiveService, work: HookWork, closing: Closing
) -> tuple[Step, ...]:
    name = live.key.name
    delete = Step(Do.DELETE, name, restarts=1)
    if not _detaches(context, live) and not closing.form:
        return (*in_order(work.steps), delete)
    named = named_by_delete(live.form, live.bucket_list)
    kept = ", ".join(dict.fromkeys((*named, *_unnamed(context, live), *closing.buckets)))
    detach = Step(Do.PUT, name, f"detaches {kept}", is_detach=True)
    return (detach, *in_order(work.steps), delete)


def _material(
    context: Context, live: LiveService, work: HookWork, purpose: str, closing: Closing
) -> RemoveMaterial:
    view = context.facts.view
    buckets = named_by_delete(live.form, live.bucket_list)
    return RemoveMaterial(
        cluster=view.cluster,
        release=view.release,
        owner=owner_to_write(live),
        live=live,
        form=_form(context, live, closing),
        stamp=StampWish(
            context.settings.set_name,
            hooks=hooks_to_write(context, live, work),
            detached=detached_stamp(purpose, buckets),
        ),
        own_store=view.own_store,
    )


def _form(context: Context, live: LiveService, closing: Closing) -> Form:
    """Return what holds before the DELETE; its PUT reaches no other cluster (trust 2.7)."""
    if closing.form:
        return detached(closing.form, live.bucket_list)
    if not _detaches(context, live):
        return live.form
    return without_members(detached(live.form, live.bucket_list))


def _reason(context: Context, live: LiveService, named: Named) -> Reason | None:
    return judged(
        owner_reason(context, live),
        protect_reason(context, live.key),
        shared_name_reason(context, buckets_of(live)),
        _put_reason(context, live, named),
        _volume_reason(context, live, named),
        stopped_reason(context, live) if _detaches(context, live) else None,
    ).reason


def _put_reason(context: Context, live: LiveService, named: Named) -> Reason | None:
    why = takes_no_put(live.form, context.facts.view.release)
    buckets = named_by_delete(live.form, live.bucket_list)
    if not why or not buckets:
        return None
    missing = [bucket for bucket in buckets if bucket not in named.buckets]
    if not missing:
        return first_of(*(erase_reason(context, live.key, bucket) for bucket in buckets))
    words = [consent_to_erase(bucket) for bucket in missing]
    return Reason(
        "cannot-detach",
        f"an update cannot detach {', '.join(buckets)}: {why}; deleting the service would delete "
        "them",
        ("copy the data elsewhere first", " ".join(f"--allow {word}" for word in words)),
        consent=words[0],
    )


def _volume_reason(context: Context, live: LiveService, named: Named) -> Reason | None:
    volume = deleted_volume(live.form)
    if not volume:
        return None
    if not named.volume:
        return needs_consent(
            "erases-volume",
            f"its volume {volume} is deleted with it",
            Consent(Word.ERASE, live.key.name, VOLUME),
            "copy the data elsewhere first",
        )
    forms: list[tuple[str, Form]] = [
        *((other.key.name, other.form) for other in context.facts.view.every_service),
        *((f"{key} (wanted)", other.form) for key, other in context.desired.items()),
    ]
    away = {live.key.name, f"{live.key.name} (wanted)", *context.planned.gone}
    users = sorted(
        {name for name, form in forms if name not in away and named_volume(form) == volume}
    )
    if not users:
        return declared_reason(volume, context.settings.volumes_on(live.key.cluster))
    return Reason(
        "volume-in-use",
        f"its volume {volume} would be deleted with it, and {', '.join(users)} use it",
        ("remove them first",),
    )
