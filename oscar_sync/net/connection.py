"""Connections that open in time, and whose answers come in time as a whole.

The time-out of a socket begins again with each byte: a server that drips would hold us for ever.
"""

import http.client
import io
import time
from typing import Any

import urllib3

from oscar_sync.net.failures import CONNECT_TIMEOUT_S, OPENING, translate_errors


class _Timed(io.RawIOBase):
    """The bytes that come over a socket, until a moment that ``begin`` sets."""

    def __init__(self, source: io.RawIOBase, connection: Any) -> None:
        self._source = source
        self._socket = connection
        self._limit_s: float | None = connection.gettimeout()
        self._last_s: float | None = None
        self.begin()

    def begin(self) -> None:
        """Let what comes from here on take one time-out, all of it."""
        self._last_s = None if self._limit_s is None else time.monotonic() + self._limit_s

    def release(self) -> None:
        """Let each byte from here on take a time-out."""
        self._last_s = None
        self._socket.settimeout(self._limit_s)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._last_s is not None:
            left_s = self._last_s - time.monotonic()
            if left_s <= 0:
                raise TimeoutError("timed out")
            self._socket.settimeout(left_s)
        return self._source.readinto(buffer)

    def fileno(self) -> int:
        return self._source.fileno()

    def close(self) -> None:
        self._source.close()
        super().close()


class TimedResponse(http.client.HTTPResponse):
    """An answer, a proxy's to CONNECT too: the head takes one time-out, the body another one."""

    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self._timed = _Timed(self.fp.detach(), sock)
        self.fp = io.BufferedReader(self._timed)

    def begin(self) -> None:
        super().begin()
        self._timed.begin()

    def take_time(self) -> None:
        """Let the body come as long as something comes: it may be large."""
        self._timed.release()


class _Connection:
    response_class = TimedResponse
    proxy_place = ""

    def connect(self: Any) -> None:
        """Open it as far as the origin; its time-out is that of an answer from then on."""
        limit_s, self.timeout = self.timeout, CONNECT_TIMEOUT_S
        try:
            with translate_errors(OPENING, proxy=self.proxy_place):
                super().connect()  # type: ignore[misc]
        finally:
            self.timeout = limit_s
        self.sock.settimeout(limit_s)
        # Whoever turns checks off is warned by us on every run: a warning of each would drown it.
        self.is_verified = True


def connect_by_ours(manager: urllib3.PoolManager, proxy_place: str) -> None:
    kinds: dict[str, Any] = dict(manager.pool_classes_by_scheme)
    for scheme, pool in kinds.items():
        names = {"proxy_place": proxy_place}
        connection = type("Connection", (_Connection, pool.ConnectionCls), names)
        kinds[scheme] = type("ConnectionPool", (pool,), {"ConnectionCls": connection})
    manager.pool_classes_by_scheme = kinds
