"""What a run sees of a federation's members: the service there, and whose it is (trust 2.7)."""

from typing import assert_never

from msgspec import Struct

from oscar_sync.model.form import Form
from oscar_sync.model.identity import ServiceKey, ServiceName
from oscar_sync.model.state import LiveService, Probe
from oscar_sync.planning.blocking import Reason
from oscar_sync.planning.context import Context
from oscar_sync.semantics.federation import Member, is_same_endpoint, is_worker_of, members_of
from oscar_sync.semantics.stamp import owner_of


class MemberView(Struct, frozen=True):
    member: Member
    peer: Context | None = None
    live: LiveService | None = None
    problem: str = ""
    reason: Reason | None = None


def look_at_members(context: Context, origin: ServiceKey, form: Form) -> list[MemberView]:
    return [_look(context, origin, form, member) for member in members_of(form)]


def _look(context: Context, origin: ServiceKey, form: Form, member: Member) -> MemberView:
    peer, problem = _peer(context, member)
    if peer is None:
        return MemberView(member, problem=problem)
    name = ServiceName(member.service)
    if peer.service_key(name) == origin:
        return MemberView(member, peer, reason=taken_reason(member, "it is the origin itself"))
    live = peer.facts.view.services.get(name)
    if live is not None:
        reason = (
            None
            if _is_ours(context, origin, form, live)
            else taken_reason(member, f"a service of that name exists{_whose(live)}")
        )
        return MemberView(member, peer, live, reason=reason)
    if name in peer.desired:
        place = peer.desired[name].locate(())
        return MemberView(member, peer, reason=taken_reason(member, f"{place} defines it as well"))
    return _probed(member, peer, name)


def _probed(member: Member, peer: Context, name: ServiceName) -> MemberView:
    probe = peer.facts.probe(name)
    match probe:
        case Probe.FREE:
            return MemberView(member, peer)
        case Probe.EXISTS | Probe.HIDDEN:
            reason = taken_reason(
                member, "a service of that name exists, and this log-in cannot see it"
            )
            return MemberView(member, peer, reason=reason)
        case Probe.UNKNOWN | Probe.SHARED:
            return MemberView(member, problem="its cluster answers with an error")
        case _:
            assert_never(probe)


def _peer(context: Context, member: Member) -> tuple[Context | None, str]:
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
    # An origin without ``cluster_id`` marks its workers with nothing but our own mark, copied.
    mark = owner_of(live.annotations)
    is_own = mark is not None and (mark.set_name, mark.service) == (
        context.settings.set_name,
        origin.name,
    )
    if is_worker_of(live.annotations, form.cluster_id or "", origin.name):
        return is_own or mark is None
    return is_own and mark is not None and mark.identity == context.identity and bool(mark.set_name)


def _whose(live: LiveService) -> str:
    mark = owner_of(live.annotations)
    if mark is not None:
        return f", managed by set {mark.set_name}"
    return f", owned by {live.owner}" if live.owner else ""


def taken_reason(member: Member, why: str) -> Reason:
    """Return why OSCAR may not write *member*: it would overwrite or delete what is there."""
    return Reason(
        "member-taken",
        f"{member}: {why}; OSCAR writes the members of a federation without checking who owns "
        "them, and deletes them with their buckets when a create fails",
        ("give the member another service_name", f"remove {member.cluster} from the members"),
    )
