"""How long an action takes on a real server, from measured costs (oscar-server 6.3)."""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from oscar_sync.model.plan import Action, Do, Step

RESTART_S: Final = 6.3
FIRST_PUT_S: Final = 0.03
NEXT_PUT_S: Final = 1.1
FREE_PUTS: Final = 2
STORE_CALL_S: Final = 0.02
UPLOAD_CALL_S: Final = STORE_CALL_S / 8  # so many go side by side
BYTES_A_SECOND: Final = 50_000_000


def with_seconds(actions: Iterable[Action]) -> tuple[Action, ...]:
    """Return *actions* with predicted seconds: the first two updates of a cluster are cheap."""
    puts: dict[str, int] = {}
    timed = []
    for action in actions:
        total = 0.0
        for step in action.steps:
            total += _seconds(step, puts.get(action.key.cluster, 0))
            if step.do is Do.PUT:
                puts[action.key.cluster] = puts.get(action.key.cluster, 0) + 1
        timed.append(replace(action, seconds=round(total, 2)))
    return tuple(timed)


def _seconds(step: Step, puts_before: int) -> float:
    if step.restarts_store:
        return RESTART_S
    match step.do:
        case Do.PUT:
            return FIRST_PUT_S if puts_before < FREE_PUTS else NEXT_PUT_S
        case Do.UPLOAD:
            return UPLOAD_CALL_S + step.size_bytes / BYTES_A_SECOND
        case Do.POST | Do.DELETE:
            return RESTART_S
        case _:
            return STORE_CALL_S
