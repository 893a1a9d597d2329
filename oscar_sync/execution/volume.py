"""A managed volume, made or deleted; the list of volumes says what holds (oscar-server 1.5)."""

from oscar_sync.execution.effect import wait_for_effect
from oscar_sync.execution.run import FailedError, Run, StaleServiceError
from oscar_sync.execution.sender import Reply
from oscar_sync.model.material import VolumeMaterial
from oscar_sync.model.report import ActionResult, Status
from oscar_sync.model.state import VolumeFacts
from oscar_sync.model.step import Do, Step
from oscar_sync.semantics.answers import Outcome


def carry_out_volume(run: Run, material: VolumeMaterial) -> ActionResult:
    if _listed(run, material.volume) is not None:
        raise StaleServiceError("it exists now")
    step = next(step for step in run.action.steps if step.do is Do.CREATE_VOLUME)
    reply = run.sender.create_volume(step, material.size)
    wait_for_effect(run, reply, 0, lambda: _listed(run, material.volume) is not None)
    if _listed(run, material.volume) is None:
        raise _failure(reply)
    run.warn(reply)
    return run.result(Status.DONE)


def delete_volumes(run: Run) -> None:
    """Delete the volume that a step names.

    Raises:
        StaleServiceError: a service uses it now.
        FailedError: the server refuses, or it is still there.
    """
    for step in run.action.steps:
        if step.do is Do.DELETE_VOLUME:
            _delete(run, step)


def _delete(run: Run, step: Step) -> None:
    there = _listed(run, step.target)
    if there is None:
        return
    if there.attached_to:
        users = ", ".join(there.attached_to)
        raise StaleServiceError(f"volume {step.target} is used by {users}; it stays")
    planned = run.action.preconditions.live_fingerprint
    if there.size != planned:
        raise StaleServiceError(
            f"volume {step.target} has {there.size} now, not {planned}; it stays"
        )
    reply = run.sender.delete_volume(step)
    wait_for_effect(run, reply, 0, lambda: _is_gone(_listed(run, step.target)))
    left = _listed(run, step.target)
    if not _is_gone(left):
        raise _failure(reply)
    run.warn(reply)
    if left is not None:
        run.warnings.append(f"volume {step.target} is deleted as soon as no pod uses it")


def _is_gone(volume: VolumeFacts | None) -> bool:
    return volume is None or volume.is_deleting


def _failure(reply: Reply) -> FailedError:
    is_refused = reply.meaning.outcome is Outcome.NOT_APPLIED
    return FailedError(reply.sentence, reply.meaning.reason if is_refused else "failed")


def _listed(run: Run, name: str) -> VolumeFacts | None:
    return run.sender.ports.api.list_volumes().get(name)
