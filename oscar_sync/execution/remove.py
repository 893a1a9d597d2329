"""Remove: detach every bucket, read back, delete. No byte is lost unasked (safety 2; record 127).

What no PUT can change is deleted as it stands, and only if each bucket it names was named to be
erased.
"""

from oscar_sync.execution.erase import erase_buckets, refuse_if_more_is_lost, refuse_if_used
from oscar_sync.execution.evidence import (
    check_kept,
    existing,
    refuse_if_listed,
    refuse_unless_agreed,
)
from oscar_sync.execution.members import take_workers_away
from oscar_sync.execution.run import TRIES, FailedError, Run, StaleServiceError, is_same, step_of
from oscar_sync.execution.update import put_in_turn
from oscar_sync.model.material import RemoveMaterial
from oscar_sync.model.report import ActionResult, Status
from oscar_sync.model.state import LiveService
from oscar_sync.model.step import Do
from oscar_sync.semantics.answers import Outcome
from oscar_sync.semantics.buckets import named_by_delete
from oscar_sync.semantics.immutable import takes_no_put


def carry_out_remove(run: Run, material: RemoveMaterial) -> ActionResult:
    take_away(run, material)
    erase_buckets(run)
    return run.result(Status.DONE)


def take_away(run: Run, material: RemoveMaterial) -> None:
    """Detach and delete the service; the DELETE goes out only where it erases nothing unnamed.

    Raises:
        FailedError: the server refuses, two answers contradict each other, or the service is still
            there.
        LostError: a bucket that was to be kept is gone with it.
        StaleServiceError: it is now another service, was changed, or names a bucket again.
    """
    live = run.check_precondition(material.live, data_is_at_risk=True)
    take_workers_away(run)
    if any(step.do is Do.PUT and not step.member for step in run.action.steps):
        live = put_in_turn(run, material, live)
    run.send_store_steps()
    for _ in range(TRIES):
        if _delete(run, live):
            return
    raise FailedError("the service still exists after the deletion")


def _delete(run: Run, known: LiveService) -> bool:
    """Return whether the service is gone, after one DELETE that a GET made just before allows."""
    # It goes out only while the service still is the *known* one (L6), for the list as well.
    kept, listed = existing(run), run.newest.listed_now(run.name)
    newest = run.newest.by_name(run.name)  # last, so that as little time as can be passes
    if newest is None:
        refuse_if_listed(run)
        return True
    _refuse_to_erase(run, newest)
    if not is_same(newest, known):
        raise StaleServiceError("it was changed by someone else in the meantime")
    refuse_unless_agreed(run, newest, listed)
    reply = run.sender.delete(step_of(run.action, Do.DELETE))
    if reply.meaning.outcome is Outcome.NOT_APPLIED:
        raise FailedError(reply.sentence, "refused")
    buckets = run.wait_for_store()
    if run.read_back() is not None:
        return False
    check_kept(run, kept, reply, buckets)
    if reply.meaning.outcome is not Outcome.ABSENT:
        run.warn(reply)
    return True


def _refuse_to_erase(run: Run, live: LiveService) -> None:
    """Stop before a DELETE that could erase an unnamed bucket, whatever came before (safety 2)."""
    named = named_by_delete(live.form, live.bucket_list)
    if not named:
        return
    erased = {item.bucket for item in run.action.erases}
    if not takes_no_put(live.form, run.material.release) or not erased.issuperset(named):
        raise StaleServiceError(
            f"its definition names {', '.join(named)} again, and deleting the service would "
            "delete that"
        )
    buckets = run.sender.ports.api.list_buckets()
    for bucket in named:
        refuse_if_used(run, bucket, buckets, live)
        refuse_if_more_is_lost(run, bucket)
