"""Downloads and uploads that are held to what was announced."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import BinaryIO, Final, cast

from oscar_sync.errors import StoreError
from oscar_sync.model.amounts import plural
from oscar_sync.storage.checksums import chunks, content_sha256
from oscar_sync.storage.stored import OnBytes, ignore

ALGORITHMS: Final = ("sha256", "sha1", "md5")
"""Those compared, the strongest first."""


class Copy:
    def __init__(self, file: BinaryIO, checksum: str = "", on_bytes: OnBytes = ignore) -> None:
        """Watch for *checksum*, ``NAME:HEX``, if it is one of a kind that is known."""
        self._on_bytes = on_bytes
        name, _, self._expected = checksum.partition(":")
        self._digest = hashlib.new(name, usedforsecurity=False) if name in ALGORITHMS else None
        self._file = file
        self.size_bytes = 0

    def write(self, chunk: bytes) -> None:
        self._file.write(chunk)
        self.size_bytes += len(chunk)
        self._on_bytes(len(chunk))
        if self._digest:
            self._digest.update(chunk)

    def check(self, endpoint: str, remote: str, size_bytes: int) -> None:
        """Raises StoreError: its size or checksum is not the one that was announced."""
        if self.size_bytes != size_bytes:
            words = f"{remote} came as {plural(self.size_bytes, 'byte')} instead of {size_bytes:,}"
            raise StoreError(endpoint, words)
        if self._digest and self._digest.hexdigest() != self._expected.lower():
            raise StoreError(endpoint, f"{remote} came with another checksum than announced")


class _CountedFile(FileIO):
    on_bytes: OnBytes = staticmethod(ignore)

    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(-1 if size is None else size)
        self.on_bytes(len(chunk))
        return chunk


@contextmanager
def counted_file(local: Path, on_bytes: OnBytes) -> Iterator[BinaryIO]:
    with _CountedFile(local, "rb") as file:
        file.on_bytes = on_bytes
        yield cast("BinaryIO", file)


def hold_to_plan(local: Path, sha256: str, endpoint: str) -> None:
    """Refuse a file whose ``content_sha256`` is not the planned one; a blank one is not held.

    Raises:
        StoreError: it has changed.
        OSError: it cannot be read.
    """
    if sha256 and content_sha256(local, local.stat().st_size) != sha256:
        raise StoreError(endpoint, f"{local} was changed in the meantime; run again")


def is_content(local: str | Path, checksum: str) -> bool:
    """Tell whether *checksum* is that of the file; one of an unknown kind contradicts nothing.

    Raises:
        OSError: the file cannot be read.
    """
    name, _, expected = checksum.partition(":")
    return name not in ALGORITHMS or checksum_of(local, name) == f"{name}:{expected.lower()}"


def checksum_of(local: str | Path, algorithm: str) -> str:
    """Return ``algorithm:HEX`` of a file, in bounded memory."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    for chunk in chunks(local):
        digest.update(chunk)
    return f"{algorithm}:{digest.hexdigest()}"
