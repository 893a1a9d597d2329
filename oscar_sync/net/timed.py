"""Answers that come in time as a whole.

The time-out of a socket begins anew with each byte: a server that drips would hold us for ever.
"""

import http.client
import io
import time
from typing import Any, Final

from oscar_sync.net.unpacking import MAX_BYTES, AnswerTooLargeError

_SLACK_BYTES: Final = 1 << 20
"""For the head, and for what frames chunks."""


class _Timed(io.RawIOBase):
    """The bytes that come over a socket, until a moment that ``begin`` sets."""

    def __init__(self, source: io.RawIOBase, connection: Any) -> None:
        self._source = source
        self._socket = connection
        self._limit_s: float | None = connection.gettimeout()
        self._last_s: float | None = None
        self._left_bytes: int | None = None
        self.begin()

    def begin(self) -> None:
        """Let what comes from here on take one time-out, all of it, and keep below the cap."""
        self._left_bytes = MAX_BYTES + _SLACK_BYTES
        self._last_s = None if self._limit_s is None else time.monotonic() + self._limit_s

    def release(self) -> None:
        """Let each byte from here on take a time-out, and be as many as there are."""
        self._last_s = self._left_bytes = None
        self._socket.settimeout(self._limit_s)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._last_s is not None:
            left_s = self._last_s - time.monotonic()
            if left_s <= 0:
                raise TimeoutError("timed out")
            self._socket.settimeout(left_s)
        count = self._source.readinto(buffer)
        if self._left_bytes is not None and count:
            # Also what a library reads by itself to use a connection again.
            self._left_bytes -= count
            if self._left_bytes < 0:
                raise AnswerTooLargeError
        return count

    def fileno(self) -> int:
        return self._source.fileno()

    def close(self) -> None:
        self._source.close()
        super().close()


class TimedResponse(http.client.HTTPResponse):
    """An answer, a proxy's to CONNECT too: the head takes one time-out, the body another one."""

    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        """Read from *sock*, whose time-out is the one that is meant."""
        super().__init__(sock, *args, **kwargs)
        self._timed = _Timed(self.fp.detach(), sock)
        self.fp = io.BufferedReader(self._timed)

    def begin(self) -> None:
        """Read the head."""
        super().begin()
        self._timed.begin()

    def take_time(self) -> None:
        """Let the body come as long as something comes: it may be large."""
        self._timed.release()
