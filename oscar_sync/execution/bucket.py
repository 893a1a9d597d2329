"""A declared bucket: made, given the access that is written down, and marked (records 130, 230)."""

from collections.abc import Sequence

from oscar_sync.execution.effect import wait_for_effect
from oscar_sync.execution.run import FailedError, NotVerifiedError, Run, StaleServiceError
from oscar_sync.execution.sender import ReachError, Reply
from oscar_sync.model.action import ActionKind
from oscar_sync.model.event import Event, Happening
from oscar_sync.model.identity import BucketName
from oscar_sync.model.material import BucketMaterial
from oscar_sync.model.report import ActionResult, Status
from oscar_sync.model.state import BucketFacts
from oscar_sync.model.step import Do, Step
from oscar_sync.semantics.access import listed_access, seen_of
from oscar_sync.semantics.answers import Outcome
from oscar_sync.semantics.bucket_marks import APPLIED, access_mark


def carry_out_bucket(run: Run, material: BucketMaterial) -> ActionResult:
    """Send the steps of *material* in their order, each read back from the list of buckets.

    Where the access is not the declared one, or not yet, the mark is of the one that is there: what
    OSCAR did half is not drift.
    """
    _check_preconditions(run, material)
    failure: FailedError | None = None
    wanted = [step.access for step in run.action.steps if step.access]
    given = None
    for step in run.action.steps:
        if step.access is None:
            is_whole = failure is None and given is not None and given == wanted[-1]
            _mark(run, step, material, is_whole=is_whole)
        elif failure is None:
            send, given = _create if step.do is Do.CREATE_BUCKET else _give, step.access
            failure = send(run, step, material.bucket, *step.access)
    if failure is not None:
        raise failure
    return run.result(Status.DONE)


def _check_preconditions(run: Run, material: BucketMaterial) -> None:
    """Raises StaleServiceError: the bucket is not as the plan saw it."""
    facts, planned = _listed(run, material.bucket), material.planned
    is_new = run.action.kind is ActionKind.CREATE_BUCKET
    if is_new and facts is not None:
        raise StaleServiceError("it exists now")
    if not is_new and facts is None:
        raise StaleServiceError("it is gone")
    if planned is not None and facts is not None and seen_of(facts) != seen_of(planned):
        raise StaleServiceError("it has changed since the plan was made")


def _create(
    run: Run, step: Step, bucket: BucketName, visibility: str, users: Sequence[str]
) -> FailedError | None:
    """Make the bucket; return why it lacks the access.

    Raises:
        FailedError: it was not made.
        NotVerifiedError: it is not known whether it was.
    """
    reply = run.sender.create_bucket(step, visibility, users)
    if reply.meaning.outcome is Outcome.NOT_APPLIED:
        raise FailedError(reply.sentence, reply.meaning.reason)
    facts = _read_back(run, bucket, reply)
    if facts is None:
        raise FailedError(reply.sentence if not reply.is_lost else f"{reply.came}: it is not there")
    if listed_access(facts) == (visibility, tuple(users)):
        run.warn(reply)
        return None
    return FailedError(reply.sentence, reply.meaning.reason)


def _give(
    run: Run, step: Step, bucket: BucketName, visibility: str, users: Sequence[str]
) -> FailedError | None:
    """Give access to the bucket; return why it has other access.

    Raises:
        FailedError: nothing was changed.
        NotVerifiedError: the list of buckets shows other access, though the server accepted it.
    """
    reply = run.sender.set_access(step, visibility, users)
    if reply.meaning.outcome is Outcome.NOT_APPLIED:
        raise FailedError(reply.sentence, reply.meaning.reason)
    facts = _read_back(run, bucket, reply, (visibility, tuple(users)))
    if facts is None:
        raise NotVerifiedError(f"bucket {bucket} is not listed any more: {reply.sentence}")
    if listed_access(facts) == (visibility, tuple(users)):
        run.warn(reply)
        return None
    if reply.meaning.outcome is Outcome.APPLIED:
        shown, _ = listed_access(facts)
        raise NotVerifiedError(f"bucket {bucket} is {shown} still; apply again")
    return FailedError(reply.sentence, reply.meaning.reason)


def _mark(run: Run, step: Step, material: BucketMaterial, *, is_whole: bool) -> None:
    """Tag the bucket as managed. Only an action that does nothing else fails without."""
    bucket, marks = material.bucket, material.marks
    if not is_whole and (facts := _listed(run, bucket)) is not None:
        marks = {**marks, APPLIED: access_mark(*listed_access(facts))}
    try:
        run.sender.on_store(step, lambda store: store.add_tags(bucket, marks))
    except ReachError as error:
        if run.action.kind is ActionKind.ADOPT_BUCKET:
            raise
        run.unverified.add("marks")
        run.warnings.append(f"bucket {bucket} is not marked as managed by this set: {error}")
        return
    facts = _listed(run, bucket)
    if facts is None or facts.set_name not in marks.values():
        raise NotVerifiedError(f"bucket {bucket} does not show its mark: apply again")


def _read_back(
    run: Run,
    bucket: BucketName,
    reply: Reply,
    wanted: tuple[str, tuple[str, ...]] | None = None,
) -> BucketFacts | None:
    run.parts.on_event(Event(Happening.VERIFY, run.action))

    def is_decided() -> bool:
        facts = _listed(run, bucket)
        return facts is not None and wanted in (None, listed_access(facts))

    wait_for_effect(run, reply, 0, is_decided)
    return _listed(run, bucket)


def _listed(run: Run, bucket: BucketName) -> BucketFacts | None:
    listed = run.sender.ports.api.list_buckets()
    return next((facts for facts in listed if facts.name == bucket), None)
