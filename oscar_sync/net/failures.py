"""What became of an exchange, in words that hold no address and no log-in of a proxy."""

import errno
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from typing import Final

from msgspec import Struct
from urllib3 import exceptions as failures

from oscar_sync.net.errors import NoExchangeError
from oscar_sync.net.unpacking import CodingError

CONNECT_TIMEOUT_S: Final = 5.0


class _Row(Struct, frozen=True):
    kinds: tuple[type[Exception], ...]
    words: str
    may_pass: bool = False
    was_sent: bool = True


_NAME: Final = (
    failures.NameResolutionError,
    failures.LocationParseError,
    socket.gaierror,
    UnicodeError,
)
_TIME: Final = (failures.TimeoutError, TimeoutError)
_TLS: Final = (failures.SSLError, ssl.SSLError)
_REFUSED: Final = "the connection was refused"
_REFUSALS: Final = (errno.ECONNREFUSED, errno.ECONNRESET, errno.EPIPE)
Rows = tuple[_Row, ...]
"""By what urllib3 raises; the first row that fits."""

OPENING: Final[Rows] = (
    _Row(_NAME, "its name is not known here", was_sent=False),
    _Row((failures.NewConnectionError,), _REFUSED, may_pass=True, was_sent=False),
    _Row(_TIME, f"no connection within {CONNECT_TIMEOUT_S:g} s", was_sent=False),
    _Row(_TLS, "TLS failed", was_sent=False),
    _Row((Exception,), _REFUSED, may_pass=True, was_sent=False),
)
ASKING: Final[Rows] = (
    _Row((failures.LocationParseError,), "its name is not known here", was_sent=False),
    _Row(_TIME, "no answer within {limit:g} s"),
    _Row(_TLS, "TLS failed"),
    _Row((ValueError,), "the request cannot be written", was_sent=False),
    _Row((Exception,), "the connection was cut off", may_pass=True),
)
READING: Final[Rows] = (
    _Row(_TIME, "no whole answer within {limit:g} s"),
    _Row(_TLS, "TLS failed"),
    _Row((CodingError,), "the answer cannot be unpacked"),
    _Row((Exception,), "the answer was cut off", may_pass=True),
)


@contextmanager
def translate_errors(rows: Rows, limit_s: float = 0.0, proxy: str = "") -> Iterator[None]:
    """Raise what fails within in words of ours: its own may quote addresses and log-ins.

    *proxy* is the scheme of the proxy that is asked to open a connection.
    """
    try:
        yield
    except (failures.HTTPError, HTTPException, OSError, ValueError) as error:
        raise _failure(error, rows, limit_s, proxy) from None


def _failure(error: Exception, rows: Rows, limit_s: float, proxy: str) -> NoExchangeError:
    through = "through the proxy of the environment: " if proxy else ""
    if isinstance(error, ssl.SSLCertVerificationError):
        words = f"{through}its certificate is not trusted: {error.verify_message}"
        return NoExchangeError(words)
    if proxy and _is_of_proxy(error, proxy):
        return NoExchangeError("the proxy does not pass it on", may_pass=True)
    if isinstance(error, failures.ProtocolError) and isinstance(error.args[-1], TimeoutError):
        error = error.args[-1]  # while it is sent
    row = next(row for row in rows if isinstance(error, row.kinds))
    told = row.words.format(limit=limit_s)
    words = f"{through}{(_said(error) if row.words == _REFUSED else '') or told}"
    return NoExchangeError(words, was_sent=row.was_sent, may_pass=row.may_pass)


def _said(error: Exception) -> str:
    system = error.__cause__ if isinstance(error, failures.NewConnectionError) else error
    if isinstance(system, OSError) and system.strerror and system.errno not in _REFUSALS:
        return system.strerror.lower()
    return ""


def _is_of_proxy(error: Exception, proxy: str) -> bool:
    """Tell whether a proxy was reached and failed: what the system does not say, it has said."""
    if proxy.startswith("socks"):
        return isinstance(error, failures.NewConnectionError)
    is_system = isinstance(error, TimeoutError) or getattr(error, "errno", None) is not None
    return isinstance(error, OSError | HTTPException) and not is_system
