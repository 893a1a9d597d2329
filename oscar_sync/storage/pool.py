"""Connections to a store over ``urllib3``: how often a request is sent, how failures are told."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import ParseError

import urllib3
from urllib3 import exceptions as failures

from oscar_sync.errors import StoreError, StoreUnreachableError
from oscar_sync.net.pool import pool_to
from oscar_sync.net.trust import TrustError
from oscar_sync.net.unpacking import MAX_BYTES, AnswerTooLargeError, CodingError
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.failures import READ_TIMEOUT_S, unreachable, was_sent
from oscar_sync.storage.words import CONNECT_TIMEOUT_S, HTML_PAGE

CONNECTIONS: Final = 16
REGION: Final = "us-east-1"
"""Of an address that names none."""
# connect=0: a store that is not there costs one time-out; redirects leave the endpoint.
REPEATED: Final = urllib3.Retry(
    total=2,
    connect=0,
    read=1,
    other=0,
    redirect=False,
    status_forcelist=(500, 502, 503, 504),
    backoff_factor=0.2,
    raise_on_status=False,
    respect_retry_after_header=False,
)
ONCE: Final = urllib3.Retry(0, redirect=False, raise_on_status=False)


class PageError(Exception):
    """The answer is a page for people, of a proxy or a portal; keeps its status."""

    def __init__(self, status: int) -> None:
        """Keep the *status*."""
        super().__init__(status)
        self.status = status


class WrongDocumentError(Exception):
    """The answer is another document than the one asked for, or does not end."""


def pool_of(
    address: StoreAddress, retries: urllib3.Retry, environ: Mapping[str, str]
) -> urllib3.PoolManager:
    """Return connections to the store that repeat requests as *retries* says.

    Raises:
        StoreError: the address or the file of CAs cannot be used.
    """
    fault = address.fault()
    if address.ca_bundle and not Path(address.ca_bundle).exists():
        fault = f"the CA bundle {address.ca_bundle} does not exist"
    if fault:
        raise StoreError(address.shown, fault)
    try:
        return pool_to(
            address.endpoint,
            environ,
            cas=address.ca_bundle,
            verify=address.verify,
            connections=CONNECTIONS,
            connect_timeout_s=CONNECT_TIMEOUT_S,
            read_timeout_s=READ_TIMEOUT_S,
            retries=retries,
        )
    except TrustError as error:
        raise StoreError(address.shown, str(error)) from None


@contextmanager
def translate_errors(address: StoreAddress) -> Iterator[None]:
    """Turn what fails within into a StoreError that names the store and never the keys.

    The library's own errors may quote keys and signatures, so they are not chained.
    """
    try:
        yield
    except (failures.MaxRetryError, failures.TimeoutError, failures.ProtocolError) as error:
        words, sent = unreachable(error), was_sent(error)
        raise StoreUnreachableError(address.shown, words, was_sent=sent) from None
    except AnswerTooLargeError:
        words = f"its answer is larger than {MAX_BYTES // 2**20} MiB"
        raise StoreError(address.shown, words) from None
    except CodingError:
        raise StoreError(address.shown, "its answer cannot be unpacked") from None
    except PageError as error:
        raise StoreError(address.shown, HTML_PAGE.format(status=error.status)) from None
    except WrongDocumentError as error:
        raise StoreError(address.shown, f"its answer cannot be used: {error}") from None
    except (ParseError, failures.HTTPError):
        raise StoreError(address.shown, "its answer cannot be used") from None
    except ValueError as error:
        raise StoreError(
            address.shown, address.masked(f"the request cannot be sent: {error}")
        ) from None
