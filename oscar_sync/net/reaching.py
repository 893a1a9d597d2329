"""Whether anybody takes connections at an address, before anything is asked there."""

import socket
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from oscar_sync.net.failures import CONNECT_TIMEOUT_S, OPENING, translate_errors
from oscar_sync.net.proxies import proxy_for

_PORTS: Final = {"http": 80, "https": 443}


def reach(url: str, environ: Mapping[str, str]) -> None:
    """Return if somebody takes a connection; behind a proxy only the first request tells.

    Raises:
        NoExchangeError: nobody does; known in the time of one connection.
    """
    if proxy_for(url, environ):
        return
    place = urlsplit(url)
    host = place.hostname or ""
    # Python encodes text by tables of Unicode, whose import takes 2 ms; ASCII needs none.
    name: Any = host.encode() if host.isascii() else host
    port = place.port or _PORTS[place.scheme]
    with translate_errors(OPENING):
        socket.create_connection((name, port), CONNECT_TIMEOUT_S).close()
