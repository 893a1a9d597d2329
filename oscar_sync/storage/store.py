"""One object store: what the rest of the program does there."""

import os
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from oscar_sync.errors import StoreDeniedError, StoreError
from oscar_sync.model.state import BucketCount, HookRule, StoredObject
from oscar_sync.storage import bulk, checksums, digests, keys
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.failures import translate_errors
from oscar_sync.storage.stored import OnBytes, ignore
from oscar_sync.storage.uploads import Uploads
from oscar_sync.storage.words import words_of

COUNT_LIMIT: Final = 100_000
_NOT_IN_XML: Final = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")


class ObjectStore:
    """A store, from any number of threads. ``minio`` and ``obstore`` are loaded at first use."""

    def __init__(self, address: StoreAddress, environ: Mapping[str, str] = os.environ) -> None:
        """Open nothing yet. ``hindrance`` says why the fast uploader is not used, if it is not."""
        self.address = address
        self.hindrance = bulk.hindrance(address, environ)
        self._bulk = None if self.hindrance else bulk.Bulk(address, environ)
        self._environ = environ
        self._uploads = Uploads(address, environ, self._stat, self._bulk)
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._guard = threading.Lock()

    def __repr__(self) -> str:
        return f"ObjectStore({self.address.shown})"

    @cached_property
    def _client(self) -> Any:
        from oscar_sync.storage.client import minio_client  # minio: 206 ms

        return minio_client(self.address, self._environ)

    def _translated_errors(self) -> AbstractContextManager[None]:
        from oscar_sync.storage.client import translate_errors

        return translate_errors(self.address)

    def reach(self) -> None:
        """Return if something takes connections at the address.

        Behind a proxy of the environment only the first request tells: nothing is tried before.

        Raises:
            StoreUnreachableError: nothing does; known in the time of one connection.
        """
        from oscar_sync.net.reaching import reach

        with translate_errors(self.address.shown):
            reach(self.address.endpoint, self._environ)

    # -- hooks

    def hooks(self, bucket: str) -> tuple[HookRule, ...]:
        """Return every notification rule of a bucket, foreign ones with a blank service.

        Raises:
            StoreError: there is no such bucket, or the keys do not allow it.
            StoreUnreachableError: the store does not answer.
        """
        from oscar_sync.storage.hooks import rules_of

        with self._translated_errors():
            return rules_of(self._client.get_bucket_notification(bucket))

    def set_hook(self, bucket: str, service: str, prefix: str) -> bool:
        """Let uploads below *prefix* start *service*; tell whether anything was written.

        Raises:
            StoreError: no webhook is registered for the service, or the keys do not allow it.
            StoreUnreachableError: the store does not answer.
        """
        from oscar_sync.storage.hooks import with_hook

        with _unregistered_in_words(service, f"{bucket}/{prefix}"):
            return self._rewrite(bucket, lambda config: with_hook(config, service, prefix))

    def replace_hooks(self, bucket: str, old: str, new: str, prefixes: Collection[str]) -> bool:
        """Let uploads below *prefixes* start *new*, and none start *old*, by one write.

        Raises:
            StoreError: no webhook is registered for *new*, or the keys do not allow it.
            StoreUnreachableError: the store does not answer.
        """
        from oscar_sync.storage.hooks import with_hooks_of_another

        with _unregistered_in_words(new, bucket):
            return self._rewrite(
                bucket, lambda config: with_hooks_of_another(config, old, new, prefixes)
            )

    def remove_hooks(
        self, bucket: str, service: str, prefixes: Collection[str] | None = None
    ) -> bool:
        """Take the rules of *service* off a bucket (for *prefixes*); tell whether there were any.

        Raises:
            StoreError: there is no such bucket, or the keys do not allow it.
            StoreUnreachableError: the store does not answer.
        """
        from oscar_sync.storage.hooks import without_hooks

        return self._rewrite(bucket, lambda config: without_hooks(config, service, prefixes))

    def _rewrite(self, bucket: str, change: Callable[[Any], Any]) -> bool:
        """Read a bucket's rules again, change them, write them back: one at a time a bucket."""
        with self._lock_of(bucket), self._translated_errors():
            changed = change(self._client.get_bucket_notification(bucket))
            if changed is None:
                return False
            self._client.set_bucket_notification(bucket, changed)
            return True

    def _lock_of(self, bucket: str) -> threading.Lock:
        with self._guard:
            return self._locks[bucket]

    # -- buckets

    def bucket_names(self) -> tuple[str, ...]:
        with self._translated_errors():
            return tuple(sorted(str(bucket.name) for bucket in self._client.list_buckets()))

    def bucket_exists(self, bucket: str) -> bool:
        with self._translated_errors():
            return bool(self._client.bucket_exists(bucket))

    def tags(self, bucket: str) -> Mapping[str, str]:
        """Return a bucket's tags; OSCAR keeps ``owner`` and ``from_service`` there."""
        with self._translated_errors():
            return dict(self._client.get_bucket_tags(bucket) or {})

    def add_tags(self, bucket: str, tags: Mapping[str, str]) -> None:
        """Add *tags* to a bucket, every other one kept."""
        from minio.commonconfig import Tags

        with self._lock_of(bucket), self._translated_errors():
            every = Tags.new_bucket_tags()
            every.update({**(self._client.get_bucket_tags(bucket) or {}), **tags})
            self._client.set_bucket_tags(bucket, every)

    def count(self, bucket: str, limit: int = COUNT_LIMIT) -> BucketCount:
        """Return how many objects and bytes a bucket holds, folder markers left out."""
        # Listing stops after *limit* objects: then the figures are lower bounds.
        objects, size_bytes, last_write = 0, 0, None
        with self._translated_errors():
            for entry in _listed(self._client, bucket):
                if keys.is_marker(entry.object_name or "", entry.size or 0):
                    continue
                if objects == limit:
                    return BucketCount(objects, size_bytes, last_write, is_at_least=True)
                objects += 1
                size_bytes += entry.size or 0
                moment = entry.last_modified
                last_write = max(filter(None, (last_write, moment)), default=None)
        return BucketCount(objects, size_bytes, last_write)

    # -- objects

    def list_objects(
        self, bucket: str, prefix: str = "", *, has_markers: bool = False
    ) -> Iterator[StoredObject]:
        """Yield the objects whose key begins with *prefix*, in the order of their keys."""
        with self._translated_errors():
            for entry in _listed(self._client, bucket, prefix):
                key, size = entry.object_name or "", entry.size or 0
                if has_markers or not keys.is_marker(key, size):
                    etag = (entry.etag or "").strip('"')
                    yield StoredObject(key, size, etag, entry.last_modified)

    def list_folder(self, bucket: str, folder: str) -> Iterator[StoredObject]:
        """Yield the objects below *folder* (blank: all), fast where obstore can name them all."""
        listed = self._bulk.below(bucket, folder) if self._bulk else None
        prefix = f"{folder}/" if folder else ""
        yield from self.list_objects(bucket, prefix) if listed is None else listed

    def has_marker(self, bucket: str, folder: str) -> bool:
        return self._stat(bucket, keys.marker(folder)) is not None

    def put_marker(self, bucket: str, folder: str) -> None:
        """Write the folder's marker. It fires hooks on that folder like any object."""
        self._uploads.put_marker(bucket, keys.marker(folder))

    def put_object(  # noqa: PLR0917 - what goes where, then how it was planned
        self,
        bucket: str,
        key: str,
        path: Path,
        size_bytes: int,
        sha256: str = "",
        on_bytes: OnBytes = ignore,
    ) -> StoredObject:
        """Upload a file of *size_bytes* as one atomic object, in bounded memory.

        *sha256* is that of the content as it was planned. *on_bytes* gets the
        length of each piece, in some thread. A big upload that is cut off goes on where it was the
        next time.

        Raises:
            StoreError: the key cannot be sent, the file is not as it was, or the store refuses it.
            StoreUnreachableError: the store does not answer.
            OSError: the file cannot be read.
        """
        return self._uploads.put((bucket, key), path, size_bytes, sha256, on_bytes)

    def stored_digest(self, bucket: str, key: str) -> str:
        """Return the digest of the whole content that an uploader left in the metadata.

        ``sha256:HEX`` is ours, ``md5:HEX`` rclone's, blank is none.
        """
        metadata = self._bulk.metadata(bucket, key) if self._bulk else None
        if metadata is None:
            stat = self._stat(bucket, key)
            metadata = (stat.metadata or {}) if stat else {}
        return digests.in_metadata(metadata)

    def is_same(self, bucket: str, stored: StoredObject, path: Path, size_bytes: int) -> bool:
        """Tell whether an object is the file, by size and checksum, never by time.

        Raises:
            OSError: the file cannot be read.
        """
        told = checksums.matches(path, size_bytes, stored.etag, stored.size_bytes)
        if told is not None:
            return told
        return self.is_content(bucket, stored.key, stored.etag, path)

    def is_content(self, bucket: str, key: str, etag: str, path: Path) -> bool:
        """Tell whether an object is the file, which has its size, by a request for its metadata.

        Raises:
            OSError: the file cannot be read.
        """
        try:
            digest = self.stored_digest(bucket, key)
        except StoreDeniedError:
            if not checksums.is_made_of_parts(path, etag):
                raise
            return True
        return checksums.is_content(path, etag, digest)

    def get_object(self, bucket: str, key: str) -> bytes:
        return b"".join(self.read_object(bucket, key))

    def read_object(self, bucket: str, key: str) -> Iterator[bytes]:
        """Yield an object's bytes, in chunks; one that is cut off is an error."""
        from oscar_sync.net.pool import pieces

        with self._translated_errors(), closing(self._client.get_object(bucket, key)) as response:
            yield from pieces(response)

    def delete_object(self, bucket: str, key: str) -> None:
        """Delete an object; one that is not there is deleted."""
        with self._translated_errors():
            self._client.remove_object(bucket, key)

    def delete_objects(self, bucket: str, names: Sequence[str]) -> Mapping[str, str]:
        """Delete objects, at most a thousand a request; return those that stay, with the reason."""
        from minio.deleteobjects import DeleteObject

        # XML holds few control characters, and reads a return as a new line: as another key.
        apart = [name for name in names if _NOT_IN_XML.search(name)]
        listed = [DeleteObject(name) for name in names if not _NOT_IN_XML.search(name)]
        with self._translated_errors():
            errors = self._client.remove_objects(bucket, listed) if listed else ()
            kept = {error.name or "": words_of(error.code, error.message or "") for error in errors}
        for name in apart:
            try:
                self.delete_object(bucket, name)
            except StoreError as error:
                kept[name] = error.message
        return kept

    def _stat(self, bucket: str, key: str) -> Any:
        from minio.error import S3Error

        with self._translated_errors():
            try:
                return self._client.stat_object(bucket, key)
            except S3Error as error:
                # A HEAD has no body, so that a missing bucket reads as a missing key.
                if error.code in {"NoSuchKey", "NoSuchObject"}:
                    return None
                raise


@contextmanager
def _unregistered_in_words(service: str, place: str) -> Iterator[None]:
    try:
        yield
    except StoreError as error:
        if not error.message.startswith("InvalidArgument") or "ARN" not in error.message:
            raise
        words = (
            f"it refuses the hook of {service} on {place}: "
            "OSCAR has registered no webhook of that service"
        )
        raise StoreError(error.endpoint, words) from error


def _listed(client: Any, bucket: str, prefix: str = "") -> Iterator[Any]:
    from oscar_sync.storage.watched import ending

    return ending(client.list_objects(bucket, prefix or None, recursive=True))
