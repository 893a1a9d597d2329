"""What the writes of services take away from declared buckets, given again after them."""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from oscar_sync.model.action import Action, ActionKind
from oscar_sync.model.identity import BucketName
from oscar_sync.model.material import CreateMaterial, RenameMaterial
from oscar_sync.model.settings import DeclaredBucket
from oscar_sync.planning.blocking import Reason
from oscar_sync.planning.bucket_steps import AGAIN, access_steps, material_of, tag_steps
from oscar_sync.planning.context import Context
from oscar_sync.planning.decision import Decision, action_id
from oscar_sync.planning.declared_buckets import bucket_key
from oscar_sync.semantics.access import PRIVATE, PUBLIC
from oscar_sync.semantics.buckets import mount_bucket, needed_buckets

_LATER: Final = "the services written or removed before take this access away"
_MARK_LATER: Final = "the service that mounts it takes the mark off"
_OF_ACCESS: Final = ("visibility", "allowed_users")


def decide_again(
    context: Context,
    early: Sequence[Decision],
    written: Iterable[Decision],
    removals: Iterable[Decision],
) -> list[Decision]:
    """Return *early*, the decisions about buckets, then *written*, then what must come after."""
    written, early, later = list(written), list(early), []
    sent = [one for one in (*removals, *written) if one.reason is None]
    for declared in context.settings.buckets_on(context.facts.view.cluster.id):
        place = bucket_key(context, declared.which.name)
        before = next((one for one in early if one.action.key == place), None)
        if before is not None and before.reason is not None:
            written = [_unless_it_hides(context, declared, before, one) for one in written]
            continue
        decision = _again(context, declared, before, sent)
        if decision is None:
            continue
        if before is not None and before.action.id == decision.action.id:
            early.remove(before)
        later.append(decision)
    return [*early, *written, *later]


def _unless_it_hides(
    context: Context, declared: DeclaredBucket, blocked: Decision, decision: Decision
) -> Decision:
    """Return *decision*, blocked where it would make a public bucket look private.

    OSCAR shows a bucket as private once a private service has attached it, though everybody still
    has access (`semantics.access`): the next plan would take it for what the settings say.
    """
    bucket = BucketName(declared.which.name)
    facts, gives = context.facts.bucket(bucket), decision.effects.gives.get(bucket)
    is_public = facts is not None and facts.visibility == PUBLIC
    if decision.reason is not None or not is_public or gives is None or gives.is_public:
        return decision
    reason = Reason(
        "bucket-blocked",
        f"bucket {bucket} is public, what the settings say of it is blocked, and with this service "
        "OSCAR would show it as private",
        blocked.reason.ways_out if blocked.reason else (),
    )
    return replace(decision, material=None, reason=reason)


def _again(
    context: Context, declared: DeclaredBucket, before: Decision | None, sent: Sequence[Decision]
) -> Decision | None:
    """Return what the services' writes take away from a bucket and must be given again, or None."""
    disturbing = tuple(one.action.id for one in sent if _takes_access(one, declared))
    unmarking = tuple(one.action.id for one in sent if _takes_mark(one, declared))
    if not (disturbing or (unmarking and context.facts.reaches_store())):
        return None
    is_share = before is not None and before.action.kind is ActionKind.SHARE_BUCKET
    made = (before.action.id,) if before is not None and before.action.kind.is_creation else ()
    waits_for = tuple(dict.fromkeys((*made, *disturbing, *unmarking)))
    if before is not None and is_share and disturbing:
        # Then the bucket is not as the plan saw it.
        action = replace(before.action, depends_on=waits_for)
        return replace(before, action=action, material=material_of(context, declared, None))
    kind = ActionKind.SHARE_BUCKET if disturbing else ActionKind.ADOPT_BUCKET
    key = bucket_key(context, declared.which.name)
    action = Action(
        id=action_id(kind, key),
        key=key,
        kind=kind,
        reason=_LATER if disturbing else _MARK_LATER,
        steps=access_steps(context, declared)
        if disturbing
        else tag_steps(context, declared, AGAIN),
        depends_on=waits_for,
        origin=declared.origin,
        notes=(_LATER if disturbing else _MARK_LATER,),
    )
    return Decision(action, material_of(context, declared, None))


def _takes_access(decision: Decision, declared: DeclaredBucket) -> bool:
    """Tell whether a service's write takes access to the bucket away, or lets OSCAR forget it.

    An update of a service's visibility takes the access of all its buckets with it, and a bucket
    that a private service attaches is no longer shown as public (`semantics.access`).
    """
    bucket = BucketName(declared.which.name)
    if declared.visibility == PRIVATE:
        return False
    gives = decision.effects.gives.get(bucket)
    if declared.visibility == PUBLIC and gives is not None and not gives.is_public:
        return True
    if bucket in decision.effects.closes:
        return True
    material = decision.material
    live = material.live if material is not None else None
    return (
        live is not None
        and bucket in needed_buckets(live.form)
        and any(one.path.startswith(_OF_ACCESS) for one in decision.action.changes)
    )


def _takes_mark(decision: Decision, declared: DeclaredBucket) -> bool:
    """Tell whether a POST tags the bucket as its service's own: it does so with a mount (6.2)."""
    material = decision.material
    posting = material.first if isinstance(material, RenameMaterial) else material
    is_mounted = isinstance(posting, CreateMaterial) and mount_bucket(posting.first_form)
    return is_mounted == declared.which.name
