"""The steps that make a declared bucket, mark it, and give the access that is written down."""

from typing import Final

from oscar_sync.model.identity import BucketName
from oscar_sync.model.material import BucketMaterial
from oscar_sync.model.settings import DeclaredBucket
from oscar_sync.model.state import BucketFacts
from oscar_sync.model.step import Do, Step
from oscar_sync.planning.context import Context
from oscar_sync.semantics.access import (
    PUBLIC,
    RESTRICTED,
    is_locked,
)
from oscar_sync.semantics.bucket_marks import access_mark, marks

AGAIN: Final = "again"
_WHY_PUBLIC: Final = (
    "public at first, as a policy makes it that is left of an earlier bucket of this name: OSCAR "
    "closes what it shows as public"
)
_WHY_RESTRICTED: Final = "with its owner among the users first: without any OSCAR fails half-way"
_OPEN: Final = (PUBLIC, ())


def steps_of_new(context: Context, declared: DeclaredBucket, *, is_open: bool) -> tuple[Step, ...]:
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


def access_steps(context: Context, declared: DeclaredBucket) -> tuple[Step, ...]:
    users = f" ({', '.join(declared.allowed_users)})" if declared.allowed_users else ""
    access = (declared.visibility, declared.allowed_users)
    note = f"{declared.visibility}{users}"
    given = Step(Do.SET_ACCESS, declared.which.name, note, access=access)
    return (given, *tag_steps(context, declared))


def tag_steps(context: Context, declared: DeclaredBucket, note: str = "") -> tuple[Step, ...]:
    return (Step(Do.TAG, declared.which.name, note),) if context.facts.reaches_store() else ()


def unlocking_steps(
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
