"""MinIO's client, built so that it always ends and never speaks to anyone else."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

from minio import Minio
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError

from oscar_sync.errors import StoreDeniedError, StoreError, StoreFailedError
from oscar_sync.storage import pool
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.watched import WatchedPool
from oscar_sync.storage.words import words_of


def minio_client(
    address: StoreAddress, environ: Mapping[str, str], *, is_repeating: bool = True
) -> Minio:
    """Return a client of the store; nothing is sent yet. *environ* names proxies.

    *is_repeating*: a request that fails may be sent again. An upload may not: its answer may be
    lost while it was applied, and each upload below an input starts a job.

    Raises:
        StoreError: the address or the file of CAs cannot be used.
    """
    retries = pool.REPEATED if is_repeating else pool.ONCE
    connections = WatchedPool(pool.pool_of(address, retries, environ))
    return Minio(
        urlsplit(address.endpoint).netloc,
        access_key=address.access_key.reveal(),
        secret_key=address.secret_key.reveal(),
        secure=address.is_secure,
        region=address.region or pool.REGION,
        http_client=connections,
    )


@contextmanager
def translate_errors(address: StoreAddress) -> Iterator[None]:
    """Turn every failure within into a StoreError that names the store and never the keys."""
    with pool.translate_errors(address):
        try:
            yield
        except S3Error as error:
            words = address.masked(words_of(str(error.code), str(error.message)))
            raise _kind_of(error)(address.shown, words) from None
        except (InvalidResponseError, ServerError) as error:
            status = re.search(r"code:? (\d{3})", str(error))
            words = f"its answer cannot be used{f' ({status[1]})' if status else ''}"
            has_failed = status is not None and status[1].startswith("5")
            raise (StoreFailedError if has_failed else StoreError)(address.shown, words) from None
        except MinioException as error:
            raise StoreError(address.shown, type(error).__name__) from None


def _kind_of(error: S3Error) -> type[StoreError]:
    if error.code == "AccessDenied":
        return StoreDeniedError
    return StoreFailedError if error.response.status >= 500 else StoreError
