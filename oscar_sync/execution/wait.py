"""Waiting until a service is ready, where the settings or ``--wait`` ask for it."""

from typing import Final

from oscar_sync.errors import ClusterError
from oscar_sync.execution.run import NotVerifiedError, Run
from oscar_sync.model.state import Deployment

_PAUSE_S: Final = 1.0


def wait_until_ready(run: Run) -> None:
    """Return when the service's runtime is ready; at once where nobody waits.

    Raises:
        NotVerifiedError: it is not ready in time; the reason is the server's.
    """
    wait_s = run.material.wait_s
    if wait_s is None:
        return
    deadline = run.parts.now() + wait_s
    while True:
        state = _state(run)
        if state.state == "ready":
            return
        if run.parts.now() >= deadline or run.parts.is_stopping():
            reason = f": {state.reason}" if state.reason else ""
            raise NotVerifiedError(f"it is {state.state} after {wait_s:g} s{reason}")
        run.parts.sleep(_PAUSE_S)


def _state(run: Run) -> Deployment:
    try:
        return run.sender.ports.api.deployment(run.name)
    except ClusterError as error:
        return Deployment("unknown", str(error))
