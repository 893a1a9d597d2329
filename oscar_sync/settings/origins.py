"""Which addresses credentials may be sent to: origins, as the operator names them (trust 4.2)."""

from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

from oscar_sync.errors import UsageError

VARIABLE: Final = "OSCAR_SYNC_ENDPOINTS"
"""Commas between origins. No file can set it: a file is what it protects from."""

_PORTS: Final = {"https": 443, "http": 80}


def origin_of(url: str) -> str:
    """Return ``scheme://host[:port]`` of *url* without a usual port, blank if it is not one."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in _PORTS or not host:
        return ""
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (
        f":{port}" if port not in (None, _PORTS[parts.scheme]) else ""
    )


def allowed_origins(options: Iterable[str], variables: Mapping[str, str]) -> frozenset[str]:
    """Return the origins that ``--endpoint-allowed`` and ``OSCAR_SYNC_ENDPOINTS`` name.

    Empty: the operator names none, and files decide.

    Raises:
        UsageError: one of them is not an origin.
    """
    named = [("--endpoint-allowed", text) for text in options]
    named += [(VARIABLE, text) for text in variables.get(VARIABLE, "").split(",")]
    return frozenset(_origin(source, text.strip()) for source, text in named if text.strip())


def _origin(source: str, text: str) -> str:
    origin = origin_of(text)
    parts = urlsplit(text) if origin else None
    if (
        parts is None
        or "@" in parts.netloc
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
    ):
        raise UsageError(
            f"{source}: {text!r} is not an origin; write https://HOST or https://HOST:PORT"
        )
    return origin
