"""What must agree before data can be deleted, and what is looked at afterwards (trust 3.1 to 3.4).

One answer alone is never believed: a gateway's 404, a list that was cut short, a definition that
two reads show differently.
"""

from collections.abc import Collection, Iterable

from oscar_sync.execution.run import FailedError, LostError, NotVerifiedError, Run
from oscar_sync.execution.sender import Reply
from oscar_sync.model.form import Form
from oscar_sync.model.state import BucketFacts, LiveService
from oscar_sync.semantics.answers import Outcome
from oscar_sync.semantics.buckets import created_by_post, unlisted_makers
from oscar_sync.semantics.volumes import made_volume

BEFORE_BUCKETS_S = 8.0
"""How long the store restarts within a DELETE, before its buckets are deleted (oscar-server 5)."""

_COMPARED = ("input", "output", "mount", "isolation_level")


def refuse_unless_agreed(run: Run, shown: LiveService, listed: LiveService | None) -> None:
    """Raises FailedError: the list shows other buckets than the GET, so nobody knows which go."""
    if listed is None:
        raise _contradiction(f"a GET shows {run.name} and the list of services does not")
    for name in _COMPARED:
        if getattr(listed.form, name) != getattr(shown.form, name):
            raise _contradiction(f"a GET and the list show different `{name}` of {run.name}")
    if listed.bucket_list != shown.bucket_list:
        raise _contradiction(f"a GET and the list show different `bucket_list` of {run.name}")


def refuse_if_listed(run: Run) -> None:
    """Raises FailedError: a list made now shows the service that a GET did not find."""
    if run.newest.listed_now(run.name) is not None:
        raise _contradiction(f"the list of services shows {run.name} and a GET does not")


def refuse_if_list_is_short(
    run: Run,
    bucket: BucketFacts | None,
    buckets: Iterable[BucketFacts],
    services: Iterable[LiveService],
) -> None:
    """Raises FailedError: a GET shows one that the list lacks: what it uses is not known."""
    listed = {live.key.name for live in services}
    makers = unlisted_makers(bucket, buckets, listed, run.name)
    for name in sorted({*makers, *run.material.absent}.difference(listed)):
        if run.newest.has_by_name(name):
            raise _contradiction(f"the list of services lacks {name}, which a GET shows")


def existing(run: Run) -> frozenset[str]:
    """Return the buckets that must outlive the DELETE: what the action keeps, and what it made.

    Tags say what the service made, also where its definition no longer does.

    Raises:
        FailedError: they cannot be listed.
    """
    kept = {item.bucket for item in run.action.keeps}
    erased = {item.bucket for item in run.action.erases}
    listed = run.wait_for_store()
    if listed is None:
        raise FailedError(
            "which buckets exist is not known: their list did not come within a minute, or could "
            "not be read; nothing was deleted: apply again",
            "unreachable",
        )
    return own_buckets(listed, kept, run.name) - erased


def own_buckets(
    listed: Iterable[BucketFacts], named: Collection[str], service: str
) -> frozenset[str]:
    return frozenset(
        bucket.name for bucket in listed if bucket.name in named or bucket.from_service == service
    )


def check_kept(
    run: Run, before: Collection[str], reply: Reply, now: Iterable[BucketFacts] | None
) -> None:
    """Make sure that what was there *before* the DELETE still is; *now* was listed after it.

    Raises:
        LostError: a bucket is gone.
        NotVerifiedError: the store could not be looked at.
    """
    if not before:
        return
    if reply.is_lost:
        # The server deletes the buckets last, long after the service is gone.
        run.parts.sleep(BEFORE_BUCKETS_S)
        now = run.wait_for_store()
    if now is None:
        raise NotVerifiedError(
            f"it is removed, and it is not known whether {', '.join(sorted(before))} still "
            "exist: their list did not come within a minute, or could not be read"
        )
    gone = sorted(frozenset(before) - _names(now))
    if gone:
        raise LostError(
            f"LOST: {', '.join(gone)}: the bucket was to be kept, and is gone after the "
            "deletion: someone else changed the service just before. Restore it from a backup"
        )


def made_nothing(run: Run, form: Form, reply: Reply, buckets: Iterable[BucketFacts] | None) -> bool:
    """Tell whether a POST whose service a GET does not find left nothing behind, for certain."""
    # Neither in the list of services nor among *buckets*. What a volume, members on other clusters
    # or an answer that was good have left cannot be seen.
    makes_more = made_volume(form) or form.federation
    if reply.meaning.outcome is not Outcome.UNKNOWN or makes_more:
        return False
    made = _names(buckets or ()).intersection(created_by_post(form))
    return buckets is not None and not made and run.newest.listed_now(run.name) is None


def _names(buckets: Iterable[BucketFacts]) -> frozenset[str]:
    return frozenset(bucket.name for bucket in buckets)


def _contradiction(words: str) -> FailedError:
    return FailedError(f"{words}; nothing was deleted: apply again", "contradiction")
