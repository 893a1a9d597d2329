"""Which hosts are this machine."""

import ipaddress
from typing import Final
from urllib.parse import urlsplit

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def is_loopback(host: str) -> bool:
    """Tell whether *host*, an address without brackets or a name, is certainly this machine."""
    try:
        return host in LOOPBACK or ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name, which may lead anywhere
        return False


def is_readable_on_the_way(url: str) -> bool:
    """Tell whether others may read what is sent to *url*, an http(s) address."""
    parts = urlsplit(url)
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")
