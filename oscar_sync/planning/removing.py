"""Removing a service: detach every bucket, read back, delete. Its data stays (safety 2)."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.model.action import VOLUME_PREFIX, Action, ActionKind, Erased, Kept, Preconditions
from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.form import Form
from oscar_sync.model.identity import BucketName
from oscar_sync.model.material import RemoveMaterial, StampWish
from oscar_sync.model.origin import Origin
from oscar_sync.model.settings import RemovedEntry
from oscar_sync.model.state import LiveService
from oscar_sync.model.step import Do, Step
from oscar_sync.planning.blocking import Judgement, Reason, judged, needs_consent, union
from oscar_sync.planning.closing import Closing, closing_of, let_go_by
from oscar_sync.planning.context import Context
from oscar_sync.planning.decision import Decision, Effects, action_id
from oscar_sync.planning.erasing import (
    VOLUME,
    Named,
    consent_to_erase,
    decide_erase,
    decide_erasures,
    declared_reason,
    erase_reason,
    erase_steps,
    erasures_of,
    named_erasures,
    removals_of,
)
from oscar_sync.planning.guards import (
    first_of,
    owner_reason,
    protect_reason,
    shared_name_reason,
    standing_reason,
    stopped_reason,
)
from oscar_sync.planning.hook_steps import HookWork, hooks_to_write, in_order, stale_work
from oscar_sync.planning.members import Members, removed_members
from oscar_sync.semantics.bodies import owner_to_write
from oscar_sync.semantics.buckets import detached, in_out_buckets, mount_bucket, named_by_delete
from oscar_sync.semantics.federation import is_worker, without_members
from oscar_sync.semantics.immutable import takes_no_put
from oscar_sync.semantics.normal_form import is_exposed
from oscar_sync.semantics.stamp import detached_of, detached_stamp, fingerprint_of, hooks_of
from oscar_sync.semantics.volumes import deleted_volume, named_volume


class Removal(Struct, frozen=True):
    live: LiveService
    decision: Decision
    named: Named
    origin: Origin | None


class Departure(Struct, frozen=True):
    steps: tuple[Step, ...]
    keeps: tuple[Kept, ...]
    erases: tuple[Erased, ...]
    material: RemoveMaterial
    closing: Closing
    verdict: Judgement
    members: Members


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
