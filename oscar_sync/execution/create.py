"""Create: POST, and on buckets that exist PUT and the notifications (attach, safety 2)."""

from typing import Final

from oscar_sync.execution.effect import made_by_post
from oscar_sync.execution.evidence import made_nothing
from oscar_sync.execution.members import refuse_unless_free, take_workers_away
from oscar_sync.execution.run import TRIES, FailedError, NotVerifiedError, Run, step_of
from oscar_sync.execution.sender import Reply
from oscar_sync.execution.update import put_until_it_holds
from oscar_sync.execution.wait import wait_until_deleted, wait_until_ready
from oscar_sync.model.form import Form
from oscar_sync.model.material import CreateMaterial
from oscar_sync.model.report import ActionResult, Status
from oscar_sync.model.state import LiveService
from oscar_sync.model.step import Do
from oscar_sync.semantics.answers import Outcome
from oscar_sync.semantics.hooks import wanted_hooks
from oscar_sync.semantics.volumes import made_volume

PAUSE_S: Final = 1.0


def carry_out_create(run: Run, material: CreateMaterial) -> ActionResult:
    send_create(run, material)
    run.send_store_steps()
    run.check_hooks(wanted_hooks(material.form))
    run.look_for_woken_hooks(material.form)
    wait_until_ready(run)
    return run.result(Status.DONE)


def send_create(run: Run, material: CreateMaterial) -> None:
    """Create the service, and attach the buckets that exist; nothing is set on the store yet."""
    first, form = material.first_form, material.form
    run.refuse_if_there()
    if any(step.member for step in run.action.steps):
        take_workers_away(run)
        refuse_unless_free(run)
    wait_until_deleted(run, made_volume(first))
    live = _post(run, first)
    if any(step.do is Do.PUT and not step.member for step in run.action.steps):
        put_until_it_holds(run, step_of(run.action, Do.PUT), form, live)
        run.wait_for_store()


def _post(run: Run, form: Form) -> LiveService:
    """Return the service that a POST of *form* made; one that made nothing is sent again, twice."""
    # Two machines may create at once: the store restarts for one of them, and the other is answered
    # 500, with nothing made (oscar-releases, 4.1.2).
    body = run.post_body(form)
    step = step_of(run.action, Do.POST)
    attempt = 0
    while True:
        attempt += 1
        reply = run.sender.post(step, body, run.write_timeout_s)
        if reply.meaning.outcome is Outcome.NOT_APPLIED:
            raise FailedError(reply.sentence, "refused")
        live, buckets = made_by_post(run, form, reply)
        if live is not None:
            return _as_sent(run, form, live, reply)
        if attempt == TRIES or not made_nothing(run, form, reply, buckets):
            raise _failure(reply)
        run.parts.sleep(PAUSE_S * attempt)


def _as_sent(run: Run, form: Form, live: LiveService, reply: Reply) -> LiveService:
    if not run.holds(live, form):
        raise NotVerifiedError("the service that was read back is not the one that was sent")
    run.warn(reply)
    return live


def _failure(reply: Reply) -> FailedError:
    if reply.is_lost:
        words = f"no answer came, and the service does not exist: {reply.text}"
        return FailedError(words, "lost-answer")
    return FailedError(reply.sentence, "not-applied")
