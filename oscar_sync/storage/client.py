"""MinIO's client, built so that it always ends and never speaks to anyone else."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

from minio import Minio
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError

from oscar_sync.errors import StoreDeniedError, StoreError, StoreFailedError
from oscar_sync.storage import failures
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.stored import SMALL_AT_ONCE
from oscar_sync.storage.watched import WatchedPool
from oscar_sync.storage.words import words_of

REGION: Final = "us-east-1"
"""Of an address that names none."""
_REPEATS: Final = 2


def pool_of(
    address: StoreAddress, environ: Mapping[str, str], *, is_repeating: bool = True
) -> WatchedPool:
    """Return connections to the store; *is_repeating*: a request that fails may be sent again.

    Raises:
        StoreError: the address, the proxy or the file of CAs cannot be used.
    """
    fault = address.fault()
    if address.ca_bundle and not os.path.exists(address.ca_bundle):
        fault = f"the CA bundle {address.ca_bundle} does not exist"
    if fault:
        raise StoreError(address.shown, fault)
    with failures.translate_errors(address.shown):
        return WatchedPool(
            address.endpoint,
            environ,
            cas=address.ca_bundle,
            verify=address.verify,
            connections=SMALL_AT_ONCE,
            repeats=_REPEATS if is_repeating else 0,
        )


def minio_client(
    address: StoreAddress, environ: Mapping[str, str], *, is_repeating: bool = True
) -> Minio:
    """Return a client of the store; nothing is sent yet. *environ* names proxies.

    *is_repeating*: a request that fails may be sent again. An upload may not: its answer may be
    lost while it was applied, and each upload below an input starts a job.

    Raises:
        StoreError: the address or the file of CAs cannot be used.
    """
    return Minio(
        urlsplit(address.endpoint).netloc,
        access_key=address.access_key.reveal(),
        secret_key=address.secret_key.reveal(),
        secure=address.is_secure,
        region=address.region or REGION,
        http_client=pool_of(address, environ, is_repeating=is_repeating),
    )


@contextmanager
def translate_errors(address: StoreAddress) -> Iterator[None]:
    """Turn every failure within into a StoreError that names the store and never the keys."""
    with failures.translate_errors(address.shown):
        try:
            yield
        except S3Error as error:
            words = address.masked(
                words_of(str(error.code), str(error.message), error.bucket_name or "")
            )
            raise _kind_of(error)(address.shown, words) from None
        except (InvalidResponseError, ServerError) as error:
            status = re.search(r"code:? (\d{3})", str(error))
            words = f"its answer cannot be used{f' ({status[1]})' if status else ''}"
            has_failed = status is not None and status[1].startswith("5")
            raise (StoreFailedError if has_failed else StoreError)(address.shown, words) from None
        except MinioException as error:
            raise StoreError(address.shown, type(error).__name__) from None
        except ValueError as error:
            words = address.masked(f"the request cannot be sent: {error}")
            raise StoreError(address.shown, words) from None


def _kind_of(error: S3Error) -> type[StoreError]:
    if error.code == "AccessDenied":
        return StoreDeniedError
    return StoreFailedError if error.response.status >= 500 else StoreError
