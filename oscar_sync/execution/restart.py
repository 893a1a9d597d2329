"""Restart: what runs an exposed service is started again, so that it sees what was written."""

from oscar_sync.execution.run import FailedError, Run
from oscar_sync.execution.sender import Reply
from oscar_sync.model.step import Do
from oscar_sync.semantics.answers import Outcome


def send_restarts(run: Run) -> None:
    """Raises FailedError: the server refuses."""
    for step in run.action.steps:
        if step.do is Do.RESTART:
            reply = run.sender.restart(step)
            if reply.meaning.outcome is not Outcome.APPLIED:
                raise FailedError(_words_of(reply))


def _words_of(reply: Reply) -> str:
    if reply.is_lost:
        return f"no answer to the restart came: {reply.text}"
    return f"the restart was answered {reply.status}: {reply.text}"


def owed_restart(run: Run) -> str:
    """Return how to make up for a restart that did not follow its PUT, blank where none is owed."""
    # Nothing on the cluster tells of it, so no later plan shows it (docs/decisions/0015).
    if not any(step.do is Do.RESTART for step in run.action.steps):
        return ""
    sent = run.sender.sent
    may_be_written = any(one.do is Do.PUT and one.status // 100 != 4 for one in sent)
    is_restarted = any(one.do is Do.RESTART and one.status // 100 == 2 for one in sent)
    if is_restarted or not may_be_written:
        return ""
    key = run.action.key
    return (
        "; no later plan shows the restart that is due once the update is in place: "
        f"oscar-sync service restart {key.name} -c {key.cluster}"
    )
