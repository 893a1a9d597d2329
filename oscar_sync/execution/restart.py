"""Restart: what runs an exposed service is started anew, so that it sees what was written."""

from oscar_sync.execution.run import FailedError, Run
from oscar_sync.model.plan import Do
from oscar_sync.model.report import ActionResult, Status
from oscar_sync.semantics.answers import Outcome


def carry_out_restart(run: Run) -> ActionResult:
    """Return what became of a restart that is an action of its own."""
    run.check_premise()
    send_restarts(run)
    return run.result(Status.DONE)


def send_restarts(run: Run) -> None:
    """Send the restarts of the action.

    Raises:
        FailedError: the server refuses.
    """
    for step in run.action.steps:
        if step.do is Do.RESTART:
            reply = run.sender.restart(step)
            if reply.meaning.outcome is not Outcome.APPLIED:
                raise FailedError(f"the restart was answered {reply.status}: {reply.text}")
