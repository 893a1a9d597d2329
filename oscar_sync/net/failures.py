"""What became of an exchange, in words that hold no log-in of a proxy, with the remedy."""

import errno
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from typing import Final

from msgspec import Struct
from urllib3 import exceptions as failures

from oscar_sync.net.errors import CUT_OFF, NoExchangeError
from oscar_sync.net.unpacking import CodingError

CONNECT_TIMEOUT_S: Final = 5.0


class _Row(Struct, frozen=True):
    kinds: tuple[type[Exception], ...]
    words: str
    remedy: str = ""
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
_REFUSED: Final = "connection refused"
_REFUSALS: Final = (errno.ECONNREFUSED, errno.ECONNRESET, errno.EPIPE)
_NO_NAME: Final = "host name not found"
_TLS_FAILED: Final = "TLS failed"
NOT_TRUSTED: Final = "certificate not trusted"
TRUST_IT: Final = "set ca_bundle or REQUESTS_CA_BUNDLE to the certificate of its authority"
_CHECK_PORT: Final = "check the port, and that the server runs"
_CHECK_PROXY: Final = "check https_proxy, http_proxy and no_proxy"
Rows = tuple[_Row, ...]
"""By what urllib3 raises; the first row that fits."""

OPENING: Final[Rows] = (
    _Row(_NAME, _NO_NAME, "check the name, DNS and VPN", was_sent=False),
    _Row((failures.NewConnectionError,), _REFUSED, _CHECK_PORT, may_pass=True, was_sent=False),
    _Row(
        _TIME,
        f"no connection within {CONNECT_TIMEOUT_S:g} s",
        "check the address, VPN and firewall",
        was_sent=False,
    ),
    _Row(_TLS, _TLS_FAILED, was_sent=False),
    _Row((Exception,), _REFUSED, _CHECK_PORT, may_pass=True, was_sent=False),
)
ASKING: Final[Rows] = (
    _Row((failures.LocationParseError,), _NO_NAME, was_sent=False),
    _Row(_TIME, "no answer within {limit:g} s"),
    _Row(_TLS, _TLS_FAILED),
    _Row((ValueError,), "the request cannot be written", was_sent=False),
    _Row((Exception,), CUT_OFF, may_pass=True),
)
READING: Final[Rows] = (
    _Row(_TIME, "no whole answer within {limit:g} s"),
    _Row(_TLS, _TLS_FAILED),
    _Row((CodingError,), "the answer cannot be unpacked"),
    _Row((Exception,), "the answer was cut off", may_pass=True),
)


@contextmanager
def translate_errors(rows: Rows, limit_s: float = 0.0, proxy: str = "") -> Iterator[None]:
    """Raise what fails within in words of ours: its own may quote addresses and log-ins.

    *proxy* is the address of the proxy that is asked to open a connection, without its log-in.
    """
    try:
        yield
    except (failures.HTTPError, HTTPException, OSError, ValueError) as error:
        raise _failure(error, rows, limit_s, proxy) from None


def _failure(error: Exception, rows: Rows, limit_s: float, proxy: str) -> NoExchangeError:
    through = f"through the proxy {proxy}: " if proxy else ""
    if isinstance(error, ssl.SSLCertVerificationError):
        words = f"{through}{NOT_TRUSTED}: {error.verify_message}; {_trusting(error)}"
        return NoExchangeError(words)
    if proxy and _is_of_proxy(error, proxy):
        words = f"the proxy {proxy} does not pass it on; {_CHECK_PROXY}"
        return NoExchangeError(words, may_pass=True)
    if isinstance(error, failures.ProtocolError) and isinstance(error.args[-1], TimeoutError):
        error = error.args[-1]  # while it is sent
    row = next(row for row in rows if isinstance(error, row.kinds))
    words, remedy = row.words.format(limit=limit_s), row.remedy
    if row.words == _REFUSED:
        words = _said(error) or words
    elif row.words == _TLS_FAILED:
        words, remedy = _of_tls(error)
    if proxy and row.words != _TLS_FAILED:
        remedy = _CHECK_PROXY
    words = f"{through}{words}; {remedy}" if remedy else f"{through}{words}"
    return NoExchangeError(words, was_sent=row.was_sent, may_pass=row.may_pass)


def _trusting(error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code in _OTHER_NAME:
        return "use a name that the certificate has"
    return "the server's operator must renew it" if error.verify_code == _EXPIRED else TRUST_IT


_EXPIRED: Final = 10
_OTHER_NAME: Final = (62, 64)
"""Numbers of OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED, _HOSTNAME_MISMATCH, _IP_ADDRESS_MISMATCH."""


def _of_tls(error: Exception) -> tuple[str, str]:
    """Return what TLS says went wrong, and what to do about it."""
    while not isinstance(error, ssl.SSLError) and error.args:
        inner = error.args[-1]
        if not isinstance(inner, Exception):
            break
        error = inner
    reason = (getattr(error, "reason", "") or "").lower().replace("_", " ")
    if reason in _NO_TLS:
        return f"{_TLS_FAILED}: no TLS at this port", "write http://, or the port that speaks https"
    return (
        f"{_TLS_FAILED}: {reason}" if reason else _TLS_FAILED,
        "check that this port speaks https",
    )


_NO_TLS: Final = (
    "wrong version number",
    "record layer failure",
    "http request",
    "packet length too long",
)


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
