"""Whether a stored object is a file: by size and checksum, never by time (perf.md 4.3)."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

MIB: Final = 2**20
OWN_PART_BYTES: Final = 8 * MIB
PART_SIZES: Final = (
    OWN_PART_BYTES,
    *(size * MIB for size in (5, 10, 15, 16, 25, 32, 50, 64, 100, 128)),
)
"""Parts that clients cut uploads into: ours, then rclone, MinIO, boto, s5cmd and others."""

_MAX_PARTS: Final = 9_999
_CHUNK_BYTES: Final = MIB
_MD5 = re.compile(r"[0-9a-f]{32}")
_MULTIPART = re.compile(r"[0-9a-f]{32}-(\d{1,5})")


def own_part_bytes(size_bytes: int) -> int:
    """Return how long the parts are that we cut a file into: a store takes 10,000 at most."""
    part_bytes = OWN_PART_BYTES
    while part_bytes * _MAX_PARTS < size_bytes:
        part_bytes *= 2
    return part_bytes


def matches(path: Path, size_bytes: int, etag: str, stored_bytes: int) -> bool | None:
    """Tell whether the file of *size_bytes* is the object with *etag* and *stored_bytes*.

    None: the ETag does not tell. It may be another content, an upload in parts of an unknown size,
    or an object in an encrypted bucket, whose ETag is none of its content.

    Raises:
        OSError: the file cannot be read.
    """
    if size_bytes != stored_bytes:
        return False
    tag = etag.strip('"').lower()
    if _MD5.fullmatch(tag):
        return True if md5_of(path) == tag else None
    multipart = _MULTIPART.fullmatch(tag)
    if multipart and _is_made_of_parts(path, size_bytes, tag, int(multipart[1])):
        return True
    return None


def is_digest(path: Path, digest: str) -> bool:
    """Tell whether *digest* (``sha256:HEX``, ``md5:HEX``) is that of the file; blank is of none.

    Raises:
        OSError: the file cannot be read.
    """
    name, _, expected = digest.partition(":")
    of = _DIGESTS.get(name)
    return of is not None and expected == of(path)


def _is_made_of_parts(path: Path, size_bytes: int, tag: str, count: int) -> bool:
    sizes = dict.fromkeys((own_part_bytes(size_bytes), *PART_SIZES))
    fitting = [size for size in sizes if max(1, -(-size_bytes // size)) == count]
    # Any size that makes one part makes the same one.
    tried = fitting[:1] if count == 1 else fitting
    return any(multipart_etag(path, size_bytes, size) == tag for size in tried)


def md5_of(path: Path, start: int = 0, length: int | None = None) -> str:
    """Return the MD5 of a file, or of *length* bytes from *start*, in bounded memory."""
    if length is None:
        return _digest_of(path, hashlib.md5(usedforsecurity=False))
    digest = hashlib.md5(usedforsecurity=False)
    for chunk in chunks(path, start, length):
        digest.update(chunk)
    return digest.hexdigest()


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in bounded memory."""
    return _digest_of(path, hashlib.sha256())


def _digest_of(path: Path, digest: "hashlib._Hash") -> str:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - half the time of Path.open
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


_DIGESTS: Final[Mapping[str, Callable[[Path], str]]] = {"sha256": sha256_of, "md5": md5_of}


def multipart_etag(path: Path, size_bytes: int, part_bytes: int) -> str:
    """Return the ETag of a multipart upload in parts of *part_bytes*; two threads hash them."""
    starts = range(0, max(size_bytes, 1), part_bytes)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        parts = pool.map(lambda start: md5_of(path, start, part_bytes), starts)
        joined = b"".join(bytes.fromhex(part) for part in parts)
    return f"{hashlib.md5(joined, usedforsecurity=False).hexdigest()}-{len(starts)}"


def is_md5(etag: str) -> bool:
    """Tell whether an ETag looks like the MD5 of the content."""
    return bool(_MD5.fullmatch(etag))


def chunks(path: Path, start: int = 0, length: int | None = None) -> Iterator[bytes]:
    """Yield what is in a file, or *length* bytes from *start*, in pieces of bounded size."""
    left = length
    with path.open("rb") as file:
        file.seek(start)
        while chunk := file.read(_CHUNK_BYTES if left is None else min(left, _CHUNK_BYTES)):
            left = None if left is None else left - len(chunk)
            yield chunk
