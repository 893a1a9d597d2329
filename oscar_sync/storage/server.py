"""Where a server of files is, and how to connect to it."""

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from oscar_sync.errors import UsageError

MAX_ANSWER_BYTES: Final = 64 * 2**20
"""Of an answer that is no file."""


class Server(Struct, frozen=True):
    """``origin`` is scheme://host[:port], ``base`` the folder that all paths lie below."""

    origin: str
    base: str = ""
    verify: bool = True
    ca_bundle: str = ""

    @property
    def shown(self) -> str:
        """The address, for sentences; it holds no user and no password."""
        return f"{self.origin}/{self.base}" if self.base else self.origin

    def tls(self) -> ssl.SSLContext:
        """Return what vouches for the server: the bundle, else the system's CAs, else nobody."""
        path = Path(self.ca_bundle) if self.ca_bundle else None
        if path and not path.exists():
            raise UsageError(f"the CA bundle {path} does not exist")
        if self.origin.startswith("http:"):
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never asked; CAs take time to load
        is_folder = bool(path and path.is_dir())
        context = ssl.create_default_context(
            cafile=None if is_folder else self.ca_bundle or None,
            capath=self.ca_bundle if is_folder else None,
        )
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def proxy(self, environ: Mapping[str, str]) -> str:
        """Return the proxy that *environ* puts between here and the server, blank for none."""
        parts = urlsplit(self.origin)

        def variable(name: str) -> str:
            return environ.get(name) or environ.get(name.upper()) or ""

        host = (parts.hostname or "").lower()
        if any(_exempts(row.strip().lower(), host) for row in variable("no_proxy").split(",")):
            return ""
        return variable(f"{parts.scheme}_proxy") or variable("all_proxy")


def _exempts(row: str, host: str) -> bool:
    """Tell whether a row of ``no_proxy`` means the host: ``*``, a name or a suffix of names."""
    return row == "*" or (bool(row) and f".{host}".endswith(f".{row.lstrip('*.')}"))


def server_of(written: str, *, verify: bool = True, ca_bundle: str = "") -> Server:
    """Return the server of an address with or without a scheme; https where none is written.

    Raises:
        UsageError: it is no address.
    """
    text = written.strip()
    address = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(address)
        is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
        _ = parts.port  # raises for a port that is none
    except ValueError:
        is_usable = False
        parts = urlsplit("")
    has_more = "@" in parts.netloc or parts.query or parts.fragment
    if not is_usable or has_more or any(one <= " " or one == "\x7f" for one in address):
        shown = address.rpartition("@")[2]
        raise UsageError(f"{shown} is no address of a server: write HOST or https://HOST:PORT")
    origin = f"{parts.scheme}://{parts.netloc.lower()}"
    return Server(origin, unquote(parts.path).strip("/"), verify, ca_bundle)
