"""Whether a wave is whole, so that the next one may begin: carried out, verified and ready."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from oscar_sync.errors import ClusterError
from oscar_sync.execution.ports import Parts
from oscar_sync.model.identity import ServiceKey
from oscar_sync.model.plan import Plan
from oscar_sync.model.report import ActionResult, Status
from oscar_sync.semantics.answers import NOT_READY

_AT_ONCE: Final = 4
_PAUSE_S: Final = 1.0
_NAMED: Final = 3


def unfinished(plan: Plan, number: int, results: Iterable[ActionResult], parts: Parts) -> str:
    """Return why nothing behind wave *number* may be written, blank where it is whole.

    All services of the files on its clusters must be ready, also those that this run does not
    change: an earlier run may have ended before they were.
    """
    wave = plan.waves[number - 1]
    problems = [
        *(f"{one.id} was not read" for one in plan.clusters if one.id in wave and one.problem),
        *(f"{one.action.key} is blocked" for one in plan.blocked if one.action.key.cluster in wave),
        *(f"{one.action.key}: {one.status}" for one in results if one.status is not Status.DONE),
    ]
    if not problems and parts.wave_wait_s is not None:
        keys = [key for key in parts.wanted if key.cluster in wave]
        problems = _not_ready(keys, parts, parts.wave_wait_s)
    if not problems:
        return ""
    shown = "; ".join(problems[:_NAMED])
    more = f"; and {len(problems) - _NAMED} more" if problems[_NAMED:] else ""
    return f"wave {number} ({', '.join(wave)}) is not finished: {shown}{more}; apply again"


def _not_ready(keys: Sequence[ServiceKey], parts: Parts, wait_s: float) -> list[str]:
    deadline = parts.now() + wait_s
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        while True:
            states = zip(keys, pool.map(lambda key: _state(key, parts), keys), strict=True)
            held = {key: state for key, state in states if state}
            if not held or parts.is_stopping() or parts.now() >= deadline:
                return [f"{key} is {state}" for key, state in held.items()]
            keys = list(held)
            parts.sleep(_PAUSE_S)


def _state(key: ServiceKey, parts: Parts) -> str:
    """Return the state of a service that is not ready, blank for one that is."""
    try:
        state = parts.clusters[key.cluster].api.deployment(key.name).state
    except ClusterError as error:
        return f"unknown ({error})"
    return state if state in NOT_READY else ""
