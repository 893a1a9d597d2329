"""Access to a bucket that OSCAR does not show: left of what was public, or given by a service."""

from oscar_sync.model.identity import BucketName, ServiceKey
from oscar_sync.model.settings import DeclaredBucket
from oscar_sync.model.state import BucketFacts
from oscar_sync.planning.blocking import Reason
from oscar_sync.planning.context import Context
from oscar_sync.semantics.access import (
    PUBLIC,
    Access,
    access_of_service,
    listed_access,
)
from oscar_sync.semantics.bucket_marks import access_mark
from oscar_sync.semantics.buckets import needed_buckets


def unproven_notes(
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


def opened_behind(context: Context, declared: DeclaredBucket, facts: BucketFacts) -> Reason | None:
    """Return why a user's bucket is not as OSCAR shows it: a public service names it."""
    # Those that the plan writes do not count: they agree with the bucket (OSY220).
    is_told = context.facts.view.is_admin or PUBLIC in (declared.visibility, facts.visibility)
    others = [
        str(key)
        for key in ([] if is_told else open_through(context, facts.name))
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


def hidden_reason(context: Context, declared: DeclaredBucket, facts: BucketFacts) -> Reason | None:
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


def open_through(context: Context, bucket: BucketName) -> list[ServiceKey]:
    """Return the public services that name *bucket*: OSCAR may say ``private`` all the same."""
    return sorted(
        live.key
        for live in context.facts.view.every_service
        if access_of_service(live.form) == Access(is_public=True)
        and live.key.name not in context.planned.gone
        and bucket in needed_buckets(live.form)
    )
