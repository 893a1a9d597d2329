"""Connections to a store over ``urllib3``: how often a request is sent, how failures are told."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import ParseError

import urllib3
from urllib3 import exceptions as failures

from oscar_sync.errors import StoreError, StoreUnreachableError
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.failures import READ_TIMEOUT_S, unreachable, was_sent
from oscar_sync.storage.words import CONNECT_TIMEOUT_S

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


def pool_of(address: StoreAddress, retries: urllib3.Retry) -> urllib3.PoolManager:
    """Return connections to the store that repeat requests as *retries* says.

    Raises:
        StoreError: the address or the file of CAs cannot be used.
    """
    fault = address.fault()
    if address.ca_bundle and not Path(address.ca_bundle).exists():
        fault = f"the CA bundle {address.ca_bundle} does not exist"
    if fault:
        raise StoreError(address.shown, fault)
    if address.is_secure and not address.verify:
        # Said by us on every run; once a request would drown it.
        urllib3.disable_warnings(failures.InsecureRequestWarning)
    return urllib3.PoolManager(
        maxsize=CONNECTIONS,
        timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S),
        cert_reqs="CERT_REQUIRED" if address.verify else "CERT_NONE",
        ca_certs=address.ca_bundle or None,
        retries=retries,
    )


@contextmanager
def told(address: StoreAddress) -> Iterator[None]:
    """Turn what fails within into a StoreError that names the store and never the keys.

    The library's own errors may quote keys and signatures, so they are not chained.
    """
    try:
        yield
    except (failures.MaxRetryError, failures.TimeoutError, failures.ProtocolError) as error:
        words, sent = unreachable(error), was_sent(error)
        raise StoreUnreachableError(address.shown, words, was_sent=sent) from None
    except (ParseError, failures.HTTPError):
        raise StoreError(address.shown, "its answer cannot be used") from None
    except ValueError as error:
        raise StoreError(
            address.shown, address.masked(f"the request cannot be sent: {error}")
        ) from None
