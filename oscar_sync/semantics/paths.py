"""Storage providers and paths: which bucket and folder an input, output or mount means."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from msgspec import Struct

from oscar_sync.model.form import Account, Form
from oscar_sync.model.identity import BucketName

DEFAULT_ID: Final = "default"
LOCAL_INPUT_TYPES: Final = frozenset({"minio"})
BUCKET_OUTPUT_TYPES: Final = frozenset({"minio", "s3"})
"""Outputs of these types touch a bucket of the cluster's own store (oscar-server 5; record 133)."""

INPUT_TYPES: Final = frozenset({"minio", "webdav", "rucio"})
OUTPUT_TYPES: Final = frozenset({"minio", "s3", "onedata", "webdav", "rucio"})
LONGEST_KEY: Final = 1024
"""Bytes of an object's key, at most (S3); so many characters of a path at the most."""

LONGEST_FOLDER: Final = 1000
"""Bytes of an input's or output's folder: the store refuses the marker of 1,020 (record 138)."""

FILE_TYPES: Final = ("minio", "s3", "webdav", "onedata")
"""Where we can move files ourselves: all but Rucio, which has no protocol of plain files."""


class ProviderName(Struct, frozen=True):
    """``<type>[.<id>]``; the type is compared in lower case, the id as it stands (record 111)."""

    type: str
    id: str

    def __str__(self) -> str:
        return f"{self.type}.{self.id}"


@lru_cache(maxsize=256)
def provider_of(text: str) -> ProviderName:
    """Return the provider that *text* names; a missing id is ``default`` (oscar-server 2.2)."""
    kind, _, name = text.strip().partition(".")
    return ProviderName(kind.lower(), name or DEFAULT_ID)


def account_of(form: Form, provider: str) -> Account:
    named = provider_of(provider)
    return form.storage_providers.get(named.type, {}).get(named.id, {})


def normal_path(path: str, provider: ProviderName, service: str) -> str:
    """Return an input's or output's path as the server stores it (oscar-server 3.1)."""
    # Spaces and slashes go from both ends; a MinIO or S3 path without a folder gets the service's
    # name as its bucket.
    trimmed = path.strip(" /")
    if provider.type in BUCKET_OUTPUT_TYPES and trimmed and "/" not in trimmed:
        return f"{service}/{trimmed}"
    return trimmed


@lru_cache(maxsize=1 << 16)  # each path is asked for several times, all of them in turn
def place_of(path: str) -> tuple[BucketName, str]:
    bucket, _, folder = path.strip(" /").partition("/")
    return BucketName(bucket), folder.strip("/")


def bucket_of(path: str) -> BucketName:
    return place_of(path)[0]


def lies_within(inner: str, outer: str) -> bool:
    return f"{inner.strip('/')}/".startswith(f"{outer.strip('/')}/")


def folders_above(path: str) -> Iterator[str]:
    """Yield *path* and every folder above it, the nearest first: all that it lies within."""
    # Of one that is longer than an object's key can be nothing is yielded: nothing can be there.
    path = path.strip("/")
    while path and len(path) <= LONGEST_KEY:
        yield path
        path = path.rpartition("/")[0]
