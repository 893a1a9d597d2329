"""One exchange over ``urllib3``: sent once, read up to a cap, failures told in words.

The library below ``requests``, by itself: what a session adds to it (cookies, hooks, .netrc,
redirects) is either unwanted here or done by us, and costs half of a request and of its import.
"""

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import unquote, urlsplit

import urllib3
from msgspec import Struct
from urllib3 import exceptions as failures

from oscar_sync.wire.exchange import NoExchangeError, RawAnswer, TooLargeError
from oscar_sync.wire.heads import POOLS
from oscar_sync.wire.messages import MAX_BYTES

CONNECT_TIMEOUT_S = 5.0
_CHUNK_BYTES = 64 * 1024


class Transport:
    """Pooled connections to one origin. Safe to use from many threads."""

    def __init__(self, *, connections: int, verify: bool | str, proxies: Mapping[str, str]) -> None:
        """Open nothing yet; *verify* is False, True or a file (or folder) of CAs."""
        self._connections = connections
        self._verify = verify
        self._proxies = dict(proxies)
        self._making = threading.Lock()
        self._made: _Pool | None = None
        if verify is False:
            # Said by us on every run; once a request would drown it.
            urllib3.disable_warnings(failures.InsecureRequestWarning)

    def close(self) -> None:
        """Close the pooled connections."""
        if self._made is not None:
            self._made.close()

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
        is_answered = False
        try:
            pool = self._pool(url)
            response = pool.urlopen(
                method,
                pool.target(url),
                body=body,
                headers=headers,
                retries=False,
                redirect=False,
                preload_content=False,
                timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=read_timeout_s),
            )
            is_answered = True
            with response:
                return RawAnswer(
                    response.status, response.headers, _body(response, into, read_timeout_s)
                )
        except (failures.HTTPError, OSError, ValueError) as error:
            # Their texts may quote addresses with a proxy's password: told anew, not chained.
            raise _told(error, read_timeout_s, is_answered=is_answered) from None

    def _pool(self, url: str) -> "_Pool":
        with self._making:
            if self._made is None:
                scheme = url.partition(":")[0].lower()
                options: dict[str, Any] = {"num_pools": 2, "maxsize": self._connections}
                if scheme == "https":
                    options.update(_trust(self._verify))
                self._made = _pool_of(url, self._proxies.get(scheme, ""), options)
            return self._made


class _Pool(Struct, frozen=True):
    """Where requests go: the manager behind a proxy, else the one origin's own pool.

    Asked by itself, a pool takes a fifth less: no address is taken apart and looked up.
    """

    urlopen: Callable[..., urllib3.BaseHTTPResponse]
    close: Callable[[], None]
    target: Callable[[str], str]


def _pool_of(url: str, proxy: str, options: Mapping[str, Any]) -> _Pool:
    manager = _manager(proxy, options)
    if proxy:
        return _Pool(manager.urlopen, manager.clear, str)
    pool = manager.connection_from_url(url)
    return _Pool(pool.urlopen, pool.close, _target)


def _target(url: str) -> str:
    """Return what a request asks its origin for: *url* from its path on."""
    rest = url.partition("://")[2]
    return rest[rest.find("/") :] if "/" in rest else "/"


def _trust(verify: bool | str) -> dict[str, Any]:  # noqa: FBT001 - as the whole world calls it
    """Return how certificates are checked: by the file or folder named, else by certifi's."""
    if verify is False:
        return {"cert_reqs": "CERT_NONE"}
    if verify is True:
        import certifi

        return {"cert_reqs": "CERT_REQUIRED", "ca_certs": certifi.where()}
    kind = "ca_cert_dir" if Path(verify).is_dir() else "ca_certs"
    return {"cert_reqs": "CERT_REQUIRED", kind: verify}


def _manager(proxy: str, options: Mapping[str, Any]) -> urllib3.PoolManager:
    if proxy and "://" not in proxy:
        proxy = f"http://{proxy}"
    if proxy.lower().startswith("socks"):
        from urllib3.contrib.socks import SOCKSProxyManager

        return SOCKSProxyManager(proxy, **options)  # its connections are its own
    manager = _http_proxy(proxy, options) if proxy else urllib3.PoolManager(**options)
    manager.pool_classes_by_scheme = {**POOLS}
    return manager


def _http_proxy(proxy: str, options: Mapping[str, Any]) -> urllib3.ProxyManager:
    parts = urlsplit(proxy)
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
    headers = urllib3.make_headers(proxy_basic_auth=login)
    return urllib3.ProxyManager(proxy, proxy_headers=headers, **options)


def _body(response: urllib3.BaseHTTPResponse, into: IO[bytes] | None, limit_s: float) -> bytes:
    if into is None or response.status >= 400:
        return _whole(response, limit_s)
    into.seek(0)
    into.truncate()
    for chunk in response.stream(_CHUNK_BYTES, decode_content=True):
        into.write(chunk)
    return b""


def _whole(response: urllib3.BaseHTTPResponse, limit_s: float) -> bytes:
    chunks: list[bytes] = []
    size = 0
    last_s = time.monotonic() + limit_s
    # What has come, not a full chunk: else a server that drips could hold us for ever.
    while chunk := response.read1(_CHUNK_BYTES, decode_content=True):
        size += len(chunk)
        if size > MAX_BYTES:
            raise TooLargeError
        if time.monotonic() > last_s:
            raise NoExchangeError(
                f"no whole answer within {limit_s:g} s", was_sent=True, may_pass=False
            )
        chunks.append(chunk)
    return b"".join(chunks)


class _Row(Struct, frozen=True):
    kind: type[Exception]
    words: str
    was_sent: bool
    may_pass: bool


_BY_CAUSE: Final = (
    _Row(failures.NameResolutionError, "its name is not known here", False, False),
    _Row(failures.NewConnectionError, "the connection was refused", False, True),
    _Row(failures.ConnectTimeoutError, "no connection within {connect:g} s", False, False),
    _Row(failures.ReadTimeoutError, "no answer within {read:g} s", True, False),
    _Row(failures.DecodeError, "the answer cannot be unpacked", True, False),
)
"""By what happened, to the server or to a proxy before it; the first that fits."""

_BY_ERROR: Final = (
    _Row(failures.ProxyError, "the proxy does not pass it on", True, True),
    _Row(failures.SSLError, "TLS failed", True, False),
    _Row(failures.ProtocolError, "{what} was cut off", True, True),
    _Row(ValueError, "the request cannot be written", False, False),
    _Row(Exception, "the exchange failed", True, False),
)


def _told(error: Exception, read_timeout_s: float, *, is_answered: bool) -> NoExchangeError:
    cause = getattr(error, "original_error", error)
    untrusted = _untrusted(f"{error} {cause}")
    if untrusted:
        return NoExchangeError(untrusted, was_sent=False, may_pass=False)
    found = next((row for row in _BY_CAUSE if isinstance(cause, row.kind)), None)
    row = found or next(row for row in _BY_ERROR if isinstance(error, row.kind))
    what = "the answer" if is_answered else "the connection"
    words = row.words.format(connect=CONNECT_TIMEOUT_S, read=read_timeout_s, what=what)
    return NoExchangeError(words, was_sent=row.was_sent, may_pass=row.may_pass)


def _untrusted(text: str) -> str:
    """Return why a certificate is not trusted, in OpenSSL's words; blank if it is not that."""
    _, found, why = text.partition("certificate verify failed: ")
    return f"its certificate is not trusted: {why.partition(' (_ssl')[0]}" if found else ""
