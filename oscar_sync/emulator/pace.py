"""The pace of a real server: client-go's limit on calls to Kubernetes (oscar-server 6.3)."""

import threading
import time

from oscar_sync.emulator.wire import Request

__all__ = ["Pace"]

_COSTS = {"PUT": 6.0, "POST": 8.0, "DELETE": 8.0}
_LIST_COST, _READ_COST = 0.17, 1.6
_BURST = 10.0


class Pace:
    """A bucket of Kubernetes calls, `qps` a second; 0 lets everything through at once."""

    def __init__(self, qps: float) -> None:
        self._qps = qps
        self._left = _BURST
        self._at = time.monotonic()
        self._guard = threading.Lock()

    def wait(self, request: Request) -> None:
        """Wait until the calls that this request costs are allowed."""
        if not self._qps or not request.path.startswith("/system/"):
            return
        cost = _COSTS.get(request.method)
        if cost is None:
            is_list = request.path.rstrip("/").count("/") < 3
            cost = _LIST_COST if is_list else _READ_COST
        with self._guard:
            now = time.monotonic()
            self._left = min(_BURST, self._left + (now - self._at) * self._qps) - cost
            self._at = now
            debt = -self._left / self._qps
        if debt > 0:
            time.sleep(debt)
