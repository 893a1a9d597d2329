"""How long an action takes on a real server, from measured costs (oscar-server 6.3).

Three things cost time: restarts of the store, the calls to Kubernetes, of which the server lets
five a second through after a burst of ten, and what is sent to the store. While the store restarts,
the burst fills up again.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from oscar_sync.model.action import Action
from oscar_sync.model.step import Do, Step
from oscar_sync.semantics.restarts import RESTART_S

CALL_S: Final = 0.03
STORE_CALL_S: Final = 0.02
SIDE_BY_SIDE_CALL_S: Final = STORE_CALL_S / 8  # uploads, and deletions of many at once
BYTES_A_SECOND: Final = 50_000_000

_BURST: Final = 10.0
_CALLS_A_SECOND: Final = 5.0
_WRITE_CALLS: Final = {Do.PUT: 6.0, Do.POST: 8.0, Do.DELETE: 8.0}
_LIST_CALLS, _GET_CALLS = 0.2, 2.0
_GETS: Final = {Do.PUT: 1, Do.POST: 2, Do.DELETE: 2}
"""How often a service is read by its name around a write; plain updates are read by lists."""


class _Server:
    """What one server lets through at once: client-go's limit on calls to Kubernetes."""

    def __init__(self) -> None:
        self.left = _BURST

    def wait_s(self, calls: float) -> float:
        self.left -= calls
        wait_s = max(0.0, -self.left / _CALLS_A_SECOND)
        self.rest(wait_s)
        return wait_s

    def rest(self, seconds: float) -> None:
        self.left = min(_BURST, self.left + seconds * _CALLS_A_SECOND)


def with_seconds(actions: Iterable[Action]) -> tuple[Action, ...]:
    """Return *actions* with predicted seconds: the first two updates of a cluster are cheap."""
    servers: dict[str, _Server] = defaultdict(_Server)
    return tuple(
        replace(action, seconds=round(_seconds(action, servers[action.key.cluster]), 2))
        for action in actions
    )


def _seconds(action: Action, server: _Server) -> float:
    is_plain = action.is_plain_update
    return sum(_step_s(step, server, is_read_by_list=is_plain) for step in action.steps)


def _step_s(step: Step, server: _Server, *, is_read_by_list: bool) -> float:
    match step.do:
        case Do.PUT | Do.POST | Do.DELETE:
            reads = _LIST_CALLS if is_read_by_list else _GET_CALLS * _GETS[step.do]
            waited_s = server.wait_s(_WRITE_CALLS[step.do])
            restarting_s = step.restarts * RESTART_S
            server.rest(restarting_s)
            return CALL_S + waited_s + restarting_s + server.wait_s(reads)
        case Do.UPLOAD | Do.DELETE_OBJECT:
            return SIDE_BY_SIDE_CALL_S + step.size_bytes / BYTES_A_SECOND
        case _:
            return STORE_CALL_S
