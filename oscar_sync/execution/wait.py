"""Waiting until a service is ready, where that is asked for, or until a volume is deleted."""

from typing import Final

from oscar_sync.errors import ClusterError
from oscar_sync.execution.run import FailedError, NotVerifiedError, Run, StaleServiceError
from oscar_sync.execution.sender import StopError
from oscar_sync.model.amounts import plural
from oscar_sync.model.form import mapping_of
from oscar_sync.model.material import CreateMaterial, PutMaterial
from oscar_sync.model.state import DeploymentState
from oscar_sync.semantics.answers import ENDED_JOBS
from oscar_sync.semantics.capabilities import NO_DEPLOYMENT, STATE_NOT_TOLD
from oscar_sync.semantics.echoes import masked, secrets_in

_PAUSE_S: Final = 1.0
_DELETION_S: Final = 180.0
"""How long a volume that is being deleted is waited for: a pod that ends holds it 20 s and more."""
_JOBS_S: Final = 60.0
_NAMED_JOBS: Final = 5
_LOG_LINES: Final = 5
_LONGEST_LINE: Final = 200


def wait_until_ready(run: Run) -> None:
    """Return when the service's runtime is ready; at once where nobody waits.

    No state ends the wait early: a failed one is tried again by Kubernetes (oscar-server 1.2.4).

    Raises:
        NotVerifiedError: it is not ready in time; the reason is the server's, and ``run.log`` has
            the last lines that its containers wrote.
    """
    wait_s = run.material.wait_s
    if wait_s is None:
        return
    if NO_DEPLOYMENT.holds(run.material.release):
        run.warnings.append(f"not waited until it is ready: {STATE_NOT_TOLD}")
        return
    deadline = run.parts.now() + wait_s
    while True:
        state = _state(run)
        if state.state == "ready":
            return
        if run.parts.now() >= deadline or run.parts.is_stopping():
            run.log.extend(_last_lines(run))
            reason = f": {_masked(run, state.reason)}" if state.reason else ""
            raise NotVerifiedError(f"it is {state.state} after {wait_s:g} s{reason}")
        run.parts.sleep(_PAUSE_S)


def wait_until_deleted(run: Run, volume: str) -> None:
    """Return when no *volume* is there: a POST that makes one is answered 409 until then (136).

    Raises:
        FailedError: it is still being deleted after three minutes.
        StaleServiceError: it is there to stay.
        StopError: the user wants to end.
    """
    left_s = _DELETION_S
    while volume and (claim := run.sender.ports.api.list_volumes().get(volume)) is not None:
        if not claim.is_deleting:
            raise StaleServiceError(f"a volume {volume} exists now")
        if run.parts.is_stopping():
            raise StopError
        if left_s <= 0:
            words = f"volume {volume} is still being deleted after {_DELETION_S:g} s: a pod uses it"
            raise FailedError(f"{words}; apply again when it is gone", "volume-deleting")
        run.parts.sleep(_PAUSE_S)
        left_s -= _PAUSE_S


def wait_for_jobs(run: Run, wait_s: float | None) -> None:
    """Return when no job of the service is under way: what deletes it would end them.

    Raises:
        FailedError: some are after a minute, or *wait_s*.
        StopError: the user wants to end.
    """
    left_s = _JOBS_S if wait_s is None else wait_s
    while names := [
        one.name for one in run.sender.ports.api.jobs(run.name) if one.status not in ENDED_JOBS
    ]:
        if run.parts.is_stopping():
            raise StopError
        if left_s <= 0:
            shown = ", ".join(names[:_NAMED_JOBS])
            raise FailedError(
                f"{plural(len(names), 'job')} of {run.name} {'has' if len(names) == 1 else 'have'} "
                f"not ended ({shown}): it stays until then; apply again, or stop them: oscar-sync "
                f"service logs rm {run.name} --all -c {run.action.key.cluster}",
                "jobs-running",
            )
        run.parts.sleep(_PAUSE_S)
        left_s -= _PAUSE_S


def _state(run: Run) -> DeploymentState:
    try:
        return run.sender.ports.api.deployment(run.name)
    except ClusterError as error:
        return DeploymentState("unknown", str(error))


def _last_lines(run: Run) -> list[str]:
    try:
        lines = run.sender.ports.api.deployment_logs(run.name)
    except ClusterError:
        return []
    full = [line for line in lines if line.strip()]
    return [_masked(run, line)[:_LONGEST_LINE] for line in full[-_LOG_LINES:]]


def _masked(run: Run, text: str) -> str:
    material = run.material
    said = mapping_of(material.form) if isinstance(material, CreateMaterial | PutMaterial) else {}
    return masked(text, (*material.secrets.values(), *secrets_in(said)))
