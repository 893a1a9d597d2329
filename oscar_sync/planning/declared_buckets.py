"""Buckets that the settings declare: made, marked, and given the access that is written down.

Nothing that is not declared is touched, and nothing is deleted here.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from oscar_sync.model.action import BUCKET_PREFIX, Action, ActionKind, Preconditions
from oscar_sync.model.field import Json
from oscar_sync.model.field_change import Cause, FieldChange, Op
from oscar_sync.model.identity import BucketName, ServiceKey
from oscar_sync.model.material import BucketMaterial
from oscar_sync.model.settings import DeclaredBucket
from oscar_sync.model.state import BucketFacts
from oscar_sync.model.step import Do, Step
from oscar_sync.planning.blocking import Reason
from oscar_sync.planning.bucket_guards import (
    access_reason,
    is_of_another_set,
    quota_reason,
    tag_reason,
    unmarked_reason,
    whose_verdict,
)
from oscar_sync.planning.context import Context
from oscar_sync.planning.decision import Decision, Effects, action_id
from oscar_sync.planning.seeding import decide_bucket_seeds, seed_after
from oscar_sync.semantics.access import (
    PUBLIC,
    RESTRICTED,
    Access,
    access_given,
    access_of_service,
    is_locked,
    listed_access,
    seen_of,
)
from oscar_sync.semantics.bucket_marks import access_mark, cause_of, marks
from oscar_sync.semantics.buckets import needed_buckets

AGAIN: Final = "again"
_NO_MARK: Final = "it is what the settings declare, and no set manages it"
_STALE_MARK: Final = "its mark is of other access, and drift is measured by it"
_WHY_PUBLIC: Final = (
    "public at first, as a policy makes it that is left of an earlier bucket of this name: OSCAR "
    "closes what it shows as public"
)
_WHY_RESTRICTED: Final = "with its owner among the users first: without any OSCAR fails half-way"
_OPEN: Final = (PUBLIC, ())


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


def _decide(context: Context, declared: DeclaredBucket) -> Decision | None:
    bucket = BucketName(declared.which.name)
    facts = context.facts.bucket(bucket)
    if context.facts.view.buckets is None:
        return None
    if facts is None:
        return _create(context, declared)
    verdict = whose_verdict(context, facts)
    reason, used = verdict.reason, verdict.used
    opened = _opened_behind(context, declared, facts) or _hidden_reason(context, declared, facts)
    if reason is None and opened:
        public = replace(facts, visibility=PUBLIC, allowed_users=())
        return _share(context, declared, facts, _changes(public, declared), opened)
    live = listed_access(facts)
    is_same = live == (declared.visibility, declared.allowed_users)
    if reason is None and is_same:
        is_marked = facts.set_name and facts.applied == access_mark(*live)
        adopting = None if is_marked and not used else _adopt(context, declared, facts)
        return adopting and replace(adopting, used=used)
    changes = _changes(facts, declared)
    if reason is None and not facts.set_name:
        reason = unmarked_reason(bucket, facts)
    sharing = _share(
        context, declared, facts, changes, reason or access_reason(context, declared, facts)
    )
    return replace(sharing, used=used)


def _create(context: Context, declared: DeclaredBucket) -> Decision:
    bucket = BucketName(declared.which.name)
    # OSCAR takes back only what it shows: a bucket that it makes public can be closed.
    is_open = context.facts.is_name_open(bucket) and declared.visibility != PUBLIC
    action = Action(
        id=action_id(ActionKind.CREATE_BUCKET, bucket_key(context, bucket)),
        key=bucket_key(context, bucket),
        kind=ActionKind.CREATE_BUCKET,
        reason="never created, or deleted on the cluster",
        steps=_steps_of_new(context, declared, is_open=is_open),
        changes=tuple(
            FieldChange(path, Op.ADD, None, value, Cause.MANIFEST, declared.origin)
            for path, value in _fields(declared.visibility, declared.allowed_users)
        ),
        origin=declared.origin,
        notes=_notes(context, declared),
    )
    reason = access_reason(context, declared, None) or quota_reason(context, bucket)
    if reason is not None:
        return Decision(action, reason=reason)
    gives = {bucket: access_given(declared.visibility, declared.allowed_users)}
    effects = Effects(makes=(bucket,), gives=gives)
    return Decision(action, material_of(context, declared, None), effects=effects)


def _steps_of_new(context: Context, declared: DeclaredBucket, *, is_open: bool) -> tuple[Step, ...]:
    bucket = declared.which.name
    if not is_open:
        access = (declared.visibility, declared.allowed_users)
        return (Step(Do.CREATE_BUCKET, bucket, access=access), *tag_steps(context, declared))
    # It is marked before it is closed: a run that is cut off leaves what the next one goes on with.
    return (
        Step(Do.CREATE_BUCKET, bucket, _WHY_PUBLIC, access=_OPEN),
        *tag_steps(context, declared),
        *access_steps(context, declared),
    )


def _adopt(context: Context, declared: DeclaredBucket, facts: BucketFacts) -> Decision | None:
    if not context.facts.reaches_store():
        return None
    key = bucket_key(context, facts.name)
    why = _taken_from(context, facts) or (_STALE_MARK if facts.set_name else "")
    # A bucket that was made again by another user has no mark.
    reason = None if facts.set_name else tag_reason(context, facts)
    action = Action(
        id=action_id(ActionKind.ADOPT_BUCKET, key),
        key=key,
        kind=ActionKind.ADOPT_BUCKET,
        reason=why or _NO_MARK,
        steps=tag_steps(context, declared, AGAIN if why == _STALE_MARK else ""),
        preconditions=_preconditions(facts),
        origin=declared.origin,
        notes=(*filter(None, [why]), *_unproven_notes(context, declared, facts)),
    )
    if reason is not None:
        return Decision(action, reason=reason)
    return Decision(action, material_of(context, declared, facts))


def _unproven_notes(
    context: Context, declared: DeclaredBucket, facts: BucketFacts
) -> tuple[str, ...]:
    if facts.set_name or context.facts.view.is_admin or declared.visibility == PUBLIC:
        return ()
    note = (
        f"everybody may have access to {facts.name} all the same: where it was public once, OSCAR "
        f"shows it as {declared.visibility} since a service uses it; to be sure, run after this "
        f"`{_reopening(context, facts)}`, which opens it for a moment, and apply again"
    )
    return (note,)


def _taken_from(context: Context, facts: BucketFacts) -> str:
    is_taken = is_of_another_set(context, facts)
    return f"it is taken over from set {facts.set_name}" if is_taken else ""


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
        steps=(
            *_unlocking_steps(context, declared, facts),
            *access_steps(context, declared),
        ),
        changes=changes,
        preconditions=_preconditions(facts),
        origin=declared.origin,
        notes=(
            *filter(None, [_taken_from(context, facts)] if reason is None else ()),
            *_notes(context, declared),
            *_user_notes(facts, declared),
        ),
    )
    if reason is not None:
        return Decision(action, reason=reason)
    gives = {facts.name: access_given(declared.visibility, declared.allowed_users)}
    effects = Effects(gives=gives, closes=(facts.name,))
    return Decision(action, material_of(context, declared, facts), effects=effects)


def access_steps(context: Context, declared: DeclaredBucket) -> tuple[Step, ...]:
    users = f" ({', '.join(declared.allowed_users)})" if declared.allowed_users else ""
    access = (declared.visibility, declared.allowed_users)
    note = f"{declared.visibility}{users}"
    given = Step(Do.SET_ACCESS, declared.which.name, note, access=access)
    return (given, *tag_steps(context, declared))


def tag_steps(context: Context, declared: DeclaredBucket, note: str = "") -> tuple[Step, ...]:
    return (Step(Do.TAG, declared.which.name, note),) if context.facts.reaches_store() else ()


def _unlocking_steps(
    context: Context, declared: DeclaredBucket, facts: BucketFacts
) -> tuple[Step, ...]:
    view = context.facts.view
    if view.is_admin or declared.visibility == RESTRICTED:
        return ()
    if not is_locked(facts.visibility, facts.allowed_users):
        return ()
    access = (RESTRICTED, tuple(sorted(view.me)))
    return (Step(Do.SET_ACCESS, facts.name, _WHY_RESTRICTED, access=access),)


def material_of(
    context: Context, declared: DeclaredBucket, facts: BucketFacts | None
) -> BucketMaterial:
    view = context.facts.view
    applied = access_mark(declared.visibility, declared.allowed_users)
    return BucketMaterial(
        view.cluster,
        view.release,
        bucket=BucketName(declared.which.name),
        marks=marks(context.settings.set_name, applied),
        planned=facts,
    )


def _preconditions(facts: BucketFacts) -> Preconditions:
    return Preconditions(hashlib.sha256(repr(seen_of(facts)).encode()).hexdigest()[:16])


def _changes(facts: BucketFacts, declared: DeclaredBucket) -> tuple[FieldChange, ...]:
    live, wanted = listed_access(facts), (declared.visibility, declared.allowed_users)
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
        named = ", ".join(map(str, open_through))
        notes.append(f"it is open to everybody through {named}, whatever it says")
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
    has, wanted = {*listed_access(facts)[1]}, {*declared.allowed_users}
    told = (
        ("loses access", "lose access", has - wanted),
        ("gains access", "gain access", wanted - has),
    )
    return [
        f"{', '.join(sorted(users))} {one if len(users) == 1 else many}"
        for one, many, users in told
        if users
    ]


def _opened_behind(context: Context, declared: DeclaredBucket, facts: BucketFacts) -> Reason | None:
    """Return why a user's bucket is not as OSCAR shows it: a public service names it."""
    # Those that the plan writes do not count: they agree with the bucket (OSY220).
    is_told = context.facts.view.is_admin or PUBLIC in (declared.visibility, facts.visibility)
    others = [
        str(key)
        for key in ([] if is_told else _open_through(context, facts.name))
        if key.name not in context.desired
    ]
    if not others:
        return None
    named = ", ".join(others)
    return Reason(
        "bucket-open",
        f"everybody has access to bucket {facts.name} through {named}, though OSCAR shows it as "
        f"{listed_access(facts)[0]}",
        (
            f"let the owner of {named} make it private while it uses the bucket",
            f"write `{facts.name}: {{visibility: public}}`",
        ),
    )


def _hidden_reason(context: Context, declared: DeclaredBucket, facts: BucketFacts) -> Reason | None:
    """Return why nobody can see who has access to a user's bucket that was public by its mark."""
    if context.facts.view.is_admin or PUBLIC in (declared.visibility, facts.visibility):
        return None
    if facts.applied != access_mark(PUBLIC, ()):
        return None
    # A PUT takes back what OSCAR shows and nothing else (UnsetPolicies in pkg/utils/minio.go at
    # v4.1.2): what is public and shown as less has to be shown as public once more (record 229).
    return Reason(
        "access-unknown",
        f"bucket {facts.name} was public by its mark, and OSCAR shows it as "
        f"{listed_access(facts)[0]}: everybody has access still if a private service hid that",
        (f"run `{_reopening(context, facts)}`, which opens it for a moment, and apply again",),
    )


def _reopening(context: Context, facts: BucketFacts) -> str:
    cluster = context.facts.view.cluster.id
    return f"oscar-sync bucket share {facts.name} -c {cluster} --visibility public"


def _open_through(context: Context, bucket: BucketName) -> list[ServiceKey]:
    """Return the public services that name *bucket*: OSCAR may say ``private`` all the same."""
    return sorted(
        live.key
        for live in context.facts.view.every_service
        if access_of_service(live.form) == Access(is_public=True)
        and live.key.name not in context.planned.gone
        and bucket in needed_buckets(live.form)
    )
