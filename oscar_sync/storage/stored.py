"""What a provider tells about a file it holds, and what every provider can do. Pure."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from msgspec import Struct

OnBytes = Callable[[int], None]
UPLOADS_AT_ONCE: Final = 8
"""To a server of files, which makes folders and has workers for a few requests."""
SMALL_AT_ONCE: Final = 32
"""Small files wait for a store more than they take: it writes what comes together at once."""


def ignore(count: int) -> None:
    del count


class StoredFile(Struct, frozen=True, eq=False):
    """A file at ``path``: what ``download`` takes, without a slash in front.

    ``checksum`` is ``md5:HEX``, ``sha1:HEX`` or ``sha256:HEX``, ``etag:TEXT`` for an object whose
    ETag is none of these, and blank where the server has none. ``last_write`` is None where it
    does not tell.
    """

    path: str
    size_bytes: int
    checksum: str = ""
    last_write: datetime | None = None

    def __eq__(self, other: object) -> bool:
        """Tell whether *other* is the same file; when it was written does not matter."""
        return isinstance(other, StoredFile) and self._compared() == other._compared()

    def __hash__(self) -> int:
        return hash(self._compared())

    def _compared(self) -> tuple[str, int, str]:
        return self.path, self.size_bytes, self.checksum


class Provider(Protocol):
    """Files on somebody's store, from any number of threads.

    A path has no slash at its ends: ``bucket/key`` for minio and s3, a path below the address for
    webdav, a path within the space for onedata. Every method raises StoreError where the store
    refuses, and StoreUnreachableError where it does not answer.
    """

    @property
    def shown(self) -> str:
        """Return the store's address for sentences, without any log-in."""
        ...

    @property
    def resumes(self) -> bool:
        """Tell whether a big upload that is cut off goes on where it was the next time."""
        ...

    @property
    def uploads_at_once(self) -> int:
        """Return how many uploads the store is asked to take side by side."""
        ...

    def list_files(self, path: str) -> Iterator[StoredFile]:
        """Yield the file at *path*, or all files below that folder at any depth.

        A path that ends with a slash is a folder: a file in its place need not be asked for.
        Nothing is yielded where nothing is; folders themselves are not files.
        """
        ...

    def hash_ahead(self, local: str, size_bytes: int) -> None:
        """Make what ``matches`` will ask of a small file, while a listing is waited for.

        Raises:
            OSError: the file cannot be read.
        """
        ...

    def matches(self, stored: StoredFile, local: str | Path, size_bytes: int) -> bool | None:
        """Tell whether *stored* is the file *local* of *size_bytes*, by content, never by time.

        None: what was listed does not tell, ``is_same`` does.

        Raises:
            OSError: the file cannot be read.
        """
        ...

    def is_same(self, stored: StoredFile, local: Path) -> bool:
        """Tell it of two that are equally long, by a request.

        Where the server keeps no checksum, the content is fetched.

        Raises:
            OSError: the file cannot be read.
        """
        ...

    def upload(
        self, local: Path, remote: str, sha256: str = "", on_bytes: OnBytes = ignore
    ) -> StoredFile:
        """Store the file *local* as *remote*, folders made on the way, and return what is there.

        *sha256* is that of the content as it was planned: another is refused. *on_bytes* gets
        the length of each piece, in some thread; what it raises ends the upload, which only a
        store that ``resumes`` survives unharmed.

        Raises:
            OSError: the file cannot be read.
        """
        ...

    def download(self, remote: str, local: Path, on_bytes: OnBytes = ignore) -> None:
        """Fetch *remote* into the file *local*, which is whole or as it was; make its folder.

        *on_bytes* gets the length of each chunk.

        Raises:
            OSError: the file cannot be written.
        """
        ...

    def delete(self, remote: str) -> None:
        """Delete the file *remote*, never a folder; one that is not there is deleted."""
        ...

    def close(self) -> None:
        """Close the kept connections; garbage collection does, too."""
        ...
