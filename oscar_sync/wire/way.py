"""The way to a server: through a proxy or straight, with TLS or without."""

import http.client
import socket
import ssl
import traceback
from base64 import b64encode
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final, cast
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from oscar_sync.net.timed import TimedResponse
from oscar_sync.net.trust import TrustError, context_of
from oscar_sync.wire.exchange import NoExchangeError

CONNECT_TIMEOUT_S: Final = 5.0

_SOCKS: Final = ("socks4", "socks4a", "socks5", "socks5h")
_PORTS: Final = {"http": 80, "https": 443, **dict.fromkeys(_SOCKS, 1080)}


class Place(Struct, frozen=True):
    """A server or a proxy, as its address names it; ``scheme`` is in lower case."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        """Show no log-in."""
        return f"Place({self.scheme}://{self.host}:{self.port})"

    @property
    def is_secure(self) -> bool:
        """Tell whether it is spoken to over TLS."""
        return self.scheme == "https"

    @property
    def is_socks(self) -> bool:
        """Tell whether it is a proxy that passes on connections, not requests."""
        return self.scheme in _SOCKS

    @property
    def headers(self) -> dict[str, str]:
        """Return the log-in as a proxy takes it (RFC 7617), none without one."""
        if not self.user:
            return {}
        word = b64encode(f"{self.user}:{self.password}".encode()).decode()
        return {"Proxy-Authorization": f"Basic {word}"}


class Way:
    """The way from here to one origin; each ``connection`` goes it anew."""

    def __init__(self, url: str, proxy: str, verify: bool | str) -> None:  # noqa: FBT001 - as the whole world calls it
        """Open nothing yet. *proxy* is blank or an address; *verify* False, True or a path of CAs.

        Raises:
            NoExchangeError: the proxy's address cannot be read.
        """
        self.origin = _place(url)
        self.proxy = _proxy(proxy) if proxy else None
        self._verify = verify

    @property
    def door(self) -> Place:
        """Return whom requests, or CONNECT, are said to: the proxy or, behind SOCKS, the origin."""
        return self.origin if self.proxy is None or self.proxy.is_socks else self.proxy

    @property
    def is_forwarded(self) -> bool:
        """Tell whether a proxy reads the requests: those without TLS."""
        return self.door is self.proxy and not self.origin.is_secure

    @property
    def is_tunnelled(self) -> bool:
        """Tell whether a proxy is asked to pass on what it cannot read."""
        return self.door is self.proxy and self.origin.is_secure

    @property
    def through(self) -> str:
        """Return how a sentence begins about a connection that does not come about."""
        return "" if self.proxy is None else "through the proxy of the environment: "

    @property
    def headers(self) -> Mapping[str, str]:
        """Return what goes with each request for the sake of the proxy."""
        return self.door.headers if self.is_forwarded else {}

    def target(self, url: str) -> str:
        """Return what a request names: *url* from its path on; to a proxy all of it."""
        if self.is_forwarded:
            return url
        rest = url.partition("://")[2]
        return rest[rest.find("/") :] if "/" in rest else "/"

    def connection(self) -> "Connection":
        """Return a connection that is not open yet."""
        return Connection(self)

    def dial(self, address: tuple[str, int], timeout_s: float, *_source: Any) -> socket.socket:
        """Return an open socket to *address*, which is the door's."""
        if self.proxy is not None and self.proxy.is_socks:
            return _through_socks(self.proxy, address, timeout_s)
        host, port = address
        # Python encodes text by tables of Unicode, whose import takes 2 ms; ASCII needs none.
        name: Any = host.encode() if host.isascii() else host
        opened = socket.create_connection((name, port), timeout_s)
        if self.proxy is not None and self.proxy.is_secure:
            opened = self._secured(opened, self.proxy.host)
        return opened

    def secured(self, opened: Any) -> Any:
        """Return *opened*, which leads to the origin, with the origin's TLS if it has one."""
        return self._secured(opened, self.origin.host) if self.origin.is_secure else opened

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return _trusting(self._verify)

    def _secured(self, opened: Any, host: str) -> Any:
        try:
            if isinstance(opened, ssl.SSLSocket):
                from urllib3.util.ssltransport import SSLTransport  # TLS in a proxy's TLS

                return SSLTransport(opened, self._tls, host)
            return self._tls.wrap_socket(opened, server_hostname=host)
        except BaseException:
            opened.close()
            raise


class Connection(http.client.HTTPConnection):
    """A connection to the origin of a *way*, or to the proxy before it."""

    response_class = TimedResponse

    def __init__(self, way: Way) -> None:
        """Open nothing yet."""
        super().__init__(way.door.host, way.door.port, timeout=CONNECT_TIMEOUT_S)
        self.default_port = _PORTS[way.origin.scheme]
        if way.is_tunnelled:
            self.set_tunnel(way.origin.host, way.origin.port, way.door.headers)
        self._way = way
        self._create_connection = way.dial  # where http.client has its sockets from

    def open(self, read_timeout_s: float) -> None:
        """Open it where it is not, and let answers take *read_timeout_s*.

        Raises:
            OSError: nobody takes it, TLS fails, or a name is not known.
            NoExchangeError: a proxy does not pass it on, or the CAs cannot be read.
        """
        if self.sock is None:
            self.connect()
        self.sock.settimeout(read_timeout_s)

    def connect(self) -> None:
        """Open it as far as the origin, by CONNECT where a proxy is asked for that."""
        try:
            super().connect()
        except TimeoutError:
            raise
        except (OSError, http.client.HTTPException) as error:
            if self._way.proxy is None or getattr(error, "errno", None) is not None:
                raise
            # What the system does not say, the proxy's answer does. Pythons before 3.11.4 leave it
            # open: it ends with the frame that read it.
            traceback.clear_frames(error.__traceback__)
            words = "the proxy does not pass it on"
            raise NoExchangeError(words, was_sent=False, may_pass=True) from None
        self.sock = self._way.secured(self.sock)

    def getresponse(self) -> TimedResponse:
        """Return the answer as far as its head."""
        return cast("TimedResponse", super().getresponse())


def _place(url: str) -> Place:
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not parts.hostname:
        raise ValueError(url)
    port = parts.port or _PORTS[scheme]
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Place(scheme, parts.hostname, port, user, password)


def _proxy(text: str) -> Place:
    try:
        return _place(text if "://" in text else f"http://{text}")
    except ValueError:
        words = "the proxy of the environment is no address"
        raise NoExchangeError(words, was_sent=False, may_pass=False) from None


def _trusting(verify: bool | str) -> ssl.SSLContext:  # noqa: FBT001 - as the whole world calls it
    """Return how certificates are checked: by the file or folder named, else by the system's."""
    named = verify if isinstance(verify, str) else ""
    try:
        context = context_of(named, verify=verify is not False)
    except TrustError as error:
        raise NoExchangeError(str(error), was_sent=False, may_pass=False) from None
    context.set_alpn_protocols(["http/1.1"])
    return context


def _through_socks(proxy: Place, address: tuple[str, int], timeout_s: float) -> socket.socket:
    try:
        import socks
    except ImportError:
        words = "the proxy of the environment speaks SOCKS: install oscar-sync[socks]"
        raise NoExchangeError(words, was_sent=False, may_pass=False) from None
    is_4 = proxy.scheme.startswith("socks4")
    opened: socket.socket = socks.create_connection(
        address,
        timeout=int(timeout_s),
        proxy_type=socks.SOCKS4 if is_4 else socks.SOCKS5,
        proxy_addr=proxy.host,
        proxy_port=proxy.port,
        # With a letter at its end the proxy looks up the name.
        proxy_rdns=proxy.scheme in {"socks4a", "socks5h"},
        proxy_username=proxy.user or None,
        proxy_password=proxy.password or None,
    )
    return opened
