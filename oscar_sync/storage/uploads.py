"""Files on their way to an object store: small ones in one request, big ones in parts."""

import hashlib
from collections.abc import Callable
from contextlib import nullcontext
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from oscar_sync.errors import StoreError
from oscar_sync.model.state import StoredObject
from oscar_sync.storage import checksums, keys
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.bulk import Bulk
from oscar_sync.storage.files import open_regular
from oscar_sync.storage.room import Room
from oscar_sync.storage.stored import OnBytes

CONTENTS_AT_ONCE: Final = 6
"""Contents of more than a MiB that are in memory at once, of all files under way."""


class Uploads:
    """The uploads to one store, from any number of threads."""

    def __init__(self, address: StoreAddress, client: Callable[[], Any], bulk: Bulk | None) -> None:
        """Send nothing yet. *client* returns MinIO's; *bulk* is None where it must not be used."""
        self._address = address
        self._client = client
        self._bulk = bulk
        self._room = Room(CONTENTS_AT_ONCE)

    def put(
        self, place: tuple[str, str], path: Path, size_bytes: int, sha256: str, on_bytes: OnBytes
    ) -> StoredObject:
        """Upload a file as one atomic object: ``ObjectStore.put_object`` says how."""
        fault = keys.fault(place[1])
        if fault:
            raise StoreError(self._address.shown, f"{path}: the key {place[1]!r} {fault}")
        if size_bytes <= checksums.OWN_PART_BYTES:
            etag = self._put_whole(place, path, size_bytes, sha256)
            on_bytes(size_bytes)
        else:
            etag = self._put_in_parts(place, path, size_bytes, sha256, on_bytes)
        return StoredObject(place[1], size_bytes, etag)

    def _put_whole(self, place: tuple[str, str], path: Path, size_bytes: int, sha256: str) -> str:
        with self._room.one() if size_bytes > checksums.MIB else nullcontext():
            with open_regular(path) as file:
                content = file.read(size_bytes + 1)
            found = hashlib.sha256(content).hexdigest()
            if len(content) != size_bytes or (sha256 and sha256 != found):
                raise self._changed(path)
            bucket, key = place
            if self._bulk and not key.endswith("/"):
                return self._bulk.put(bucket, key, content, found)
            return self._put_slowly(place, content, found)

    def _put_slowly(self, place: tuple[str, str], content: bytes, sha256: str) -> str:
        from oscar_sync.storage.client import told

        metadata = {"sha256": sha256}
        with told(self._address):
            result = self._client().put_object(
                *place, BytesIO(content), len(content), metadata=metadata
            )
        return (result.etag or "").strip('"')

    def _put_in_parts(
        self, place: tuple[str, str], path: Path, size_bytes: int, sha256: str, on_bytes: OnBytes
    ) -> str:
        from oscar_sync.storage.parts import BigFile, PartsUpload

        if path.is_symlink() or path.stat().st_size != size_bytes:
            raise self._changed(path)
        file = BigFile(path, size_bytes, sha256 or checksums.sha256_of(path))
        return PartsUpload(self._address, self._client(), place, self._room).put(file, on_bytes)

    def _changed(self, path: Path) -> StoreError:
        return StoreError(self._address.shown, f"{path} has changed meanwhile; run again")
