"""Writes on the clusters of a federation's members: an old worker goes, and its data stays."""

from oscar_sync.execution.evidence import check_kept, own_buckets, refuse_unless_agreed
from oscar_sync.execution.run import FailedError, NotVerifiedError, Run, StaleServiceError
from oscar_sync.model.material import MemberWatch
from oscar_sync.model.secret import Secret
from oscar_sync.model.state import LiveService
from oscar_sync.model.step import Do, Step
from oscar_sync.semantics.answers import Outcome
from oscar_sync.semantics.bodies import owner_to_write, put_body
from oscar_sync.semantics.buckets import detached, named_by_delete
from oscar_sync.semantics.federation import WORKER, is_worker, without_members
from oscar_sync.semantics.release_fields import without_newer
from oscar_sync.semantics.stamp import OWNER, marks_of


def take_workers_away(run: Run) -> None:
    """Send the action's steps on members: buckets out of each old worker, then its DELETE.

    Raises:
        FailedError: a member refuses, or the worker is still there.
        StaleServiceError: it is not the worker of the plan, or names a bucket.
    """
    for step in run.action.steps:
        watch = next((one for one in run.material.members if one.is_written_by(step)), None)
        if watch is None:
            continue
        if step.do is Do.PUT:
            _let_go(run.at_member(watch), watch, step)
        elif step.do is Do.DELETE:
            _delete(run.at_member(watch), watch, step)


def make_workers(run: Run) -> None:
    """Send the POST of each worker that is not there: an empty one, which the origin's PUT fills.

    Raises:
        FailedError: a member refuses, or it is not there then.
    """
    for step, watch in _made(run):
        member = run.at_member(watch)
        reply = member.sender.post(step, without_newer(watch.body or {}, watch.release))
        if member.newest.by_name(watch.service) is None:
            words = f"the worker {step.target} is not made: {reply.sentence}"
            raise FailedError(words, "member-failed")


def check_filled(run: Run) -> None:
    """Raises NotVerifiedError: a worker that was made is empty after the origin's PUT."""
    for step, watch in _made(run):
        live = run.at_member(watch).newest.by_name(watch.service)
        if live is None or not live.form.federation:
            raise NotVerifiedError(
                f"the update did not reach the worker {step.target}, which is empty: see that its "
                "cluster can be reached from the origin's, and apply again"
            )


def _made(run: Run) -> list[tuple[Step, MemberWatch]]:
    return [
        (step, watch)
        for step in run.action.steps
        for watch in run.material.members
        if step.do is Do.POST and watch.is_written_by(step)
    ]


def refuse_unless_free(run: Run) -> None:
    """Raises StaleServiceError: a member has the name: OSCAR would take the POST back (6.5)."""
    for watch in run.material.members:
        if run.at_member(watch).newest.by_name(watch.service) is not None:
            raise StaleServiceError(f"the member {watch.place} exists now")


def _let_go(run: Run, watch: MemberWatch, step: Step) -> None:
    live, planned = run.newest.by_name(watch.service), watch.live
    if live is None or planned is None:
        return
    _refuse_another(watch, live)
    marks = marks_of(live.annotations)
    owner = owner_to_write(live)
    form = without_members(detached(planned.form, planned.bucket_list))
    body = put_body(form, {}, marks, live, watch.release, owner=owner)
    if is_worker(live.annotations):  # of these alone the server takes the body's token, also none
        body["token"] = Secret(str(live.raw.get("token") or ""))
    run.sender.put(step, body)
    worker = run.newest.by_name(watch.service)
    if worker is not None and named_by_delete(worker.form, worker.bucket_list):
        raise NotVerifiedError(f"the worker {step.target} still names its buckets")


def _delete(run: Run, watch: MemberWatch, step: Step) -> None:
    """Delete an old worker on the evidence that a removal needs, and look at its buckets after."""
    before, listed = run.wait_for_store(), run.newest.listed_now(watch.service)
    live, planned = run.newest.by_name(watch.service), watch.live
    if live is None or planned is None:
        return
    if before is None:
        raise FailedError(f"which buckets exist is not known, so {step.target} is not deleted")
    _refuse_another(watch, live)
    named = named_by_delete(live.form, live.bucket_list)
    if named:
        raise StaleServiceError(
            f"the worker {step.target} names {', '.join(named)}, and deleting it would delete that"
        )
    refuse_unless_agreed(run, live, listed)
    reply = run.sender.delete(step)
    if reply.meaning.outcome is Outcome.NOT_APPLIED:
        raise FailedError(f"{step.target}: {reply.sentence}")
    now = run.wait_for_store()
    if run.newest.by_name(watch.service) is not None:
        raise FailedError(f"the worker {step.target} still exists after the deletion")
    planned_names = named_by_delete(planned.form, planned.bucket_list)
    check_kept(run, own_buckets(before, planned_names, watch.service), reply, now)


def _refuse_another(watch: MemberWatch, live: LiveService) -> None:
    """Stop where it is now another service; the origin's own PUT may have written the worker."""
    known = watch.live.annotations if watch.live is not None else {}
    if any(live.annotations.get(key) != known.get(key) for key in (OWNER, WORKER)):
        raise StaleServiceError(f"the member {watch.place} is now another service")
