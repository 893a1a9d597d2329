"""Update: one PUT, read back, and what the store needs beside it."""

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from oscar_sync.execution.effect import wait_for_effect
from oscar_sync.execution.erase import refuse_if_more_is_lost
from oscar_sync.execution.members import check_filled, make_workers
from oscar_sync.execution.restart import send_restarts
from oscar_sync.execution.run import (
    TRIES,
    FailedError,
    NotVerifiedError,
    Run,
    StaleServiceError,
    is_same,
)
from oscar_sync.execution.sender import Reply
from oscar_sync.execution.wait import wait_until_ready
from oscar_sync.model.form import Form
from oscar_sync.model.material import PutMaterial, UpdateMaterial
from oscar_sync.model.report import ActionResult, Status
from oscar_sync.model.state import LiveService
from oscar_sync.model.step import Do, Step
from oscar_sync.semantics.answers import Outcome
from oscar_sync.semantics.bodies import refused_body
from oscar_sync.semantics.hooks import wanted_hooks


def carry_out_update(run: Run, material: UpdateMaterial) -> ActionResult:
    live = send_update(run, material)
    return finish_update(run, live)


def send_update(run: Run, material: UpdateMaterial) -> LiveService:
    is_in_parts = bool(material.forms_before)
    at_risk = bool(run.action.keeps or run.action.erases or is_in_parts)
    live = run.check_precondition(material.live, data_is_at_risk=at_risk)
    for item in run.action.erases:  # buckets of single users go by the PUT itself (record 222)
        refuse_if_more_is_lost(run, item.bucket)
    wake_mount(run)
    make_workers(run)
    live = put_in_turn(run, material, live)
    check_filled(run)
    return live


def wake_mount(run: Run) -> None:
    """Raises FailedError: the create was not refused, which makes nothing."""
    for step in run.action.steps:
        if step.do is Do.POST and not step.member:
            reply = run.sender.post(step, refused_body(run.name))
            if reply.meaning.outcome is not Outcome.NOT_APPLIED:
                words = f"OSCAR should have refused a create, and answered {reply.status}"
                raise FailedError(f"{words}: {reply.text}; nothing else was sent", "not-refused")


def put_in_turn(run: Run, material: PutMaterial, live: LiveService) -> LiveService:
    """Return the live service after each PUT of the action, one after the other, each read back.

    Raises:
        FailedError, StaleServiceError, NotVerifiedError: as `put_until_it_holds`; the next run
            reads what is there, and goes on.
    """
    steps = [step for step in run.action.steps if step.do is Do.PUT and not step.member]
    for step, one in zip(
        steps, material.puts(), strict=True
    ):  # pragma: no mutate - a plan has as many
        live = put_until_it_holds(replace(run, material=one), step, one.form, live)
        if step.restarts_store:
            run.wait_for_store()
    return live


def finish_update(run: Run, live: LiveService) -> ActionResult:
    run.send_store_steps()
    send_restarts(run)
    run.check_hooks(wanted_hooks(live.form))
    wait_until_ready(run)
    return run.result(Status.DONE)


def put_until_it_holds(run: Run, step: Step, form: Form, live: LiveService) -> LiveService:
    """Return the live service that *form* holds on, after at most three PUTs.

    A PUT whose outcome is unknown is read back; it is sent again only where the service is still
    the one it was, and the first one has ended (a PUT is a full replace, so the same one twice is
    the same as once).

    Raises:
        FailedError: the server refuses it.
        StaleServiceError: somebody else wrote in the meantime.
        NotVerifiedError: it was answered well and does not hold.
    """
    body = run.put_body(form, live)
    reply: Reply | None = None
    for _ in range(TRIES):
        reply = run.sender.put(step, body, run.write_timeout_s)
        shows = partial(run.shows, form=form, before=live, body=body, reply=reply)
        after = _after_put(run, step, live, reply, shows)
        if after is not None and shows(after):
            run.warn(reply)
            return after
        raise_unless_unknown(reply, after, live)
    raise failure_of(reply)


def _after_put(
    run: Run,
    step: Step,
    before: LiveService,
    reply: Reply,
    shows: Callable[[LiveService | None], bool],
) -> LiveService | None:
    """Return the service as it is once the PUT can have no further effect."""
    after = run.read_back()

    def is_decided() -> bool:
        nonlocal after
        after = run.read_back()
        return after is None or not is_same(after, before) or shows(after)

    if after is not None and is_same(after, before):
        wait_for_effect(run, reply, step.restarts, is_decided)
    return after


def raise_unless_unknown(reply: Reply, after: LiveService | None, before: LiveService) -> None:
    """Return only where the PUT was plainly not applied and may be sent again."""
    if after is None:
        raise StaleServiceError("it is gone")
    if reply.meaning.outcome is Outcome.NOT_APPLIED:
        raise failure_of(reply)
    if after.form != before.form:
        if reply.meaning.outcome is Outcome.APPLIED:
            raise NotVerifiedError("the service that was read back is not the one that was sent")
        raise StaleServiceError("it was changed by someone else in the meantime")
    if reply.meaning.outcome is Outcome.APPLIED:
        raise NotVerifiedError("the server accepted the update, but it is not visible")
    if not is_same(after, before):
        raise StaleServiceError("it was changed by someone else in the meantime")


def failure_of(reply: Reply | None) -> FailedError:
    if reply is None:
        return FailedError("nothing was sent")
    return FailedError(reply.sentence, "lost-answer" if reply.is_lost else reply.meaning.reason)
