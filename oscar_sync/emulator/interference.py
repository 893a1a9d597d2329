"""What the faults that hit a request make of its answer."""

import json
from collections.abc import Callable, Sequence

from oscar_sync.emulator.backend import store_definition
from oscar_sync.emulator.faults import Fault
from oscar_sync.emulator.reply import PLAIN
from oscar_sync.emulator.state import Cluster
from oscar_sync.emulator.wire import Answer, Delivery

__all__ = ["change_meanwhile", "delivery_of"]

_HOLD_S = 30.0
_REFUSALS = {
    "500-before": Answer(500, b"injected fault", PLAIN),
    "409": Answer(409, b"injected conflict", PLAIN),
    "403": Answer(403, b"injected refusal", PLAIN),
    "401": Answer(401, headers=(("WWW-Authenticate", 'Basic realm="Authorization Required"'),)),
}
_WARNING = Answer(200, b"Updated with federation warnings: [injected fault]", PLAIN)
_PASSING = {"slow", "meanwhile"}


def delivery_of(
    faults: Sequence[Fault],
    effect: Callable[[], Answer],
    meanwhile: Callable[[str], None],
    sleep: Callable[[float], None],
) -> Delivery:
    """Return how a request is answered; the effect happens unless a fault comes before it."""
    for fault in faults:
        if fault.kind == "slow":
            sleep(float(fault.arg))
        elif fault.kind == "meanwhile":
            meanwhile(fault.arg)
    kind = next((fault.kind for fault in faults if fault.kind not in _PASSING), "")
    if kind == "refuse":
        return Delivery(None, reset=True)
    if kind == "before":
        return Delivery(None, hold_s=_HOLD_S)
    if kind in _REFUSALS:
        return Delivery(_REFUSALS[kind])
    answer = effect()
    if kind == "after":
        return Delivery(None, hold_s=_HOLD_S)
    if kind == "500-after":
        return Delivery(_REFUSALS["500-before"])
    if kind == "warn":
        return Delivery(_WARNING)
    return Delivery(answer, cut=kind in {"truncate", "reset"}, reset=kind == "reset")


def change_meanwhile(cluster: Cluster, text: str) -> None:
    """Write a field of a service (`SERVICE:FIELD=VALUE`, dots for depth) as another writer."""
    name, _, rest = text.partition(":")
    path, _, told = rest.partition("=")
    try:
        value = json.loads(told)
    except ValueError:
        value = told
    for service in cluster.named(name):
        definition = json.loads(json.dumps(service.definition))
        *parents, last = path.split(".")
        place = definition
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
        store_definition(service, definition)
