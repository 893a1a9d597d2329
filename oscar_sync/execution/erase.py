"""Erase: a bucket goes through OSCAR, only while it still is what the plan showed (safety 2)."""

from collections.abc import Iterable

from oscar_sync.errors import StoreError
from oscar_sync.execution.evidence import refuse_if_list_is_short
from oscar_sync.execution.run import TRIES, FailedError, Run, StaleServiceError
from oscar_sync.execution.sender import ReachError
from oscar_sync.execution.volume import delete_volumes
from oscar_sync.model.amounts import plural
from oscar_sync.model.material import Erasure
from oscar_sync.model.report import ActionResult, Status
from oscar_sync.model.state import BucketCount, BucketFacts, LiveService
from oscar_sync.model.step import Do, Step
from oscar_sync.semantics.answers import Outcome
from oscar_sync.semantics.buckets import used_buckets


def carry_out_erase(run: Run) -> ActionResult:
    erase_buckets(run)
    delete_volumes(run)
    return run.result(Status.DONE)


def erase_buckets(run: Run) -> None:
    """Erase each bucket that the action's ERASE steps name.

    Raises:
        StaleServiceError: a bucket is used, another's, or holds more than the plan showed.
        FailedError: the server refuses, or the bucket is still there.
    """
    for step in run.action.steps:
        if step.do is Do.ERASE:
            _erase(run, step)


def _erase(run: Run, step: Step) -> None:
    planned = run.material.erasures.get(step.target)
    if planned is None:
        raise FailedError(f"the plan did not look at bucket {step.target}")
    for _ in range(TRIES):
        buckets = run.sender.ports.api.list_buckets()
        facts = _named(step.target, buckets)
        if facts is None:
            return
        _refuse_if_moved(run, planned, facts, buckets)
        reply = run.sender.erase(step)
        if reply.meaning.outcome is Outcome.NOT_APPLIED:
            raise FailedError(reply.sentence, "refused")
        if _named(step.target, run.sender.ports.api.list_buckets()) is None:
            run.warn(reply)
            return
    raise FailedError(f"bucket {step.target} still exists after the deletion")


def _named(name: str, buckets: Iterable[BucketFacts]) -> BucketFacts | None:
    return next((bucket for bucket in buckets if bucket.name == name), None)


def _refuse_if_moved(
    run: Run, planned: Erasure, facts: BucketFacts, buckets: Iterable[BucketFacts]
) -> None:
    name = planned.facts.name
    refuse_if_used(run, name, buckets)
    if (facts.owner, facts.from_service) != (planned.facts.owner, planned.facts.from_service):
        raise StaleServiceError(f"bucket {name} was created again by someone else; it stays")
    if facts.set_name != planned.facts.set_name:
        manager = f"managed by set {facts.set_name}" if facts.set_name else "no longer managed"
        raise StaleServiceError(f"bucket {name} is {manager} now; it stays")
    refuse_if_more_is_lost(run, name)


def refuse_if_more_is_lost(run: Run, bucket: str) -> None:
    """Stop where more would be deleted with *bucket* than the plan showed (trust 1.3).

    Raises:
        StaleServiceError: there are more objects or bytes, or something was written since.
        ReachError: nobody can see any more what it holds.
    """
    shown = next((item.count for item in run.action.erases if item.bucket == bucket), None)
    if shown is None:
        return
    held = _held(run, bucket)
    if not held.is_within(shown):
        raise StaleServiceError(
            f"bucket {bucket} holds {_words(held)} now; the plan showed {_words(shown)}; it stays"
        )


def _words(count: BucketCount) -> str:
    least = "at least " if count.is_at_least else ""
    last = f", last write {count.last_write:%Y-%m-%d %H:%M:%SZ}" if count.last_write else ""
    return f"{least}{plural(count.objects, 'object')}, {plural(count.size_bytes, 'byte')}{last}"


def refuse_if_used(
    run: Run, bucket: str, buckets: Iterable[BucketFacts], leaving: LiveService | None = None
) -> None:
    """Stop where a service uses the bucket now, other than the one that is *leaving* with it.

    Raises:
        StaleServiceError: one does.
        FailedError: the list of services lacks one that is there, so that nobody knows.
    """
    services = run.newest.read_all()
    place = (leaving.namespace, leaving.key.name) if leaving else None
    users = [
        live.key.name
        for live in services
        if (live.namespace, live.key.name) != place
        and bucket in (*used_buckets(live.form, run.material.own_store), *live.bucket_list)
    ]
    if users:
        raise StaleServiceError(f"bucket {bucket} is used by {', '.join(users)}; it stays")
    refuse_if_list_is_short(run, _named(bucket, buckets), buckets, services)


def _held(run: Run, bucket: str) -> BucketCount:
    store = run.sender.ports.store
    if store is None:
        raise ReachError(run.sender.ports.store_problem)
    try:
        return store.count(bucket)
    except StoreError as error:
        raise ReachError(str(error)) from error
