"""Buckets that the settings declare: made, marked, and given the access that is written down.

Nothing that is not declared is touched, and nothing is deleted here.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from oscar_sync.model.amounts import plural
from oscar_sync.model.field import Json
from oscar_sync.model.identity import BucketName, ServiceKey
from oscar_sync.model.material import BucketMaterial, CreateMaterial, RenameMaterial
from oscar_sync.model.plan import (
    BUCKET_PREFIX,
    Action,
    ActionKind,
    Cause,
    Do,
    FieldChange,
    Op,
    Preconditions,
    Step,
)
from oscar_sync.model.settings import DeclaredBucket
from oscar_sync.model.state import BucketFacts
from oscar_sync.planning.blocking import Reason, whose_words
from oscar_sync.planning.context import Context
from oscar_sync.planning.decision import Decision, Effects, action_id
from oscar_sync.planning.seeding import decide_bucket_seeds, seed_after
from oscar_sync.semantics.access import (
    PRIVATE,
    PUBLIC,
    RESTRICTED,
    Access,
    access_given,
    access_of_service,
    is_locked,
    told_access,
)
from oscar_sync.semantics.bucket_marks import access_mark, cause_of, marks
from oscar_sync.semantics.buckets import mount_bucket, needed_buckets
from oscar_sync.semantics.capabilities import NO_BUCKET_BY_NAME, shown_release

_LATER: Final = "the services written or removed before take this access away"
_NO_MARK: Final = "it is what the settings declare, and no set manages it"
_STALE_MARK: Final = "its mark is of other access, and drift is measured by it"
_MARK_LATER: Final = "the service that mounts it takes the mark off"


def bucket_key(context: Context, bucket: str) -> ServiceKey:
    return context.service_key(f"{BUCKET_PREFIX}{bucket}")


def decide_buckets(context: Context, *, is_full: bool) -> list[Decision]:
    """Return what is to be done about declared buckets, ahead of the services that use them.

    A narrowed run looks at those alone that its services use.
    """
    decisions = []
    for declared in _meant(context, is_full=is_full):
        decision = _decide(context, declared)
        if decision is not None:
            context.note(decision)
            decisions.append(decision)
    return decisions


def _meant(context: Context, *, is_full: bool) -> tuple[DeclaredBucket, ...]:
    every = context.settings.buckets_on(context.facts.view.cluster.id)
    if is_full or not every:
        return every
    used = {name for wanted in context.desired.values() for name in needed_buckets(wanted.form)}
    return tuple(one for one in every if one.which.name in used)


def decide_seeds_of_buckets(
    context: Context, early: Iterable[Decision], *, is_full: bool
) -> list[Decision]:
    """Return the uploads to declared buckets, after the bucket is there."""
    making = {one.action.key: one for one in early}
    return [
        seed_after(making.get(bucket_key(context, declared.which.name)), seed)
        for declared in _meant(context, is_full=is_full)
        for seed in decide_bucket_seeds(context, declared)
    ]


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
            continue
        decision = _again(context, declared, before, sent)
        if decision is None:
            continue
        if before is not None and before.action.id == decision.action.id:
            early.remove(before)
        later.append(decision)
    return [*early, *written, *later]


def _again(
    context: Context, declared: DeclaredBucket, before: Decision | None, sent: Sequence[Decision]
) -> Decision | None:
    """Return what the services' writes take away from a bucket and must be given again, or None."""
    disturbing = tuple(one.action.id for one in sent if _takes_access(one, declared))
    unmarking = tuple(one.action.id for one in sent if _takes_mark(one, declared))
    if not (disturbing or (unmarking and context.facts.reaches_store())):
        return None
    is_share = before is not None and before.action.kind is ActionKind.SHARE_BUCKET
    made = (before.action.id,) if before is not None and before.action.kind.is_missing else ()
    waits_for = tuple(dict.fromkeys((*made, *disturbing, *unmarking)))
    if before is not None and is_share and disturbing:
        # The bucket is not as the plan saw it by then.
        facts = context.facts.bucket(BucketName(declared.which.name))
        material = replace(_material(context, declared, facts), planned=None)
        action = replace(before.action, depends_on=waits_for)
        return replace(before, action=action, material=material)
    kind = ActionKind.SHARE_BUCKET if disturbing else ActionKind.ADOPT_BUCKET
    key = bucket_key(context, declared.which.name)
    action = Action(
        id=action_id(kind, key),
        key=key,
        kind=kind,
        reason=_LATER if disturbing else _MARK_LATER,
        steps=_access_steps(context, declared) if disturbing else _tag(context, declared),
        depends_on=waits_for,
        origin=declared.origin,
        notes=(_LATER if disturbing else _MARK_LATER,),
    )
    return Decision(action, _material(context, declared, None))


def _takes_access(decision: Decision, declared: DeclaredBucket) -> bool:
    """Tell whether a service's write takes access to the bucket away, or lets OSCAR forget it.

    An update of a service's visibility takes the access of all its buckets with it, and a bucket
    that a private service attaches is no longer told as public (`semantics.access`).
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


_OF_ACCESS: Final = ("visibility", "allowed_users")


def _decide(context: Context, declared: DeclaredBucket) -> Decision | None:
    bucket = BucketName(declared.which.name)
    facts = context.facts.bucket(bucket)
    if context.facts.view.buckets is None:
        return None
    if facts is None:
        return _create(context, declared)
    reason = _whose_reason(context, facts)
    live = told_access(facts)
    is_same = live == (declared.visibility, declared.allowed_users)
    if reason is None and is_same:
        is_marked = facts.set_name and facts.applied == access_mark(*live)
        return None if is_marked else _adopt(context, declared, facts)
    changes = _changes(facts, declared)
    if reason is None and not facts.set_name:
        reason = _unmarked_reason(bucket, facts)
    return _share(
        context, declared, facts, changes, reason or _access_reason(context, declared, facts)
    )


def _whose_reason(context: Context, facts: BucketFacts) -> Reason | None:
    if facts.set_name and facts.set_name != context.settings.set_name:
        return Reason(
            "not-ours",
            f"bucket {facts.name} is managed by set {facts.set_name}",
            ("delete it from `buckets` here, or there, and take its tag `oscar-sync` off",),
        )
    if context.owns_bucket(facts):
        return None
    return Reason(
        "not-my-bucket",
        f"bucket {facts.name} {whose_words(facts.owner)}",
        ("give yours another name", "let its owner share it"),
    )


def _unmarked_reason(bucket: BucketName, facts: BucketFacts) -> Reason:
    visibility, users = told_access(facts)
    shown = f"visibility: {visibility}" + (
        f", allowed_users: [{', '.join(users)}]" if users else ""
    )
    return Reason(
        "bucket-not-managed",
        f"bucket {bucket} exists, and no set manages it: its access is changed only after the "
        "settings say what it is",
        (f"write `{bucket}: {{{shown}}}` under `buckets` and apply; then change it",),
    )


def _access_reason(
    context: Context, declared: DeclaredBucket, facts: BucketFacts | None
) -> Reason | None:
    """Return why the log-in cannot give the bucket that access (oscar-server 1.4; 130, 135)."""
    # An administrator's bucket has no policy: OSCAR takes a PUT and changes nothing. What is public
    # it closes all the same, since everybody's policy names it.
    if not context.facts.view.is_admin:
        return None
    live = facts.visibility if facts else ""
    if declared.visibility != PRIVATE:
        return Reason(
            "needs-user-login",
            f"a bucket of an administrator cannot be {declared.visibility}: OSCAR gives only the "
            "buckets of users with a token a visibility",
            ("log in with a token (OIDC) on this cluster", "write `visibility: private`"),
        )
    if live in ("", PRIVATE, PUBLIC):
        return None
    return Reason(
        "needs-user-login",
        f"bucket {declared.which.name} is {live}, which only its owner's token can take back",
        ("log in with a token (OIDC) on this cluster", "delete it from `buckets`"),
    )


def _quota_reason(context: Context, bucket: BucketName) -> Reason | None:
    left = context.facts.quota().buckets_left
    if left is None or left > len(context.planned.made):
        return None
    return Reason(
        "quota",
        f"bucket {bucket} is one too many: the quota has room for {plural(left, 'more bucket')}",
        ("delete a bucket", "ask the cluster's operator for a larger quota"),
    )


def _create(context: Context, declared: DeclaredBucket) -> Decision:
    bucket = BucketName(declared.which.name)
    action = Action(
        id=action_id(ActionKind.CREATE_BUCKET, bucket_key(context, bucket)),
        key=bucket_key(context, bucket),
        kind=ActionKind.CREATE_BUCKET,
        reason="never created, or deleted on the cluster",
        steps=(Step(Do.CREATE_BUCKET, bucket), *_tag(context, declared)),
        changes=tuple(
            FieldChange(path, Op.ADD, None, value, Cause.MANIFEST, declared.origin)
            for path, value in _fields(declared.visibility, declared.allowed_users)
        ),
        origin=declared.origin,
        notes=_notes(context, declared),
    )
    reason = _access_reason(context, declared, None) or _quota_reason(context, bucket)
    if reason is not None:
        return Decision(action, reason=reason)
    gives = {bucket: access_given(declared.visibility, declared.allowed_users)}
    effects = Effects(makes=(bucket,), gives=gives)
    return Decision(action, _material(context, declared, None), effects=effects)


def _adopt(context: Context, declared: DeclaredBucket, facts: BucketFacts) -> Decision | None:
    if not context.facts.reaches_store():
        return None
    key = bucket_key(context, facts.name)
    # A bucket that was made again by another user has no mark.
    reason = None if facts.set_name else _tag_reason(context, facts)
    action = Action(
        id=action_id(ActionKind.ADOPT_BUCKET, key),
        key=key,
        kind=ActionKind.ADOPT_BUCKET,
        reason=_STALE_MARK if facts.set_name else _NO_MARK,
        steps=_tag(context, declared),
        preconditions=_preconditions(facts),
        origin=declared.origin,
        notes=(_STALE_MARK,) if facts.set_name else (),
    )
    if reason is not None:
        return Decision(action, reason=reason)
    return Decision(action, _material(context, declared, facts))


def _tag_reason(context: Context, facts: BucketFacts) -> Reason | None:
    """Return why a bucket may not be the user's own, whatever its list says."""
    # A list shows a user as the owner of what is private and they have access to, also where
    # another one has made it again under its name (226).
    view = context.facts.view
    if view.is_admin:
        return None
    if NO_BUCKET_BY_NAME.holds(view.release):
        return Reason(
            "not-my-bucket",
            f"it is not known whether bucket {facts.name} is yours alone: OSCAR "
            f"{shown_release(view.release)} does not show its tags",
            ("give yours another name", "upgrade the cluster"),
        )
    tagged = context.facts.tag_owner(facts.name)
    if tagged is None or tagged in view.me:
        return None
    return Reason(
        "not-my-bucket",
        f"bucket {facts.name} {whose_words(tagged)}",
        ("give yours another name", "let its owner share it"),
    )


def _share(
    context: Context,
    declared: DeclaredBucket,
    facts: BucketFacts,
    changes: tuple[FieldChange, ...],
    reason: Reason | None,
) -> Decision:
    key = bucket_key(context, facts.name)
    action = Action(
        id=action_id(ActionKind.SHARE_BUCKET, key),
        key=key,
        kind=ActionKind.SHARE_BUCKET,
        reason="the access differs from what the settings declare",
        steps=(*_unlocking_steps(context, declared, facts), *_access_steps(context, declared)),
        changes=changes,
        preconditions=_preconditions(facts),
        origin=declared.origin,
        notes=(*_notes(context, declared), *_user_notes(facts, declared)),
    )
    if reason is not None:
        return Decision(action, reason=reason)
    gives = {facts.name: access_given(declared.visibility, declared.allowed_users)}
    effects = Effects(gives=gives, closes=(facts.name,))
    return Decision(action, _material(context, declared, facts), effects=effects)


def _access_steps(context: Context, declared: DeclaredBucket) -> tuple[Step, ...]:
    users = f" ({', '.join(declared.allowed_users)})" if declared.allowed_users else ""
    given = Step(Do.SET_ACCESS, declared.which.name, f"{declared.visibility}{users}")
    return (given, *_tag(context, declared))


def _tag(context: Context, declared: DeclaredBucket) -> tuple[Step, ...]:
    return (Step(Do.TAG, declared.which.name),) if context.facts.reaches_store() else ()


def _unlocking_steps(
    context: Context, declared: DeclaredBucket, facts: BucketFacts
) -> tuple[Step, ...]:
    if not _unlocking(context, declared, facts):
        return ()
    return (Step(Do.SET_ACCESS, facts.name, "with its owner among the users first: without any "
                 "OSCAR fails half-way"),)  # fmt: skip


def _unlocking(
    context: Context, declared: DeclaredBucket, facts: BucketFacts | None
) -> tuple[str, ...]:
    if facts is None or context.facts.view.is_admin or declared.visibility == RESTRICTED:
        return ()
    locked = is_locked(facts.visibility, facts.allowed_users)
    return tuple(sorted(context.facts.view.me)) if locked else ()


def _material(
    context: Context, declared: DeclaredBucket, facts: BucketFacts | None
) -> BucketMaterial:
    view = context.facts.view
    applied = access_mark(declared.visibility, declared.allowed_users)
    return BucketMaterial(
        view.cluster,
        view.release,
        bucket=BucketName(declared.which.name),
        visibility=declared.visibility,
        allowed_users=declared.allowed_users,
        marks=marks(context.settings.set_name, applied),
        planned=facts,
        unlocking=_unlocking(context, declared, facts),
    )


def _preconditions(facts: BucketFacts) -> Preconditions:
    text = repr((facts.owner, *told_access(facts), facts.set_name))
    return Preconditions(hashlib.sha256(text.encode()).hexdigest()[:16])


def _changes(facts: BucketFacts, declared: DeclaredBucket) -> tuple[FieldChange, ...]:
    live, wanted = told_access(facts), (declared.visibility, declared.allowed_users)
    cause = cause_of(access_mark(*live), facts.applied, access_mark(*wanted))
    before = dict(_fields(*live))
    after = dict(_fields(*wanted))
    return tuple(
        FieldChange(
            path,
            Op.ADD if path not in before else Op.REMOVE if path not in after else Op.CHANGE,
            before.get(path),
            after.get(path),
            cause,
            declared.origin,
        )
        for path in ("visibility", "allowed_users")
        if before.get(path) != after.get(path)
    )


def _fields(visibility: str, users: tuple[str, ...]) -> list[tuple[str, Json]]:
    fields: list[tuple[str, Json]] = [("visibility", visibility)]
    if users:
        fields.append(("allowed_users", [*users]))
    return fields


def _notes(context: Context, declared: DeclaredBucket) -> tuple[str, ...]:
    bucket = BucketName(declared.which.name)
    notes = [declared.because] if declared.because else []
    if declared.visibility == PUBLIC:
        notes.append("everybody with access to the cluster can read, write and delete it")
    elif open_through := _open_through(context, bucket):
        notes.append(f"it is open to everybody through {', '.join(open_through)}, whatever it says")
    if not context.facts.has_store():
        is_there = context.facts.bucket(bucket) is not None
        mark = "its mark is not renewed" if is_there else "it is not marked as managed by this set"
        notes.append(
            f"{mark}: the object store is not reachable from here "
            f"({context.facts.view.store_problem})"
        )
    return tuple(notes)


def _user_notes(facts: BucketFacts, declared: DeclaredBucket) -> list[str]:
    """Name who has access and should not, and who should and has none."""
    if facts.visibility == PUBLIC:  # everybody has
        return []
    has, wanted = {*told_access(facts)[1]}, {*declared.allowed_users}
    told = (
        ("loses access", "lose access", has - wanted),
        ("gains access", "gain access", wanted - has),
    )
    return [
        f"{', '.join(sorted(users))} {one if len(users) == 1 else many}"
        for one, many, users in told
        if users
    ]


def _open_through(context: Context, bucket: BucketName) -> list[str]:
    """Return the public services that name *bucket*: OSCAR may say *private* all the same."""
    return sorted(
        str(live.key)
        for live in context.facts.view.every_service
        if access_of_service(live.form) == Access(is_public=True)
        and live.key.name not in context.planned.gone
        and bucket in needed_buckets(live.form)
    )
