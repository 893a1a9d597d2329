"""One exchange over ``http.client``: sent once, read up to a cap, failures told in words.

The standard library's own, by itself: what ``requests`` and ``urllib3`` add to it (cookies, hooks,
.netrc, redirects, repeating) is either unwanted here or done by us (docs/decisions/0024).
"""

import http.client
import select
import socket
import ssl
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import IO, Final

from msgspec import Struct

from oscar_sync.net.timed import TimedResponse
from oscar_sync.net.unpacking import CodingError, unpacked, whole
from oscar_sync.wire.exchange import NoExchangeError, RawAnswer
from oscar_sync.wire.way import CONNECT_TIMEOUT_S, Connection, Way

_CHUNK_BYTES = 64 * 1024
_PROXY_LOG_IN = 407
"""What a proxy answers by itself: nothing of the request went further (RFC 9110, 15.5.8)."""


class Transport:
    """Kept connections to one origin. Safe to use from many threads."""

    def __init__(self, *, connections: int, verify: bool | str, proxies: Mapping[str, str]) -> None:
        """Open nothing yet; *verify* is False, True or a file (or folder) of CAs."""
        self._most_kept = connections
        self._verify = verify
        self._proxies = dict(proxies)
        self._lock = threading.Lock()
        self._way: Way | None = None
        self._kept: list[Connection] = []
        # Whoever forgets to close it leaves no connection open.
        weakref.finalize(self, _close_all, self._kept)

    def close(self) -> None:
        """Close the kept connections."""
        with self._lock:
            _close_all(self._kept)

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        read_timeout_s: float,
        into: IO[bytes] | None = None,
    ) -> RawAnswer:
        """Return the answer; redirects are answers too. A good one's body goes *into* a file.

        Raises:
            NoExchangeError: none came, or it was cut off.
            AnswerTooLargeError: it is larger than 64 MiB.
        """
        with _told(_OPENING):
            way = self._way_to(url)
        connection = self._taken() or way.connection()
        try:
            with _told(_OPENING, through=way.through):
                connection.open(read_timeout_s)
            with _told(_ASKING, read_timeout_s):
                # A server may answer, and hang up, before it has read all.
                with suppress(BrokenPipeError, ConnectionResetError):
                    connection.request(method, way.target(url), body, {**headers, **way.headers})
                response = connection.getresponse()
            content = _read(response, into, read_timeout_s)
            _hold_to_log_in(way, response.status)
        except BaseException:
            connection.close()
            raise
        self._keep(connection)
        return RawAnswer(response.status, _headers(response), content)

    def _way_to(self, url: str) -> Way:
        with self._lock:
            if self._way is None:
                proxy = self._proxies.get(url.partition(":")[0].lower(), "")
                self._way = Way(url, proxy, self._verify)
            return self._way

    def _taken(self) -> Connection | None:
        """Return a kept connection that the server has not closed, the one used last."""
        while True:
            with self._lock:
                if not self._kept:
                    return None
                connection = self._kept.pop()
            if not _has_news(connection):
                return connection
            connection.close()

    def _keep(self, connection: Connection) -> None:
        # The server, or an answer without a length, may have ended it.
        if connection.sock is not None:
            with self._lock:
                if len(self._kept) < self._most_kept:
                    self._kept.append(connection)
                    return
        connection.close()


def _hold_to_log_in(way: Way, status: int) -> None:
    if way.is_forwarded and status == _PROXY_LOG_IN:
        words = f"{way.through}it asks for a log-in (407)"
        raise NoExchangeError(words, was_sent=False, may_pass=False)


def _close_all(kept: list[Connection]) -> None:
    while kept:
        kept.pop().close()


def _has_news(connection: Connection) -> bool:
    """Tell whether anything came on a connection where nothing is asked: its end, mostly."""
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(0))


def _read(response: TimedResponse, into: IO[bytes] | None, limit_s: float) -> bytes:
    if into is None or response.status >= 400:
        return whole(_pieces(response, limit_s))
    response.take_time()
    into.seek(0)
    into.truncate()
    for piece in _pieces(response, limit_s):
        into.write(piece)
    return b""


def _pieces(response: TimedResponse, limit_s: float) -> Iterator[bytes]:
    with _told(_READING, limit_s):
        yield from unpacked(_as_sent(response), response.headers.get("Content-Encoding", ""))


def _as_sent(response: TimedResponse) -> Iterator[bytes]:
    while piece := response.read(_CHUNK_BYTES):
        yield piece
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)


def _headers(response: http.client.HTTPResponse) -> dict[str, str]:
    """Return the headers by their names as written; what comes twice is one (RFC 9110, 5.3)."""
    found: dict[str, str] = {}
    for name, text in response.headers.items():
        found[name] = f"{found[name]}, {text}" if name in found else text
    return found


class _Row(Struct, frozen=True):
    kind: type[Exception]
    words: str
    may_pass: bool = False
    was_sent: bool = True


_OPENING: Final = (
    _Row(socket.gaierror, "its name is not known here", was_sent=False),
    _Row(UnicodeError, "its name is not known here", was_sent=False),
    _Row(TimeoutError, f"no connection within {CONNECT_TIMEOUT_S:g} s", was_sent=False),
    _Row(ssl.SSLError, "TLS failed", was_sent=False),
    _Row(OSError, "the connection was refused", may_pass=True, was_sent=False),
    _Row(Exception, "the request cannot be written", was_sent=False),
)
"""By what happened, to the server or to a proxy before it; the first row that fits."""

_ASKING: Final = (
    _Row(TimeoutError, "no answer within {limit:g} s"),
    _Row(ssl.SSLError, "TLS failed"),
    _Row(http.client.InvalidURL, "the request cannot be written", was_sent=False),
    _Row(ValueError, "the request cannot be written", was_sent=False),
    _Row(Exception, "the connection was cut off", may_pass=True),
)
_READING: Final = (
    _Row(TimeoutError, "no whole answer within {limit:g} s"),
    _Row(ssl.SSLError, "TLS failed"),
    _Row(CodingError, "the answer cannot be unpacked"),
    _Row(Exception, "the answer was cut off", may_pass=True),
)


@contextmanager
def _told(rows: Sequence[_Row], limit_s: float = 0.0, through: str = "") -> Iterator[None]:
    """Tell failures in words of ours: their own may quote addresses with a proxy's password."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        words = f"{through}its certificate is not trusted: {error.verify_message}"
        raise NoExchangeError(words, was_sent=False, may_pass=False) from None
    except (http.client.HTTPException, OSError, ValueError) as error:
        row = next(row for row in rows if isinstance(error, row.kind))
        words = f"{through}{row.words.format(limit=limit_s)}"
        raise NoExchangeError(words, was_sent=row.was_sent, may_pass=row.may_pass) from None
