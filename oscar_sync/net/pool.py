"""Kept connections over ``urllib3``: answers in time as a whole, within a cap, by one trust.

The store's libraries, WebDAV and Onedata get theirs from here, so that none decodes without bounds,
waits without end, or reads the environment by itself.
"""

import ssl
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, Final

import urllib3
from urllib3 import connection, connectionpool
from urllib3 import exceptions as failures

from oscar_sync.net.proxies import proxy_for
from oscar_sync.net.timed import TimedResponse
from oscar_sync.net.trust import TrustError, context_of
from oscar_sync.net.unpacking import unpacked, whole

CHUNK_BYTES: Final = 1 << 18
_PIECE_BYTES: Final = 1 << 16


class _Plain(connection.HTTPConnection):
    response_class = TimedResponse


class _Secure(connection.HTTPSConnection):
    response_class = TimedResponse


class _PlainPool(connectionpool.HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(connectionpool.HTTPSConnectionPool):
    ConnectionCls = _Secure


_POOLS: Final = {"http": _PlainPool, "https": _SecurePool}


class _Bounded:
    """Reads what a library wants whole; a file it wants piece by piece comes as it comes."""

    def urlopen(self, method: str, url: str, *args: Any, **more: Any) -> Any:
        if not more.pop("preload_content", True):
            response = self._unread(method, url, *args, **more)
            take_time(response)
            return response
        tries = 2 if method in {"GET", "HEAD"} and _repeats(more, self) else 1
        while True:
            tries -= 1
            response = self._unread(method, url, *args, **more)
            try:
                return _whole_answer(method, url, response)
            except (failures.ProtocolError, failures.ReadTimeoutError):
                if not tries:
                    raise

    def _unread(self, *args: Any, **more: Any) -> Any:
        """Return an answer of which nothing is read: what is repeated is not unpacked either."""
        # urllib3 types its arguments one by one; they are passed on as they came.
        return super().urlopen(*args, preload_content=False, decode_content=False, **more)  # type: ignore[misc]


def _repeats(more: Mapping[str, Any], pool: Any) -> bool:
    retries = more.get("retries") or pool.connection_pool_kw.get("retries")
    return isinstance(retries, urllib3.Retry) and bool(retries.read)


def _whole_answer(method: str, url: str, response: Any) -> urllib3.HTTPResponse:
    content = read_whole(response)
    headers = response.headers.copy()
    headers.discard("Content-Encoding")
    return urllib3.HTTPResponse(
        BytesIO(content),
        headers,
        response.status,
        response.version,
        response.version_string,
        response.reason,
        request_method=method,
        request_url=url,
    )


class _Pool(_Bounded, urllib3.PoolManager):
    pass


class _Proxied(_Bounded, urllib3.ProxyManager):
    pass


def pool_to(
    origin: str,
    environ: Mapping[str, str],
    *,
    cas: str = "",
    verify: bool = True,
    connections: int,
    connect_timeout_s: float,
    read_timeout_s: float,
    retries: urllib3.Retry | bool = False,
) -> urllib3.PoolManager:
    """Return connections to *origin*, through the proxy of *environ* if it names one for it.

    Raises:
        TrustError: *cas* holds no certificates.
    """
    options: dict[str, Any] = {
        "maxsize": connections,
        "timeout": urllib3.Timeout(connect=connect_timeout_s, read=read_timeout_s),
        "retries": retries,
        "ssl_context": _context(origin, cas, verify=verify),
        "blocksize": CHUNK_BYTES,
    }
    proxy = proxy_for(origin, environ)
    if proxy.startswith("socks"):
        return _through_socks(proxy, options)
    made: urllib3.PoolManager = _Proxied(proxy, **options) if proxy else _Pool(**options)
    made.pool_classes_by_scheme = dict(_POOLS)
    return made


def _through_socks(proxy: str, options: Mapping[str, Any]) -> urllib3.PoolManager:
    try:
        from urllib3.contrib.socks import SOCKSProxyManager
    except ImportError:
        words = "the proxy of the environment speaks SOCKS: install oscar-sync[socks]"
        raise TrustError(words) from None

    class _Socks(_Bounded, SOCKSProxyManager):
        pass

    return _Socks(proxy, **options)


def _context(origin: str, cas: str, *, verify: bool) -> ssl.SSLContext:
    if origin.startswith("http:"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never asked; CAs take time to load
    if not verify:
        # Said by us on every run; once a request would drown it.
        urllib3.disable_warnings(failures.InsecureRequestWarning)
    return context_of(cas, verify=verify)


def read_whole(response: Any) -> bytes:
    """Return the whole body, unpacked; the connection is free again.

    Raises:
        AnswerTooLargeError: it is larger than the cap.
        CodingError: it cannot be unpacked.
        urllib3.exceptions.HTTPError: it is cut off, or does not come in time.
    """
    try:
        coding = response.headers.get("Content-Encoding", "")
        content = whole(unpacked(_as_sent(response), coding))
        response.release_conn()
    except BaseException:
        response.close()
        raise
    return content


def take_time(response: Any) -> None:
    """Let the body come as long as something comes: it is a file, and may be large."""
    original = response._original_response  # noqa: SLF001 - urllib3 shows it nowhere else
    if isinstance(original, TimedResponse):
        original.take_time()


def _as_sent(response: Any) -> Iterator[bytes]:
    while piece := response.read(_PIECE_BYTES, decode_content=False):
        yield piece
