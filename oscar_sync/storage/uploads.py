"""Files on their way to an object store: small ones in one request, big ones in parts.

None is sent twice: where no good answer comes, a look tells whether it is there already. Each
upload below an input starts a job.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from oscar_sync.errors import StoreError, StoreFailedError, StoreUnreachableError
from oscar_sync.model.state import StoredObject
from oscar_sync.storage import checksums, digests, keys
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.buffers import BufferPool
from oscar_sync.storage.bulk import Bulk
from oscar_sync.storage.files import read_regular
from oscar_sync.storage.stored import OnBytes

CONTENTS_AT_ONCE: Final = 6
"""Contents that are not small that are in memory at once, of all files under way."""
SMALL_BYTES: Final = checksums.MIB // 4
BIG_AT_ONCE: Final = 8
"""Files that go in parts: a run that is killed leaves no more than these unfinished."""

_PAUSES_S: Final = (0.2, 1.0)
"""How long is waited before an upload that did not land is sent again."""


class Uploads:
    def __init__(
        self,
        address: StoreAddress,
        environ: Mapping[str, str],
        stat: Callable[[str, str], Any],
        bulk: Bulk | None,
    ) -> None:
        """Send nothing yet; *environ* names proxies. *bulk* is None where it must not be used.

        *stat* looks at an object, by bucket and key, and returns None where there is none.
        """
        self._address = address
        self._environ = environ
        self._stat = stat
        self._bulk = bulk
        self._buffers = BufferPool(CONTENTS_AT_ONCE)
        self._big = threading.BoundedSemaphore(BIG_AT_ONCE)

    def put(
        self, place: tuple[str, str], path: Path, size_bytes: int, sha256: str, on_bytes: OnBytes
    ) -> StoredObject:
        fault = keys.fault(place[1])
        if fault:
            raise StoreError(self._address.shown, f"{path}: the key {place[1]!r} {fault}")
        if size_bytes <= checksums.OWN_PART_BYTES:
            etag = self._put_whole(place, path, size_bytes, sha256)
            on_bytes(size_bytes)
        else:
            with self._big:
                etag = self._put_in_parts(place, path, size_bytes, sha256, on_bytes)
        return StoredObject(place[1], size_bytes, etag)

    def _put_whole(self, place: tuple[str, str], path: Path, size_bytes: int, sha256: str) -> str:
        # The content lies elsewhere: a buffer stands for it, so that few are in memory at once.
        with self._buffers.lent(0) if size_bytes > SMALL_BYTES else nullcontext():
            content = read_regular(path, size_bytes + 1)
            digest = hashlib.sha256(content).hexdigest()
            if len(content) != size_bytes or (sha256 and sha256 != digest):
                raise self._changed(path)
            bucket, key = place
            bulk = None if key.endswith("/") else self._bulk

            def send() -> str:
                if bulk:
                    return bulk.put(bucket, key, content, digest)
                return self._put_slowly(place, content, {digests.OURS: digest})

            return self._etag_of_upload(place, size_bytes, digest, send)

    def put_marker(self, bucket: str, key: str) -> None:
        self._etag_of_upload(
            (bucket, key), 0, "", lambda: self._put_slowly((bucket, key), b"", None)
        )

    def _etag_of_upload(
        self, place: tuple[str, str], size_bytes: int, sha256: str, send: Callable[[], str]
    ) -> str:
        """Return the ETag of an object that *send* uploads, or has uploaded without an answer."""
        for pause_s in _PAUSES_S:
            try:
                return send()
            except (StoreUnreachableError, StoreFailedError) as error:
                if isinstance(error, StoreUnreachableError) and not error.was_sent:
                    raise
                etag = self._etag_if_stored(place, size_bytes, sha256)
                if etag:
                    return etag
                time.sleep(pause_s)
        return send()

    def _etag_if_stored(self, place: tuple[str, str], size_bytes: int, sha256: str) -> str:
        stat = self._stat(*place)
        if stat is None or stat.size != size_bytes:
            return ""
        known = digests.in_metadata(stat.metadata or {})
        is_it = not size_bytes or known == f"sha256:{sha256}"
        return (stat.etag or "").strip('"') if is_it else ""

    def _put_slowly(
        self, place: tuple[str, str], content: bytes, metadata: dict[str, str] | None
    ) -> str:
        from oscar_sync.storage.client import translate_errors

        with translate_errors(self._address):
            result = self._once.put_object(
                *place, BytesIO(content), len(content), metadata=metadata
            )
        return (result.etag or "").strip('"')

    @cached_property
    def _once(self) -> Any:
        from oscar_sync.storage.client import minio_client

        return minio_client(self._address, self._environ, is_repeating=False)

    @cached_property
    def _multipart(self) -> Any:
        from oscar_sync.storage.multipart import Multipart

        return Multipart(self._address, self._environ)

    def _put_in_parts(
        self, place: tuple[str, str], path: Path, size_bytes: int, sha256: str, on_bytes: OnBytes
    ) -> str:
        from oscar_sync.storage.parts import BigFile, PartsUpload

        if path.is_symlink() or path.stat().st_size != size_bytes:
            raise self._changed(path)
        file = BigFile(path, size_bytes, sha256 or checksums.content_sha256(path, size_bytes))
        upload = PartsUpload(self._multipart, place, self._buffers)
        try:
            return upload.put(file, on_bytes)
        except (StoreUnreachableError, StoreFailedError):
            # Parts fire nothing and may be sent again; the last request puts them together.
            etag = self._etag_if_stored(place, size_bytes, file.sha256)
            if not etag:
                raise
            return etag

    def _changed(self, path: Path) -> StoreError:
        return StoreError(self._address.shown, f"{path} was changed in the meantime; run again")
