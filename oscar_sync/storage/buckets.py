"""MinIO and S3 as a provider of files: a path is ``bucket/key``."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from oscar_sync.errors import StoreError
from oscar_sync.model.state import StoredObject
from oscar_sync.storage import checksums
from oscar_sync.storage.store import ObjectStore
from oscar_sync.storage.stored import SMALL_AT_ONCE, OnBytes, StoredFile, ignore
from oscar_sync.storage.whole import whole


class BucketProvider:
    def __init__(self, store: ObjectStore) -> None:
        self.store = store
        self._md5s: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"BucketProvider({self.shown})"

    @property
    def shown(self) -> str:
        return self.store.address.shown

    @property
    def resumes(self) -> bool:
        """Say that parts stay at the store until they are put together."""
        return True

    @property
    def uploads_at_once(self) -> int:
        return SMALL_AT_ONCE

    def list_files(self, path: str) -> Iterator[StoredFile]:
        """Yield the object at *path* and all below that folder, never those of ``folder2``."""
        bucket, _, key = path.strip("/").partition("/")
        is_folder = path.endswith("/") or not key
        objects = self.store.list_folder(bucket, key) if is_folder else self.objects(bucket, key)
        return (_file(bucket, one) for one in objects)

    def list_exactly(self, path: str) -> Iterator[StoredFile]:
        """Yield what is below the folder *path* by its exact key, for whoever deletes."""
        # The fast listing takes the slash off a key that ends with one, content or not.
        bucket, _, key = path.strip("/").partition("/")
        prefix = f"{key}/" if key else ""
        return (_file(bucket, one) for one in self.store.list_objects(bucket, prefix))

    def objects(
        self, bucket: str, key: str = "", *, has_markers: bool = False
    ) -> Iterator[StoredObject]:
        if key:
            # The first key of that beginning is the object itself, if there is one.
            first = next(self.store.list_objects(bucket, key, has_markers=has_markers), None)
            if first is None:
                return
            if first.key == key:
                yield first
        prefix = f"{key}/" if key else ""
        yield from self.store.list_objects(bucket, prefix, has_markers=has_markers)

    def hash_ahead(self, local: str, size_bytes: int) -> None:
        """Make the MD5 of a file: the ETag of what was uploaded in one request."""
        self._md5s[local] = checksums.md5_of_small(local, size_bytes)

    def matches(self, stored: StoredFile, local: str | Path, size_bytes: int) -> bool | None:
        etag = stored.checksum.partition(":")[2]
        md5 = self._md5s.pop(str(local), "")
        return checksums.matches(local, size_bytes, etag, stored.size_bytes, md5)

    def is_same(self, stored: StoredFile, local: Path) -> bool:
        """Tell it by the digest that the uploader left in the object's metadata, and the ETag."""
        etag = stored.checksum.partition(":")[2]
        return self.store.is_content(*self._place(stored.path), etag, local)

    def upload(
        self, local: Path, remote: str, sha256: str = "", on_bytes: OnBytes = ignore
    ) -> StoredFile:
        """Store *local* as the object *remote*: whole or not at all."""
        bucket, key = self._place(remote)
        size = local.stat().st_size
        stored = self.store.put_object(bucket, key, local, size, sha256, on_bytes)
        return _file(bucket, stored)

    def download(self, remote: str, local: Path, on_bytes: OnBytes = ignore) -> None:
        """Fetch the object *remote* into *local*: whole or not at all."""
        bucket, key = self._place(remote)
        local.parent.mkdir(parents=True, exist_ok=True)
        with whole(local) as file:
            for chunk in self.store.read_object(bucket, key):
                file.write(chunk)
                on_bytes(len(chunk))

    def delete(self, remote: str) -> None:
        """Delete the object *remote*; one that is not there is deleted."""
        # Its key may end with a slash: other tools write content to such keys.
        self.store.delete_object(*_split(remote))

    def delete_many(self, remotes: Iterable[str]) -> Mapping[str, str]:
        by_bucket: dict[str, list[str]] = {}
        for remote in remotes:
            bucket, key = _split(remote)
            by_bucket.setdefault(bucket, []).append(key)
        return {
            f"{bucket}/{key}": words
            for bucket, keys in by_bucket.items()
            for key, words in self.store.delete_objects(bucket, keys).items()
        }

    def close(self) -> None:
        """Close nothing: the libraries close their connections by themselves."""

    def _place(self, remote: str) -> tuple[str, str]:
        bucket, key = _split(remote)
        if not bucket or not key or key.endswith("/"):
            raise StoreError(self.shown, f"{remote!r} does not name a file: write bucket/key")
        return bucket, key


def _split(remote: str) -> tuple[str, str]:
    bucket, _, key = remote.removeprefix("/").partition("/")
    return bucket, key


def _file(bucket: str, stored: StoredObject) -> StoredFile:
    kind = "md5" if checksums.is_md5(stored.etag.lower()) else "etag"
    return StoredFile(
        f"{bucket}/{stored.key}", stored.size_bytes, f"{kind}:{stored.etag}", stored.last_write
    )
