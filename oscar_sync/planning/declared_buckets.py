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
from oscar_sync.model.settings import DeclaredBucket
from oscar_sync.model.state import BucketFacts
from oscar_sync.planning.blocking import Reason
from oscar_sync.planning.bucket_guards import (
    access_reason,
    is_of_another_set,
    quota_reason,
    tag_reason,
    unmarked_reason,
    whose_verdict,
)
from oscar_sync.planning.bucket_steps import (
    AGAIN,
    access_steps,
    material_of,
    steps_of_new,
    tag_steps,
    unlocking_steps,
)
from oscar_sync.planning.context import Context
from oscar_sync.planning.decision import Decision, Effects, action_id
from oscar_sync.planning.hidden_access import (
    hidden_reason,
    open_through,
    opened_behind,
    unproven_notes,
)
from oscar_sync.planning.seeding import decide_bucket_seeds, seed_after
from oscar_sync.semantics.access import (
    PUBLIC,
    access_given,
    listed_access,
    seen_of,
)
from oscar_sync.semantics.bucket_marks import access_mark, cause_of
from oscar_sync.semantics.buckets import needed_buckets

_NO_MARK: Final = "it is what the settings declare, and no set manages it"
_STALE_MARK: Final = "its mark is of other access, and drift is measured by it"


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
    opened = opened_behind(context, declared, facts) or hidden_reason(context, declared, facts)
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
        steps=steps_of_new(context, declared, is_open=is_open),
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
        notes=(*filter(None, [why]), *unproven_notes(context, declared, facts)),
    )
    if reason is not None:
        return Decision(action, reason=reason)
    return Decision(action, material_of(context, declared, facts))


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
            *unlocking_steps(context, declared, facts),
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
    elif openers := open_through(context, bucket):
        named = ", ".join(map(str, openers))
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
