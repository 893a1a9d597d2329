"""Why nothing may be sent to a federated service: what its members' clusters hold (trust 2.7)."""

from collections.abc import Collection, Iterable
from typing import Final

from msgspec.structs import replace

from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.form import Form
from oscar_sync.model.identity import BucketName, ServiceKey
from oscar_sync.model.state import BucketFacts, LiveService
from oscar_sync.planning.blocking import Judgement, Reason, first_of, needs_consent, whose_words
from oscar_sync.planning.context import Context
from oscar_sync.planning.guards import stopped_reason
from oscar_sync.planning.member_view import MemberView
from oscar_sync.planning.service_guards import owner_reason, protect_reason
from oscar_sync.semantics.buckets import in_out_buckets, named_by_delete
from oscar_sync.semantics.federation import is_mesh
from oscar_sync.semantics.immutable import takes_no_put
from oscar_sync.semantics.volumes import deleted_volume

_SHOW_CLUSTER: Final = (
    "add that cluster to `clusters` of the settings, with its address and a log-in"
)


def write_verdict(context: Context, origin: ServiceKey, views: Collection[MemberView]) -> Judgement:
    reason = next((one.reason for one in views if one.reason is not None), None)
    unseen = [one for one in views if one.peer is None]
    if reason is not None:
        return Judgement(reason)
    risk = "OSCAR would overwrite it, or delete it with its buckets"
    return _unseen(context, origin, unseen, risk)


def leave_verdict(
    context: Context, origin: ServiceKey, unseen: Collection[MemberView]
) -> Judgement:
    # Nothing is sent there, so the consent is to leave it behind.
    return _unseen(context, origin, unseen, "a worker there would stay, and run without its origin")


def _unseen(
    context: Context, origin: ServiceKey, unseen: Collection[MemberView], risk: str
) -> Judgement:
    if not unseen:
        return Judgement()
    used = context.consents_to(Consent(Word.FEDERATE, origin.name, cluster=origin.cluster))
    if used:
        return Judgement(used=used)
    what = "; ".join(f"{one.member}: {one.problem}" for one in unseen)
    return Judgement(
        needs_consent(
            "federation-unseen",
            f"it cannot be seen from here what is at {what}; {risk}",
            Consent(Word.FEDERATE, origin.name),
            _SHOW_CLUSTER,
        )
    )


def absent_reason(lacking: Iterable[MemberView]) -> Reason:
    what = ", ".join(str(one.member) for one in lacking)
    return Reason(
        "member-absent",
        f"the worker {what} does not exist, an update does not create it, and one that "
        "oscar-sync creates could not be marked",
        ("give the service a cluster_id", "name a `set` in the settings, and adopt the service"),
    )


def stay_reason(views: Iterable[MemberView]) -> Reason | None:
    for one in views:
        peer, live = one.peer, one.live
        if peer is None or live is None:
            continue
        named = named_by_delete(live.form, live.bucket_list)
        reason = first_of(
            owner_reason(peer, live),
            protect_reason(peer, live.key),
            _volume_reason(one, live),
            _detach_reason(peer, live, named) if named else None,
        )
        if reason is not None:
            return replace(reason, message=f"its worker {one.member}: {reason.message}")
    return None


def _detach_reason(peer: Context, live: LiveService, named: Iterable[str]) -> Reason | None:
    why = takes_no_put(live.form, peer.facts.view.release)
    if not why:
        return stopped_reason(peer, live)
    return Reason(
        "cannot-detach",
        f"an update cannot detach {', '.join(named)}: {why}; deleting the service would delete "
        "them",
        ("copy the data elsewhere, and remove the worker by OSCAR's API",),
    )


def _volume_reason(one: MemberView, live: LiveService) -> Reason | None:
    volume = deleted_volume(live.form)
    if not volume:
        return None
    return Reason(
        "member-volume",
        f"its volume {volume} would be deleted with it",
        (
            "copy the data elsewhere, and remove the worker by OSCAR's API",
            f"remove {one.member.cluster} from the members and apply, so that the worker stays",
        ),
    )


def bucket_reason(views: Iterable[MemberView], form: Form) -> Reason | None:
    for one, bucket, facts in _met(views, form):
        if not (one.peer and one.peer.owns_bucket(facts)):
            return Reason(
                "member-bucket",
                f"bucket {bucket} exists on {one.member.cluster} and {whose_words(facts.owner)}: "
                f"the worker {one.member} would use it",
                ("use another bucket", f"remove {one.member.cluster} from the members"),
            )
    return None


def lacking_reason(context: Context, views: Iterable[MemberView], form: Form) -> Reason | None:
    # A bucket that exists here as well is left out of the first request, and named by the second.
    for one, bucket, _ in _met(views, form):
        if not context.bucket_exists(bucket):
            return Reason(
                "member-bucket",
                f"bucket {bucket} exists on {one.member.cluster}, and not here: OSCAR creates no "
                "worker on a bucket that exists, and would undo the create",
                ("make the bucket here as well, through OSCAR's API", "use another bucket"),
            )
    return None


def _met(
    views: Iterable[MemberView], form: Form
) -> Iterable[tuple[MemberView, BucketName, BucketFacts]]:
    if is_mesh(form):
        return
    for one in views:
        if one.peer is None:
            continue
        had = named_by_delete(one.live.form, one.live.bucket_list) if one.live else ()
        for bucket in in_out_buckets(form):
            facts = one.peer.facts.bucket(bucket) if bucket not in had else None
            if facts is not None:
                yield one, bucket, facts
