"""One exchange over ``requests``: sent once, read up to a cap, failures told in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Final

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3 import exceptions as failures

from oscar_sync.wire.exchange import NoExchangeError, RawAnswer, TooLargeError
from oscar_sync.wire.messages import MAX_BYTES

CONNECT_TIMEOUT_S = 5.0
_CHUNK_BYTES = 64 * 1024


class Transport:
    """Pooled connections to one origin. Safe to use from many threads."""

    def __init__(self, *, connections: int, verify: bool | str, proxies: Mapping[str, str]) -> None:
        """Open nothing yet; *verify* is False, True or a file of CAs."""
        self._verify = verify
        self._proxies = dict(proxies)
        self._adapter = HTTPAdapter(pool_connections=2, pool_maxsize=connections, max_retries=0)
        if verify is False:
            # Said by us on every run; once a request would drown it.
            urllib3.disable_warnings(failures.InsecureRequestWarning)

    def close(self) -> None:
        """Close the pooled connections."""
        self._adapter.close()

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
            TooLargeError: it is larger than 64 MiB.
        """
        try:
            # The adapter alone: what a session adds (cookies, hooks, .netrc, redirects) is either
            # unwanted here or done by us, and costs a quarter of a request.
            with self._adapter.send(
                _prepared(method, url, headers, body),
                stream=True,
                timeout=(CONNECT_TIMEOUT_S, read_timeout_s),
                verify=self._verify,
                proxies=self._proxies,
            ) as response:
                return RawAnswer(response.status_code, response.headers, _body(response, into))
        except (requests.RequestException, failures.HTTPError, OSError) as error:
            # Their texts may quote addresses with a proxy's password: told anew, not chained.
            raise _told(error, read_timeout_s) from None


def _prepared(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None
) -> requests.PreparedRequest:
    request = requests.PreparedRequest()
    request.prepare_method(method)
    request.prepare_url(url, None)
    request.prepare_headers(headers)
    request.prepare_body(body, None)
    return request


def _body(response: requests.Response, into: IO[bytes] | None) -> bytes:
    if into is None or not response.ok:
        return _whole(response)
    into.seek(0)
    into.truncate()
    for chunk in response.iter_content(_CHUNK_BYTES):
        into.write(chunk)
    return b""


def _whole(response: requests.Response) -> bytes:
    chunks: list[bytes] = []
    size = 0
    for chunk in response.iter_content(_CHUNK_BYTES):
        size += len(chunk)
        if size > MAX_BYTES:
            raise TooLargeError
        chunks.append(chunk)
    return b"".join(chunks)


@dataclass(frozen=True, slots=True)
class _Row:
    kind: type[Exception]
    words: str
    was_sent: bool
    may_pass: bool


_BY_CAUSE: Final = (
    _Row(failures.NameResolutionError, "its name is not known here", False, False),
    _Row(failures.NewConnectionError, "the connection was refused", False, True),
    _Row(failures.ConnectTimeoutError, "no connection within {connect:g} s", False, False),
    _Row(failures.ReadTimeoutError, "no answer within {read:g} s", True, False),
)
"""By urllib3's own error; the first that fits. The rest by that of requests."""

_BY_ERROR: Final = (
    _Row(requests.ReadTimeout, "no answer within {read:g} s", True, False),
    _Row(requests.exceptions.ChunkedEncodingError, "the answer was cut off", True, True),
    _Row(requests.exceptions.ContentDecodingError, "the answer cannot be unpacked", True, False),
    _Row(requests.exceptions.ProxyError, "the proxy does not pass it on", True, True),
    _Row(requests.exceptions.SSLError, "TLS failed", True, False),
    _Row(requests.ConnectionError, "the connection was cut off", True, True),
    _Row(ValueError, "the request cannot be written", False, False),
    _Row(Exception, "the exchange failed", True, False),
)


def _told(error: Exception, read_timeout_s: float) -> NoExchangeError:
    cause = _cause(error)
    untrusted = _untrusted(f"{error} {cause}")
    if untrusted:
        return NoExchangeError(untrusted, was_sent=False, may_pass=False)
    found = next((row for row in _BY_CAUSE if isinstance(cause, row.kind)), None)
    row = found or next(row for row in _BY_ERROR if isinstance(error, row.kind))
    words = row.words.format(connect=CONNECT_TIMEOUT_S, read=read_timeout_s)
    return NoExchangeError(words, was_sent=row.was_sent, may_pass=row.may_pass)


def _untrusted(text: str) -> str:
    """Return why a certificate is not trusted, in OpenSSL's words; blank if it is not that."""
    _, found, why = text.partition("certificate verify failed: ")
    return f"its certificate is not trusted: {why.partition(' (_ssl')[0]}" if found else ""


def _cause(error: Exception) -> object:
    """Return urllib3's own error below one of requests'."""
    inner: object = error.args[0] if error.args else None
    reason = getattr(inner, "reason", inner)
    return getattr(reason, "original_error", reason)
