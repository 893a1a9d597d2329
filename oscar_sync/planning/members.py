"""What a write to a federated service does on the clusters of its members (trust 2.7).

OSCAR sends a create and every update on to each member, asks nobody whose the service there is, and
takes a create back by deleting it with its buckets. So each member is looked at before.
"""

from collections.abc import Collection, Iterable
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.model.action import Kept, MemberEffect, MemberFate
from oscar_sync.model.field_change import Cause, FieldChange, Op
from oscar_sync.model.form import Form
from oscar_sync.model.identity import BucketName, ClusterId, ServiceKey, ServiceName
from oscar_sync.model.material import MemberWatch
from oscar_sync.model.state import LiveService
from oscar_sync.model.step import Do, Step
from oscar_sync.planning.blocking import Judgement, judged
from oscar_sync.planning.context import Context
from oscar_sync.planning.member_reasons import (
    absent_reason,
    bucket_reason,
    lacking_reason,
    leave_verdict,
    stay_reason,
    write_verdict,
)
from oscar_sync.planning.member_view import MemberView, look_at_members, taken_reason
from oscar_sync.semantics.buckets import in_out_buckets, named_by_delete
from oscar_sync.semantics.federation import Member, members_of, parted_from_origin, placeholder
from oscar_sync.semantics.stamp import OWNER, fingerprint_of


class Members(Struct, frozen=True):
    """What becomes of the members: to be shown, sent on their clusters, and watched.

    ``made`` are the workers that no other origin may make then.
    """

    effects: tuple[MemberEffect, ...] = ()
    steps: tuple[Step, ...] = ()
    watched: tuple[MemberWatch, ...] = ()
    verdict: Judgement = Judgement()
    made: tuple[tuple[ClusterId, ServiceName], ...] = ()

    def followed_by(self, later: "Members") -> "Members":
        """Return both as one: the workers are taken away once, the *later* effect is shown."""
        again = {(one.cluster, one.service) for one in later.effects}
        first = (one for one in self.effects if (one.cluster, one.service) not in again)
        watched = {(one.cluster.id, one.service): one for one in (*self.watched, *later.watched)}
        return Members(
            (*first, *later.effects),
            self.steps,
            tuple(watched.values()),
            judged(self.verdict, later.verdict),
            later.made,
        )

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(_words(effect) for effect in self.effects)


def written_members(context: Context, origin: ServiceKey, form: Form) -> Members:
    """Return what a PUT of *form* does to the members: it makes no worker."""
    views = look_at_members(context, origin, form)
    return Members(
        tuple(_written(one, form) for one in views),
        watched=tuple(filter(None, map(_watch, views))),
        verdict=judged(write_verdict(context, origin, views), bucket_reason(views, form)),
    )


def updated_members(context: Context, live: LiveService, form: Form) -> Members:
    # A member that has no worker gets an empty one by a POST of its own, which the PUT then fills.
    written = written_members(context, live.key, form)
    views = look_at_members(context, live.key, form)
    lacking = [one for one in views if _is_lacking(one)]
    made = tuple(filter(None, (_made(live, form, one) for one in lacking)))
    of = {(watch.cluster.id, watch.service): watch for watch in (*written.watched, *made)}
    dropped = _dropped(context, live.key, live.form, form)
    claimed, workers = _claimed(lacking, live.key)
    return Members(
        (
            *(
                _effect(one, MemberFate.CREATED) if _is_lacking(one) else _written(one, form)
                for one in views
            ),
            *dropped,
        ),
        tuple(_post(watch) for watch in made),
        tuple(of.values()),
        judged(
            written.verdict,
            write_verdict(context, live.key, claimed),
            absent_reason(lacking) if len(made) < len(lacking) else None,
        ),
        workers,
    )


def members_apart(context: Context, live: LiveService) -> tuple[FieldChange, ...]:
    # OSCAR tells of a worker that an update did not reach, and does not try again.
    changes = []
    for number, one in enumerate(look_at_members(context, live.key, live.form)):
        if one.peer is None or one.reason is not None:
            continue
        path, wanted = f"federation.members[{number}]", f"{one.member} as its origin"
        if one.live is None:
            changes.append(FieldChange(path, Op.ADD, None, wanted, Cause.CLUSTER))
            continue
        parted = parted_from_origin(one.live.form, live.form)
        if parted:
            words = f"{one.member} with another {parted}"
            changes.append(FieldChange(path, Op.CHANGE, words, wanted, Cause.CLUSTER))
    return tuple(changes)


def _is_lacking(one: MemberView) -> bool:
    return one.peer is not None and one.live is None and one.reason is None


def _made(live: LiveService, form: Form, one: MemberView) -> MemberWatch | None:
    ours = {OWNER: live.annotations[OWNER]} if OWNER in live.annotations else {}
    watch = _watch(one)
    if watch is None or not (ours or form.cluster_id):
        return None
    token = str(live.raw.get("token") or "")
    return replace(watch, body=placeholder(form, one.member, live.key.name, ours, token))


def _post(watch: MemberWatch) -> Step:
    place = str(watch.cluster.id)
    note = "empty: the update of its origin fills it"
    return Step(Do.POST, f"{place}/{watch.service}", note, restarts=1, member=place)


def made_members(context: Context, origin: ServiceKey, form: Form) -> Members:
    # A worker of an earlier service of that name goes first, since OSCAR would take the whole
    # create back for its sake: its Secret alone answers 409.
    views, workers = _claimed(look_at_members(context, origin, form), origin)
    verdict = judged(
        write_verdict(context, origin, views),
        bucket_reason(views, form),
        lacking_reason(context, views, form),
        stay_reason(views),
    )
    return Members(
        tuple(_effect(one, _fate_of_made(one)) for one in views),
        tuple(step for one in views for step in _steps_of(one)),
        tuple(filter(None, map(_watch, views))),
        verdict,
        workers,
    )


def removed_members(context: Context, origin: ServiceKey, form: Form) -> Members:
    # OSCAR leaves the workers where they are, and nothing would remove them later. What is not its
    # worker stays; so does what nobody can see from here, once somebody agreed to that.
    views = _each_once(look_at_members(context, origin, form))
    ours = [one for one in views if one.live is not None and one.reason is None]
    unseen = [one for one in views if one.peer is None]
    return Members(
        (
            *(_effect(one, MemberFate.REMOVED) for one in ours),
            *(_effect(one, MemberFate.OUT_OF_SIGHT) for one in unseen),
        ),
        tuple(step for one in ours for step in _steps_of(one)),
        tuple(filter(None, map(_watch, ours))),
        judged(stay_reason(ours), leave_verdict(context, origin, unseen)),
    )


def _each_once(views: Iterable[MemberView]) -> list[MemberView]:
    return list({(one.member.cluster, one.member.service): one for one in views}.values())


def _claimed(
    views: list[MemberView], origin: ServiceKey
) -> tuple[list[MemberView], tuple[tuple[ClusterId, ServiceName], ...]]:
    """Return *views* with why a second worker of one name cannot be made; and the first."""
    # The first ones are shown by cluster and name.
    claimed: list[MemberView] = []
    made: dict[tuple[ClusterId, ServiceName], None] = {}
    for one in views:
        if one.peer is not None:
            place = one.peer.facts.view.cluster.id, ServiceName(one.member.service)
            other = origin if place in made else one.peer.planned.workers.get(place[1])
            if other is not None:
                reason = taken_reason(one.member, f"{other} has its worker there already")
                claimed.append(replace(one, reason=one.reason or reason))
                continue
            made[place] = None
        claimed.append(one)
    return claimed, tuple(made)


def _watch(one: MemberView) -> MemberWatch | None:
    if one.peer is None:
        return None
    view, live = one.peer.facts.view, one.live
    name = ServiceName(one.member.service)
    return MemberWatch(view.cluster, name, view.release, live)


def _dropped(
    context: Context, origin: ServiceKey, before: Form, form: Form
) -> Iterable[MemberEffect]:
    """Yield the workers that an update forgets: OSCAR leaves them as they are."""
    stays = members_of(form)
    for one in look_at_members(context, origin, before):
        if one.live is not None and one.reason is None and one.member not in stays:
            yield _effect(one, MemberFate.LEFT)


def _written(one: MemberView, form: Form) -> MemberEffect:
    if one.peer is None:
        return _effect(one, MemberFate.UNSEEN)
    if one.live is None:
        return _effect(one, MemberFate.ABSENT)
    return _effect(one, MemberFate.UPDATED, in_out_buckets(form))


def _fate_of_made(one: MemberView) -> MemberFate:
    if one.peer is None:
        return MemberFate.UNSEEN
    return MemberFate.CREATED if one.live is None else MemberFate.REPLACED


def _effect(one: MemberView, fate: MemberFate, named: Collection[BucketName] = ()) -> MemberEffect:
    keeps: tuple[Kept, ...] = ()
    peer, live = one.peer, one.live
    if peer is not None and live is not None:
        had = named_by_delete(live.form, live.bucket_list)
        keeps = tuple(peer.kept(name, live.key.name) for name in had if name not in named)
    return MemberEffect(
        one.member.cluster,
        one.member.service,
        one.member.endpoint,
        fate,
        keeps,
        fingerprint_of(live) if live is not None else "",
    )


def _steps_of(one: MemberView) -> Iterable[Step]:
    """Yield what takes a worker away: its buckets out, then the DELETE."""
    peer, live = one.peer, one.live
    if peer is None or live is None or one.reason is not None:
        return
    place = str(peer.facts.view.cluster.id)
    target = f"{place}/{one.member.service}"
    named = named_by_delete(live.form, live.bucket_list)
    if named:
        yield Step(Do.PUT, target, ", ".join(named), member=place, is_detach=True)
    yield Step(Do.DELETE, target, restarts=1, member=place)


def _words(effect: MemberEffect) -> str:
    place = Member(effect.cluster, effect.service)
    kept = ", ".join(item.bucket for item in effect.keeps)
    stays = f"; bucket {kept} of it stays there" if kept else ""
    match effect.fate:
        case MemberFate.CREATED:
            return f"member {place}: its worker is created there"
        case MemberFate.UPDATED:
            return f"member {place}: OSCAR updates its worker there{stays}"
        case MemberFate.REPLACED:
            return f"member {place}: its worker there is removed, and created again{stays}"
        case MemberFate.REMOVED:
            return f"member {place}: its worker there is removed{stays}"
        case MemberFate.LEFT:
            return f"member {place}: its worker stays there as it is"
        case MemberFate.ABSENT:
            return f"member {place}: the worker does not exist, and an update does not create it"
        case MemberFate.UNSEEN:
            return (
                f"member {place}: what is there cannot be seen; OSCAR may overwrite it, or delete "
                "it with its buckets"
            )
        case MemberFate.OUT_OF_SIGHT:
            return f"member {place}: what is there cannot be seen; a worker there stays"
        case _:
            assert_never(effect.fate)
