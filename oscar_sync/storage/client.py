"""MinIO's client, built so that it always ends and never speaks to anyone else."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from xml.etree.ElementTree import ParseError

import urllib3
from minio import Minio
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from urllib3 import exceptions as failures

from oscar_sync.errors import (
    StoreDeniedError,
    StoreError,
    StoreFailedError,
    StoreUnreachableError,
)
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.failures import READ_TIMEOUT_S, unreachable, was_sent
from oscar_sync.storage.words import CONNECT_TIMEOUT_S, words_of

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
_ONCE: Final = urllib3.Retry(0, redirect=False, raise_on_status=False)


def minio_client(address: StoreAddress, *, is_repeating: bool = True) -> Minio:
    """Return a client of the store; nothing is sent yet.

    *is_repeating*: a request that fails may be sent again. An upload may not: its answer may be
    lost while it was applied, and each upload below an input starts a job.

    Raises:
        StoreError: the address or the file of CAs cannot be used.
    """
    fault = address.fault()
    if address.ca_bundle and not Path(address.ca_bundle).exists():
        fault = f"the CA bundle {address.ca_bundle} does not exist"
    if fault:
        raise StoreError(address.shown, fault)
    return Minio(
        urlsplit(address.endpoint).netloc,
        access_key=address.access_key.reveal(),
        secret_key=address.secret_key.reveal(),
        secure=address.is_secure,
        region=address.region or REGION,
        http_client=pool_of(address, REPEATED if is_repeating else _ONCE),
    )


def pool_of(address: StoreAddress, retries: urllib3.Retry) -> urllib3.PoolManager:
    """Return connections to the store that repeat requests as *retries* says."""
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
    """Turn every failure within into a StoreError that names the store and never the keys.

    The libraries' own errors may quote keys and signatures, so they are not chained.
    """
    try:
        yield
    except S3Error as error:
        words = address.masked(words_of(str(error.code), str(error.message)))
        raise _kind_of(error)(address.shown, words) from None
    except (failures.MaxRetryError, failures.TimeoutError, failures.ProtocolError) as error:
        words, sent = unreachable(error), was_sent(error)
        raise StoreUnreachableError(address.shown, words, was_sent=sent) from None
    except (InvalidResponseError, ServerError, ParseError, failures.HTTPError) as error:
        status = re.search(r"code:? (\d{3})", str(error))
        words = f"its answer cannot be used{f' ({status[1]})' if status else ''}"
        has_failed = status is not None and status[1].startswith("5")
        raise (StoreFailedError if has_failed else StoreError)(address.shown, words) from None
    except MinioException as error:
        raise StoreError(address.shown, type(error).__name__) from None
    except ValueError as error:
        raise StoreError(
            address.shown, address.masked(f"the request cannot be sent: {error}")
        ) from None


def _kind_of(error: S3Error) -> type[StoreError]:
    if error.code == "AccessDenied":
        return StoreDeniedError
    return StoreFailedError if error.response.status >= 500 else StoreError
