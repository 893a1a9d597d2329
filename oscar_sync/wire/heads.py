"""The head of an answer must come in time as a whole.

The time-out of a socket begins anew with each byte: a server that drips would hold us for ever.
"""

import http.client
import io
import time
from collections.abc import Mapping
from typing import Any, Final

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class _Timed(io.RawIOBase):
    """The bytes that come over a socket: until ``release`` all of them within one time-out."""

    def __init__(self, source: io.RawIOBase, connection: Any) -> None:
        self._source = source
        self._socket = connection
        self._limit_s: float | None = connection.gettimeout()
        self._last_s = time.monotonic() + self._limit_s if self._limit_s is not None else None

    def release(self) -> None:
        """From here on each byte may take as long as the time-out."""
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


class _Response(http.client.HTTPResponse):
    """As the standard library reads it, a proxy's answer to CONNECT too."""

    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self._timed = _Timed(self.fp.detach(), sock)
        self.fp = io.BufferedReader(self._timed)

    def begin(self) -> None:
        super().begin()
        self._timed.release()


class _Connection(HTTPConnection):
    response_class = _Response


class _TlsConnection(HTTPSConnection):
    response_class = _Response


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


POOLS: Final[Mapping[str, type[HTTPConnectionPool]]] = {"http": _Pool, "https": _TlsPool}
"""By scheme, for ``urllib3.PoolManager.pool_classes_by_scheme``."""
