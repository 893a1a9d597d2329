"""Which proxy stands between here and a peer: the environment's, read in one way for all peers."""

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

_PORTS: Final = {"http": 80, "https": 443}


def proxy_for(url: str, environ: Mapping[str, str]) -> str:
    """Return the proxy of the requests to *url*, blank for none.

    ``http_proxy``, ``https_proxy``, ``all_proxy`` and ``no_proxy``, also in capitals; the lower
    case wins, as in curl.
    """
    parts = urlsplit(url)
    port = parts.port or _PORTS.get(parts.scheme.lower())
    if is_exempt(parts.hostname or "", port, _variable(environ, "no_proxy")):
        return ""
    proxy = _variable(environ, f"{parts.scheme.lower()}_proxy") or _variable(environ, "all_proxy")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def _variable(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name) or environ.get(name.upper()) or ""


def is_exempt(host: str, port: int | None, no_proxy: str) -> bool:
    """Tell whether a row of names, suffixes, networks or ``*`` exempts *host* from proxies."""
    return any(_covers(row.strip().lower(), host.lower(), port) for row in no_proxy.split(","))


def _covers(row: str, host: str, port: int | None) -> bool:
    if not row:
        return False
    if row == "*" or _holds(row, host):
        return True
    name, _, row_port = row.partition(":") if row.count(":") == 1 else (row, "", "")
    if row_port and row_port != str(port):
        return False
    name = name.removeprefix("*").removeprefix(".").strip("[]")
    return host == name or host.endswith(f".{name}")


def _holds(row: str, host: str) -> bool:
    try:
        return ip_address(host) in ip_network(row, strict=False)
    except ValueError:
        return False
