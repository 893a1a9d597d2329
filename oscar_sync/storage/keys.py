"""Keys of objects: which can be sent, and how a folder and a path make one. Pure."""

import unicodedata
from typing import Final

from oscar_sync.errors import StoreError
from oscar_sync.semantics.paths import LONGEST_KEY

MAX_PART_BYTES: Final = 255
"""MinIO keeps parts of keys as names of files."""


def fault(key: str) -> str:
    """Return why *key* is refused before it is sent (MinIO refuses it too), blank if it is not."""
    try:
        size = len(key.encode())
    except UnicodeEncodeError:
        return "is not Unicode text"
    if not key:
        return "is empty"
    if size > LONGEST_KEY:
        return f"is longer than {LONGEST_KEY} bytes"
    if not key.isprintable() and any(unicodedata.category(one) == "Cc" for one in key):
        return "holds control characters"
    return _fault_of_parts(key, size)


def hold_to_files(path: str, endpoint: str) -> None:
    """Raises StoreError: the *path* is one of a folder, or cannot be sent."""
    reason = "ends with a slash" if path.endswith("/") else fault(path)
    if reason:
        raise StoreError(endpoint, f"{path!r} cannot be a file: it {reason}")


def _fault_of_parts(key: str, size_bytes: int) -> str:
    if key.startswith("/"):
        return "begins with a slash"
    parts = f"/{key.removesuffix('/')}/"
    if "//" in parts:
        return "holds a doubled slash"
    if "/./" in parts or "/../" in parts:
        return "holds a '.' or '..' part"
    is_long = size_bytes > MAX_PART_BYTES
    if is_long and any(len(part.encode()) > MAX_PART_BYTES for part in parts.split("/")):
        return f"holds a part longer than {MAX_PART_BYTES} bytes"
    return ""


def join(prefix: str, relative: str) -> str:
    folder = prefix.strip("/")
    return f"{folder}/{relative}" if folder else relative


def marker(folder: str) -> str:
    return folder.strip("/") + "/"


def is_marker(key: str, size_bytes: int) -> bool:
    """Tell whether an object is a folder marker, which is not an object to anyone else."""
    return key.endswith("/") and size_bytes == 0
