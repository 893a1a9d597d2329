"""Places as they are written on a command line: ``[PROVIDER:]BUCKET[/KEY]``."""

from msgspec import Struct

from oscar_sync.errors import UsageError
from oscar_sync.model.settings import OWN_STORE
from oscar_sync.semantics.paths import BUCKET_OUTPUT_TYPES, provider_of


class StoragePlace(Struct, frozen=True):
    """Where files are: ``path`` is ``bucket/key`` on minio and s3, a path elsewhere."""

    provider: str
    path: str
    is_folder: bool = False

    def __str__(self) -> str:
        return self.path if self.provider == OWN_STORE else f"{self.provider}:{self.path}"


def place_of(text: str) -> StoragePlace:
    """Raises UsageError: *text* names no place."""
    head, slash, rest = text.partition("/")
    provider, colon, first = head.partition(":") if ":" in head else ("", "", head)
    named = provider_of(provider if colon else OWN_STORE)
    path = (first + slash + rest).strip("/")
    if not path or (colon and not provider):
        raise UsageError(f"{text!r} is not a place: write [PROVIDER:]BUCKET[/KEY]")
    is_bucket = named.type in BUCKET_OUTPUT_TYPES and "/" not in path
    return StoragePlace(str(named), path, text.endswith("/") or is_bucket)
