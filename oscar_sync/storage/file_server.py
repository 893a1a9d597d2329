"""What servers of files have in common: real folders, whole files, one request for each."""

import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from oscar_sync.errors import StoreError
from oscar_sync.storage import keys
from oscar_sync.storage.folders import Folders
from oscar_sync.storage.server import Server
from oscar_sync.storage.stored import UPLOADS_AT_ONCE, OnBytes, Provider, StoredFile, ignore
from oscar_sync.storage.transfers import ALGORITHMS, Copy, hold_to_plan, is_content
from oscar_sync.storage.whole import whole


class FileServer(Provider, ABC):
    resumes = False
    uploads_at_once = UPLOADS_AT_ONCE

    def __init__(self, server: Server, closing: Callable[[], None]) -> None:
        self.server = server
        self._folders = Folders(self._is_folder, self._make_folder)
        self._closing = weakref.finalize(self, closing)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.shown})"

    @property
    def shown(self) -> str:
        return self.server.shown

    def hash_ahead(self, local: str, size_bytes: int) -> None:
        """Do nothing: which checksum the server keeps is not known before it has listed."""

    def matches(self, stored: StoredFile, local: str | Path, size_bytes: int) -> bool | None:
        if stored.size_bytes != size_bytes:
            return False
        is_known = stored.checksum.partition(":")[0] in ALGORITHMS
        return is_content(local, stored.checksum) if is_known else None

    def is_same(self, stored: StoredFile, local: Path) -> bool:
        import filecmp  # a plan without such seeds does without both
        from tempfile import TemporaryDirectory

        with TemporaryDirectory(prefix="oscar-sync-") as folder:
            copy = Path(folder) / "copy"
            self.download(stored.path, copy)
            return filecmp.cmp(copy, local, shallow=False)

    def upload(
        self, local: Path, remote: str, sha256: str = "", on_bytes: OnBytes = ignore
    ) -> StoredFile:
        keys.hold_to_files(remote, self.shown)
        hold_to_plan(local, sha256, self.shown)
        self._folders.ensure(remote.rpartition("/")[0])
        size = local.stat().st_size
        self._send(local, remote, size, on_bytes)
        stored = self._stat(remote)
        if not stored or stored.size_bytes != size or not is_content(local, stored.checksum):
            raise StoreError(self.shown, f"{remote} is not there as it was sent; upload it again")
        return stored

    def download(self, remote: str, local: Path, on_bytes: OnBytes = ignore) -> None:
        stored = self._stat(remote)
        if stored is None:
            raise StoreError(self.shown, f"{remote} does not exist")
        local.parent.mkdir(parents=True, exist_ok=True)
        with self._received(remote) as chunks, whole(local) as file:
            copy = Copy(file, stored.checksum, on_bytes)
            for chunk in chunks:
                copy.write(chunk)
            copy.check(self.shown, remote, stored.size_bytes)

    def delete(self, remote: str) -> None:
        # A folder is refused by `_stat`: WebDAV would delete all that is in it.
        keys.hold_to_files(remote, self.shown)
        if self._stat(remote) is not None:
            self._remove(remote)

    def close(self) -> None:
        self._closing()

    @abstractmethod
    def _stat(self, remote: str) -> StoredFile | None:
        """Raises StoreError: a folder is there."""

    @abstractmethod
    def _is_folder(self, path: str) -> bool: ...

    @abstractmethod
    def _make_folder(self, path: str) -> None: ...

    @abstractmethod
    def _send(self, local: Path, remote: str, size_bytes: int, on_bytes: OnBytes) -> None: ...

    @abstractmethod
    def _received(self, remote: str) -> AbstractContextManager[Iterator[bytes]]: ...

    @abstractmethod
    def _remove(self, remote: str) -> None:
        """Remove a file; one that somebody else removed counts as removed."""
