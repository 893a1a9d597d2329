"""Where a server of files is, and how to connect to it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import urllib3
from msgspec import Struct
from urllib3 import exceptions as failures

from oscar_sync.errors import StoreError, StoreUnreachableError, UsageError
from oscar_sync.net.pool import pool_to
from oscar_sync.net.trust import TrustError
from oscar_sync.net.unpacking import MAX_BYTES, AnswerTooLargeError, CodingError
from oscar_sync.storage.failures import READ_TIMEOUT_S, unreachable
from oscar_sync.storage.words import CONNECT_TIMEOUT_S

CONNECTIONS: Final = 8
CHUNK_BYTES: Final = 2**18


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

    def pool(self, environ: Mapping[str, str]) -> urllib3.PoolManager:
        """Return connections to the server, through the proxy of *environ* if it names one.

        Raises:
            UsageError: the file of CAs does not exist, or is none.
        """
        if self.ca_bundle and not Path(self.ca_bundle).exists():
            raise UsageError(f"the CA bundle {self.ca_bundle} does not exist")
        try:
            return pool_to(
                self.origin,
                environ,
                cas=self.ca_bundle,
                verify=self.verify,
                connections=CONNECTIONS,
                connect_timeout_s=CONNECT_TIMEOUT_S,
                read_timeout_s=READ_TIMEOUT_S,
            )
        except TrustError as error:
            raise UsageError(f"{self.shown}: {error}") from None


@contextmanager
def translate_errors(server: Server) -> Iterator[None]:
    """Turn what becomes of a connection into errors of ours: others may quote requests."""
    try:
        yield
    except AnswerTooLargeError:
        words = f"its answer is larger than {MAX_BYTES // 2**20} MiB"
        raise StoreError(server.shown, words) from None
    except CodingError:
        raise StoreError(server.shown, "its answer cannot be unpacked") from None
    except failures.HTTPError as error:
        raise StoreUnreachableError(server.shown, unreachable(error)) from None


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
