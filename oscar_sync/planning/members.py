"""What a write to a federated service does on the clusters of its members (trust 2.7).

OSCAR sends a create and every update on to each member, asks nobody whose the service there is, and
takes a create back by deleting it with its buckets. So each member is looked at before.
"""

from collections.abc import Collection, Iterable
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.field import Form
from oscar_sync.model.identity import BucketName, ServiceKey, ServiceName
from oscar_sync.model.material import MemberWatch
from oscar_sync.model.plan import Do, Kept, MemberEffect, MemberFate, Step
from oscar_sync.model.state import BucketFacts, LiveService, Probe
from oscar_sync.planning.blocking import Reason, needs_consent
from oscar_sync.planning.context import Context
from oscar_sync.semantics.buckets import detached, in_out_buckets, named_by_delete
from oscar_sync.semantics.federation import (
    Member,
    is_mesh,
    is_same_endpoint,
    is_worker_of,
    members_of,
)
from oscar_sync.semantics.stamp import fingerprint_of, owner_of


class Members(Struct, frozen=True):
    """What becomes of the members: to be shown, sent on their clusters, and watched."""

    effects: tuple[MemberEffect, ...] = ()
    steps: tuple[Step, ...] = ()
    watched: tuple[MemberWatch, ...] = ()
    reason: Reason | None = None

    def followed_by(self, later: "Members") -> "Members":
        """Return both as one: of a member that both write the *later* effect is told."""
        again = {(one.cluster, one.service) for one in later.effects}
        first = (one for one in self.effects if (one.cluster, one.service) not in again)
        watched = {(one.cluster.id, one.service): one for one in (*self.watched, *later.watched)}
        return Members(
            (*first, *later.effects),
            later.steps,
            tuple(watched.values()),
            self.reason or later.reason,
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what people are told of each member."""
        return tuple(_words(effect) for effect in self.effects)


class _Found(Struct, frozen=True):
    """A member with what is known of it: its cluster where that was read, the service there."""

    member: Member
    peer: Context | None = None
    live: LiveService | None = None
    problem: str = ""
    reason: Reason | None = None


def written_members(
    context: Context, origin: ServiceKey, form: Form, before: Form | None = None
) -> Members:
    """Return what a PUT of *form* does to the members, and to those of *before* that it drops."""
    found = [_look(context, origin, form, member) for member in members_of(form)]
    return Members(
        (
            *(_written(one, form) for one in found),
            *(_dropped(context, origin, before, form) if before is not None else ()),
        ),
        watched=tuple(filter(None, map(_watch, found))),
        reason=_reason(context, origin, found) or _bucket_reason(found, form),
    )


def made_members(
    context: Context, origin: ServiceKey, form: Form, *, is_detached: bool = False
) -> Members:
    """Return what a POST of *form* does to the members.

    A worker of an earlier service of that name goes first, since OSCAR would take the whole create
    back for its sake; its buckets are let go of before, unless the worker *is_detached* by then.
    """
    found = _claimed([_look(context, origin, form, one) for one in members_of(form)], origin)
    reason = (
        _reason(context, origin, found)
        or _bucket_reason(found, form)
        or _lacking_reason(context, found, form)
    )
    return Members(
        tuple(_effect(one, _fate_of_made(one)) for one in found),
        tuple(step for one in found for step in _steps_of(one, is_detached=is_detached)),
        tuple(filter(None, map(_watch, found))),
        reason,
    )


def left_members(context: Context, origin: ServiceKey, form: Form) -> Members:
    """Return what is told of the members of a service that goes without a PUT: they stay."""
    found = [_look(context, origin, form, member) for member in members_of(form)]
    there = (one for one in found if one.live is not None and one.reason is None)
    return Members(tuple(_effect(one, MemberFate.LEFT) for one in there))


def _look(context: Context, origin: ServiceKey, form: Form, member: Member) -> _Found:
    """Return what is at *member*, as the run knows its cluster: by address, else by its name."""
    peer, problem = _peer(context, member)
    if peer is None:
        return _Found(member, problem=problem)
    name = ServiceName(member.service)
    live = peer.facts.view.services.get(name)
    if live is not None:
        reason = (
            None
            if _is_ours(context, origin, form, live)
            else _taken_reason(member, f"a service of that name is there{_whose(live)}")
        )
        return _Found(member, peer, live, reason=reason)
    if name in peer.desired:
        place = peer.desired[name].locate(())
        return _Found(member, peer, reason=_taken_reason(member, f"{place} defines it as well"))
    return _probed(member, peer, name)


def _probed(member: Member, peer: Context, name: ServiceName) -> _Found:
    probe = peer.facts.probe(name)
    match probe:
        case Probe.FREE:
            return _Found(member, peer)
        case Probe.EXISTS | Probe.HIDDEN:
            reason = _taken_reason(member, "a service of that name is there, which we cannot see")
            return _Found(member, peer, reason=reason)
        case Probe.UNKNOWN:
            return _Found(member, problem="its cluster answers with an error")
        case _:
            assert_never(probe)


def _peer(context: Context, member: Member) -> tuple[Context | None, str]:
    """Return the cluster of *member*, None where it was not read, with the reason."""
    if not member.cluster or not member.service:
        return None, "it names no cluster or no service"
    peer = _known(context, member)
    if peer is None:
        where = f" at {member.endpoint}" if member.endpoint else ""
        return None, f"this run knows no cluster {member.cluster}{where}"
    view = peer.facts.view
    return (peer, "") if view.is_read else (None, view.problem)


def _known(context: Context, member: Member) -> Context | None:
    if not member.endpoint:
        return next((one for key, one in context.peers.items() if key == member.cluster), None)
    return next(
        (
            one
            for one in context.peers.values()
            if is_same_endpoint(member.endpoint, one.facts.view.cluster.endpoint)
        ),
        None,
    )


def _is_ours(context: Context, origin: ServiceKey, form: Form, live: LiveService) -> bool:
    """Tell whether *live* is the worker of *origin*, by what OSCAR and we wrote on it.

    An origin without ``cluster_id`` marks its workers with nothing but our own mark, copied.
    """
    mark = owner_of(live.annotations)
    is_own = mark is not None and (mark.set_name, mark.service) == (
        context.settings.set_name,
        origin.name,
    )
    if is_worker_of(live.annotations, str(form.get("cluster_id") or ""), origin.name):
        return is_own or mark is None
    return is_own and mark is not None and mark.identity == context.identity and bool(mark.set_name)


def _whose(live: LiveService) -> str:
    mark = owner_of(live.annotations)
    if mark is not None:
        return f", managed by set {mark.set_name}"
    return f", owned by {live.owner}" if live.owner else ""


def _claimed(found: list[_Found], origin: ServiceKey) -> list[_Found]:
    """Return *found* with the reason why a second worker of one name cannot be made."""
    claimed = []
    for one in found:
        other = one.peer.workers.get(one.member.service) if one.peer is not None else None
        if other is not None:
            reason = _taken_reason(one.member, f"{other} makes its worker there already")
            claimed.append(replace(one, reason=one.reason or reason))
            continue
        if one.peer is not None:
            one.peer.workers[one.member.service] = origin
        claimed.append(one)
    return claimed


def _taken_reason(member: Member, why: str) -> Reason:
    return Reason(
        "member-taken",
        f"{member}: {why}; OSCAR writes the members of a federation without asking whose they are, "
        "and deletes them with their buckets when a create fails",
        ("give the member another service_name", f"take {member.cluster} out of the members"),
    )


def _reason(context: Context, origin: ServiceKey, found: Iterable[_Found]) -> Reason | None:
    """Return why nothing is written: a service that is not our worker, or one nobody sees."""
    unseen = []
    for one in found:
        if one.reason is not None:
            return one.reason
        if one.peer is None:
            unseen.append(one)
    if not unseen or context.allows(Consent(Word.FEDERATE, origin.name, cluster=origin.cluster)):
        return None
    return _unseen_reason(origin, unseen)


def _unseen_reason(origin: ServiceKey, unseen: Collection[_Found]) -> Reason:
    what = "; ".join(f"{one.member}: {one.problem}" for one in unseen)
    return needs_consent(
        "federation-unseen",
        f"nobody can see from here what is at {what}; OSCAR would overwrite it, or delete it with "
        "its buckets",
        Consent(Word.FEDERATE, origin.name),
        "add that cluster to `clusters` of the settings, with its address and a log-in",
    )


def _watch(one: _Found) -> MemberWatch | None:
    if one.peer is None:
        return None
    view, live = one.peer.facts.view, one.live
    form = detached(live.form, live.bucket_list) if live is not None else None
    name = ServiceName(one.member.service)
    return MemberWatch(view.cluster, name, view.release, live, form)


def _dropped(
    context: Context, origin: ServiceKey, before: Form, form: Form
) -> Iterable[MemberEffect]:
    """Yield the workers that an update forgets: OSCAR leaves them as they are."""
    stays = members_of(form)
    for member in members_of(before):
        peer, _ = _peer(context, member)
        live = peer.facts.view.services.get(ServiceName(member.service)) if peer else None
        is_ours = live is not None and _is_ours(context, origin, before, live)
        if peer is not None and is_ours and member not in stays:
            yield _effect(_Found(member, peer, live), MemberFate.LEFT)


def _written(one: _Found, form: Form) -> MemberEffect:
    if one.peer is None:
        return _effect(one, MemberFate.UNSEEN)
    if one.live is None:
        return _effect(one, MemberFate.ABSENT)
    return _effect(one, MemberFate.UPDATED, in_out_buckets(form))


def _fate_of_made(one: _Found) -> MemberFate:
    if one.peer is None:
        return MemberFate.UNSEEN
    return MemberFate.CREATED if one.live is None else MemberFate.REPLACED


def _effect(one: _Found, fate: MemberFate, named: Collection[BucketName] = ()) -> MemberEffect:
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


def _steps_of(one: _Found, *, is_detached: bool) -> Iterable[Step]:
    """Yield what takes an old worker away: its buckets out, then the DELETE."""
    peer, live = one.peer, one.live
    if peer is None or live is None or one.reason is not None:
        return
    place = str(peer.facts.view.cluster.id)
    target = f"{place}/{one.member.service}"
    named = named_by_delete(live.form, live.bucket_list)
    if named and not is_detached:
        note = f"lets go of {', '.join(named)}"
        yield Step(Do.PUT, target, note, member=place)
    yield Step(Do.DELETE, target, restarts=1, member=place)


def _bucket_reason(found: Iterable[_Found], form: Form) -> Reason | None:
    """Return why a worker may not use a bucket of its cluster: it is somebody else's."""
    for one, bucket, facts in _met(found, form):
        if one.peer is not None and not one.peer.owns_bucket(facts):
            return Reason(
                "member-bucket",
                f"bucket {bucket} exists on {one.member.cluster} and belongs to "
                f"{facts.owner or 'somebody else'}: the worker {one.member} would use it",
                ("use another bucket", f"take {one.member.cluster} out of the members"),
            )
    return None


def _lacking_reason(context: Context, found: Iterable[_Found], form: Form) -> Reason | None:
    """Return why OSCAR would take a create back: a worker's bucket exists, and ours does not.

    One that exists here as well is left out of the first request, and named by the second.
    """
    for one, bucket, _ in _met(found, form):
        if not context.bucket_exists(bucket):
            return Reason(
                "member-bucket",
                f"bucket {bucket} exists on {one.member.cluster}, and not here: OSCAR creates no "
                "worker on a bucket that exists, and would take the create back",
                ("make the bucket here as well, through OSCAR's API", "use another bucket"),
            )
    return None


def _met(found: Iterable[_Found], form: Form) -> Iterable[tuple[_Found, BucketName, BucketFacts]]:
    """Yield each bucket that a worker would use and that is on its cluster already."""
    if is_mesh(form):
        return
    for one in found:
        if one.peer is None:
            continue
        had = named_by_delete(one.live.form, one.live.bucket_list) if one.live else ()
        for bucket in in_out_buckets(form):
            facts = one.peer.facts.bucket(bucket) if bucket not in had else None
            if facts is not None:
                yield one, bucket, facts


def _words(effect: MemberEffect) -> str:
    place = Member(effect.cluster, effect.service)
    kept = ", ".join(item.bucket for item in effect.keeps)
    stays = f"; bucket {kept} of it stays there" if kept else ""
    match effect.fate:
        case MemberFate.CREATED:
            return f"member {place}: OSCAR creates its worker there"
        case MemberFate.UPDATED:
            return f"member {place}: OSCAR updates its worker there{stays}"
        case MemberFate.REPLACED:
            return f"member {place}: its worker there is removed, and created again{stays}"
        case MemberFate.LEFT:
            return f"member {place}: its worker stays there as it is"
        case MemberFate.ABSENT:
            return f"member {place}: there is no worker, and an update creates none"
        case MemberFate.UNSEEN:
            return (
                f"member {place}: nobody can see what is there; OSCAR may overwrite it, or delete "
                "it with its buckets"
            )
        case _:
            assert_never(effect.fate)
