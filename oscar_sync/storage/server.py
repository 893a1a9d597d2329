"""Where a server of files is, and how to connect to it."""

import os
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from oscar_sync.errors import UsageError
from oscar_sync.net.pool import Pool
from oscar_sync.storage.failures import translate_errors

CONNECTIONS: Final = 8


class Server(Struct, frozen=True):
    """``origin`` is scheme://host[:port], ``base`` the folder that all paths are below."""

    origin: str
    base: str = ""
    verify: bool = True
    ca_bundle: str = ""

    @property
    def shown(self) -> str:
        return f"{self.origin}/{self.base}" if self.base else self.origin

    def pool(self, environ: Mapping[str, str]) -> Pool:
        """Raises StoreUnreachableError: the proxy or the CAs cannot be used."""
        with translate_errors(self.shown):
            return Pool(
                self.origin,
                environ,
                cas=self.ca_bundle,
                verify=self.verify,
                connections=CONNECTIONS,
            )


def server_of(written: str, *, verify: bool = True, ca_bundle: str = "") -> Server:
    """Return the server of an address with or without a scheme; https where none is written.

    Raises:
        UsageError: it is not an address, or the file of CAs does not exist.
    """
    if ca_bundle and not os.path.exists(ca_bundle):
        raise UsageError(f"the CA bundle {ca_bundle} does not exist")
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
        raise UsageError(f"{shown} is not an address of a server: write HOST or https://HOST:PORT")
    origin = f"{parts.scheme}://{parts.netloc.lower()}"
    return Server(origin, unquote(parts.path).strip("/"), verify, ca_bundle)
