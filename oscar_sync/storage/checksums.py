"""Whether a stored object is a file: by size and checksum, never by time (perf.md 4.3)."""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from oscar_sync.storage.files import read_regular

MIB: Final = 2**20
OWN_PART_BYTES: Final = 8 * MIB
PART_SIZES: Final = (
    OWN_PART_BYTES,
    *(size * MIB for size in (5, 10, 15, 16, 25, 32, 50, 64, 100, 128)),
)
"""Parts that clients cut uploads into: ours, then rclone, MinIO, boto, s5cmd and others."""

_MAX_PARTS: Final = 9_999
_CHUNK_BYTES: Final = MIB
_HASHED_BYTES: Final = MIB // 4
_TO_READ: Final = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_KINDS: Final = {"md5": hashlib.md5, "sha256": hashlib.sha256}
_MD5 = re.compile(r"[0-9a-f]{32}")
_OVER_PARTS = re.compile(r"sha256:[0-9a-f]{64}-\d+")
_MULTIPART = re.compile(r"[0-9a-f]{32}-(\d{1,5})")


def own_part_bytes(size_bytes: int) -> int:
    """Return how long the parts are that we cut a file into: a store takes 10,000 at most."""
    part_bytes = OWN_PART_BYTES
    while part_bytes * _MAX_PARTS < size_bytes:
        part_bytes *= 2
    return part_bytes


def matches(
    path: str | Path, size_bytes: int, etag: str, stored_bytes: int, md5: str = ""
) -> bool | None:
    """Tell whether the file of *size_bytes* is the object with *etag* and *stored_bytes*.

    *md5* is that of the file, where it was made before.

    None: a digest that its uploader left tells (``is_content``). The object went in parts, is
    another content, or is in an encrypted bucket, whose ETags are none of the content.

    Raises:
        OSError: the file cannot be read.
    """
    if size_bytes != stored_bytes:
        return False
    tag = etag.strip('"').lower()
    if md5 and md5 == tag:
        return True
    return True if _MD5.fullmatch(tag) and (md5 or md5_of(path)) == tag else None


def is_content(path: Path, etag: str, digest: str) -> bool:
    """Tell whether the file is an object of its size, by ETag and the digest of its metadata.

    A SHA-256 is asked first, since it takes half the time of the MD5s in an ETag of parts. One
    over parts is ours and decides; any other may be somebody's, in another notation.

    Raises:
        OSError: the file cannot be read.
    """
    if _OVER_PARTS.fullmatch(digest):
        return is_digest(path, digest)
    is_sha256 = digest.startswith("sha256:")
    if is_sha256 and is_digest(path, digest):
        return True
    return is_made_of_parts(path, etag) or (not is_sha256 and is_digest(path, digest))


def is_digest(path: Path, digest: str) -> bool:
    """Tell whether *digest* is that of the file; blank is of none.

    ``sha256:HEX`` and ``md5:HEX`` are of the whole content, ``sha256:HEX-N`` is ``content_sha256``.

    Raises:
        OSError: the file cannot be read.
    """
    name, _, expected = digest.partition(":")
    if name == "sha256" and "-" in expected:
        return expected == content_sha256(path, path.stat().st_size)
    of = {"sha256": sha256_of, "md5": md5_of}.get(name)
    return of is not None and expected == of(path)


def content_sha256(path: str | Path, size_bytes: int) -> str:
    """Return the SHA-256 by which a plan names a file of *size_bytes*; two threads make it.

    Of one that goes in parts it is ``HEX-N``, as ``composed`` makes it of them: each part is hashed
    for itself, and that hash serves for the signature as well.

    Raises:
        OSError: the file cannot be read.
    """
    if size_bytes <= OWN_PART_BYTES:
        return sha256_of(path)
    return composed(_of_parts(path, size_bytes, own_part_bytes(size_bytes), "sha256"))


def composed(parts: Sequence[bytes]) -> str:
    """Return ``HEX-N``: the SHA-256 over the SHA-256 of N parts, S3's checksum COMPOSITE in hex."""
    return f"{hashlib.sha256(b''.join(parts)).hexdigest()}-{len(parts)}"


def is_made_of_parts(path: Path, etag: str) -> bool:
    """Raises OSError: the file cannot be read."""
    tag = etag.strip('"').lower()
    multipart = _MULTIPART.fullmatch(tag)
    if not multipart:
        return False
    size_bytes, count = path.stat().st_size, int(multipart[1])
    sizes = dict.fromkeys((own_part_bytes(size_bytes), *PART_SIZES))
    fitting = [size for size in sizes if max(1, -(-size_bytes // size)) == count]
    # Any size that makes one part makes the same one.
    tried = fitting[:1] if count == 1 else fitting
    return any(multipart_etag(path, size_bytes, size) == tag for size in tried)


def md5_of(path: str | Path) -> str:
    return _digest_of(path, "md5").hex()


def md5_of_small(path: str | Path, size_bytes: int) -> str:
    """Return the MD5 of a file of *size_bytes*, which fit into memory.

    That of one that grew during this is of its first bytes, one more than *size_bytes*.

    Raises:
        OSError: it is a link, or cannot be read.
    """
    content = read_regular(path, size_bytes + 1)
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def sha256_of(path: str | Path) -> str:
    return _digest_of(path, "sha256").hex()


def _digest_of(path: str | Path, name: str) -> bytes:
    digest = _KINDS[name](usedforsecurity=False)
    # A file object would take as long as the hash of a small file.
    descriptor = os.open(path, _TO_READ)
    try:
        while chunk := os.read(descriptor, _HASHED_BYTES):
            digest.update(chunk)
    finally:
        os.close(descriptor)
    return digest.digest()


def _digest_of_part(path: str | Path, name: str, start: int, length: int) -> bytes:
    digest = _KINDS[name](usedforsecurity=False)
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a path may be text
        file.seek(start)
        while chunk := file.read(min(length, _HASHED_BYTES)):
            digest.update(chunk)
            length -= len(chunk)
    return digest.digest()


def multipart_etag(path: str | Path, size_bytes: int, part_bytes: int) -> str:
    """Return the ETag of a multipart upload in parts of *part_bytes*; two threads hash them."""
    parts = _of_parts(path, size_bytes, part_bytes, "md5")
    return f"{hashlib.md5(b''.join(parts), usedforsecurity=False).hexdigest()}-{len(parts)}"


def _of_parts(path: str | Path, size_bytes: int, part_bytes: int, name: str) -> list[bytes]:
    from concurrent.futures import ThreadPoolExecutor

    starts = range(0, max(size_bytes, 1), part_bytes)
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda start: _digest_of_part(path, name, start, part_bytes), starts))


def is_md5(etag: str) -> bool:
    return bool(_MD5.fullmatch(etag))


def chunks(path: str | Path) -> Iterator[bytes]:
    with open(path, "rb") as file:  # noqa: PTH123 - a path may be text
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk
