"""Kept connections over ``urllib3``: answers in time as a whole, within a cap, by one trust.

Everything that is asked over HTTP goes out here, but for bulk uploads, so that nobody decodes
without bounds, waits without end, or reads the environment by itself.
"""

import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import closing
from io import BytesIO
from typing import IO, Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

import urllib3

from oscar_sync.net.connection import connect_by_ours
from oscar_sync.net.errors import NoExchangeError
from oscar_sync.net.failures import ASKING, READING, translate_errors
from oscar_sync.net.proxies import proxy_for
from oscar_sync.net.trust import context_of
from oscar_sync.net.unpacking import unpacked, whole

TIMEOUT_S: Final = 60.0
PAUSE_S: Final = 0.2
_CHUNK_BYTES: Final = 1 << 18
_PIECE_BYTES: Final = 1 << 16
_PASSING: Final = frozenset({500, 502, 503, 504})
_REPEATABLE: Final = frozenset({"GET", "HEAD", "PUT", "DELETE"})
_PROXY_LOG_IN: Final = 407
"""What a proxy answers by itself: nothing of the request went further (RFC 9110, 15.5.8)."""
_SOCKS: Final = ("socks4", "socks4a", "socks5", "socks5h")


class Pool(urllib3.PoolManager):
    """Connections to one origin, from any number of threads. MinIO's client takes no other class.

    Requests raise NoExchangeError and AnswerTooLargeError, nothing else; redirects are answers.
    """

    def __init__(
        self,
        origin: str,
        environ: Mapping[str, str],
        *,
        cas: str = "",
        verify: bool = True,
        connections: int = 1,
        timeout_s: float = TIMEOUT_S,
        repeats: int = 0,
    ) -> None:
        """Open nothing yet; *environ* names the proxy, *cas* is the file or folder of CAs.

        *repeats* says how often what makes nothing new is sent again: after an answer that is cut
        off, or one of a server in trouble.

        Raises:
            NoExchangeError: the proxy or the CAs cannot be used.
        """
        super().__init__()
        proxy, scheme = _proxy_of(origin, environ), urlsplit(origin).scheme
        self._proxy = proxy
        self._timeout_s = timeout_s
        self._repeats = repeats
        options: dict[str, Any] = {
            "maxsize": connections,
            "retries": False,
            "blocksize": _CHUNK_BYTES,
        }
        if "https" in {proxy.scheme, scheme}:  # CAs take time to load
            options["ssl_context"] = context_of(cas, verify=verify)
        self._manager = _manager(proxy, options)
        connect_by_ours(self._manager, _place(proxy))
        self.proxy = self._manager.proxy
        self._is_forwarded = self.proxy is not None and scheme == "http"

    def urlopen(  # type: ignore[override]
        self,
        method: str,
        url: str,
        redirect: bool = False,  # noqa: ARG002, FBT001, FBT002 - urllib3's signature
        *,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        preload_content: bool = True,
        timeout: float | None = None,
        into: IO[bytes] | None = None,
    ) -> Any:
        """Return the whole answer, unpacked; a good one's body goes *into* a file, if any."""
        # Without *preload_content* a good one is a file, of any size, that ``pieces`` reads.
        limit_s = self._timeout_s if timeout is None else timeout
        sent = {"body": body, "headers": headers or {}, "timeout": limit_s}
        tries = 1 + (self._repeats if method in _REPEATABLE else 0)
        while True:
            tries -= 1
            try:
                response = self._head(method, url, sent)
                if tries and response.status in _PASSING:
                    with closing(response):
                        whole(pieces(response, limit_s))  # not unpacked: nobody reads it
                elif not preload_content and response.status < 400:
                    response._original_response.take_time()  # noqa: SLF001 - it is ours
                    return response
                else:
                    return _read(response, limit_s, into if response.status < 400 else None)
            except NoExchangeError as error:
                if not tries or not error.may_pass or not error.was_sent:
                    raise
            time.sleep(PAUSE_S)

    def clear(self) -> None:
        self._manager.clear()

    def _head(self, method: str, url: str, sent: Mapping[str, Any]) -> Any:
        with translate_errors(ASKING, sent["timeout"]):
            response = self._manager.urlopen(
                method, url, redirect=False, preload_content=False, decode_content=False, **sent
            )
        if self._is_forwarded and response.status == _PROXY_LOG_IN:
            response.close()
            words = f"through the proxy {_place(self._proxy)}: it asks for a log-in (407)"
            raise NoExchangeError(f"{words}; write it as http://USER:PASSWORD@HOST:PORT")
        return response


def pieces(response: Any, limit_s: float = TIMEOUT_S) -> Iterator[bytes]:
    """Raises NoExchangeError: the body is cut off, or does not come in time."""
    with translate_errors(READING, limit_s):
        while piece := response.read(_PIECE_BYTES, decode_content=False):
            yield piece


def _read(response: Any, limit_s: float, into: IO[bytes] | None) -> urllib3.HTTPResponse:
    try:
        content = _content(response, limit_s)
        if into is None:
            return as_read(response, BytesIO(whole(content)))
        response._original_response.take_time()  # noqa: SLF001 - it is ours
        into.seek(0)
        into.truncate()
        for piece in content:
            into.write(piece)
        into.seek(0)
        return as_read(response, into)
    except BaseException:
        response.close()
        raise


def _content(response: Any, limit_s: float) -> Iterator[bytes]:
    coding = response.headers.get("Content-Encoding", "")
    with translate_errors(READING):
        yield from unpacked(pieces(response, limit_s), coding)


def as_read(response: Any, body: IO[bytes]) -> urllib3.HTTPResponse:
    """Return *response* so that *body*, which is unpacked, is what is read of it."""
    headers = response.headers.copy()
    headers.discard("Content-Encoding")
    return urllib3.HTTPResponse(
        body,
        headers,
        response.status,
        response.version,
        response.version_string,
        response.reason,
        preload_content=False,
        enforce_content_length=False,
    )


def _proxy_of(origin: str, environ: Mapping[str, str]) -> SplitResult:
    try:
        parts = urlsplit(proxy_for(origin, environ))
        is_usable = parts.scheme in {"", "http", "https", *_SOCKS} and parts.port != 0
    except ValueError:
        is_usable = False
        parts = urlsplit("")
    if not is_usable or bool(parts.scheme) != bool(parts.hostname):
        words = "the proxy of the environment is not an address; correct https_proxy or http_proxy"
        raise NoExchangeError(words)
    return parts


def _place(proxy: SplitResult) -> str:
    return f"{proxy.scheme}://{proxy.netloc.rpartition('@')[2]}" if proxy.scheme else ""


def _manager(proxy: SplitResult, options: Mapping[str, Any]) -> urllib3.PoolManager:
    if not proxy.scheme:
        return urllib3.PoolManager(**options)
    place = _place(proxy)
    user, password = unquote(proxy.username or ""), unquote(proxy.password or "")
    if proxy.scheme in _SOCKS:
        return _through_socks(place, user or None, password or None, options)
    word = b64encode(f"{user}:{password}".encode()).decode()
    headers = {"Proxy-Authorization": f"Basic {word}"} if user else {}
    context = options.get("ssl_context")
    return urllib3.ProxyManager(place, proxy_headers=headers, proxy_ssl_context=context, **options)


def _through_socks(
    place: str, user: str | None, password: str | None, options: Mapping[str, Any]
) -> urllib3.PoolManager:
    try:
        import socks  # noqa: F401 - where it is missing, urllib3 warns besides
        from urllib3.contrib.socks import SOCKSProxyManager
    except ImportError:
        words = "the proxy of the environment speaks SOCKS: install oscar-sync[socks]"
        raise NoExchangeError(words) from None
    return SOCKSProxyManager(place, user, password, **options)
