"""One big file sent in parts, so that a later run goes on where one that was killed has been.

The first part of an upload is a note: the digest of the whole file, under a number beyond all other
parts, and left out when the parts are put together. It tells our unfinished uploads from those of
others, which stay as they are, and for which content they were begun. It works with the calls
that every store has, and nothing is kept on this machine.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from msgspec import Struct

from oscar_sync.errors import StoreError, StoreUnreachableError
from oscar_sync.storage.buffers import BufferPool
from oscar_sync.storage.checksums import composed, own_part_bytes
from oscar_sync.storage.files import open_regular, read_at
from oscar_sync.storage.multipart import Multipart, Place
from oscar_sync.storage.stored import OnBytes

PARTS_AT_ONCE: Final = 4
"""Of one file: more of them only wait for each other at a store near by."""
NOTE_NUMBER: Final = 10_000
"""The last number that stores take."""
_NOTE: Final = "oscar-sync sha256:"
_NOTE_BYTES: Final = len(_NOTE) + 64


class BigFile(Struct, frozen=True):
    """A file that is too big for one request; ``sha256`` is its ``content_sha256``."""

    path: Path
    size_bytes: int
    sha256: str

    def parts(self) -> Iterator[tuple[int, int, int]]:
        each = own_part_bytes(self.size_bytes)
        for number, start in enumerate(range(0, self.size_bytes, each), 1):
            yield number, start, min(each, self.size_bytes - start)


class Begun(Struct, frozen=True):
    """An upload that is not finished, with the ETags of the parts that the store has."""

    id: str
    etags: dict[int, str]


def _note(sha256: str) -> bytes:
    return f"{_NOTE}{sha256.partition('-')[0]}".encode()


class PartsUpload:
    """Brings one file to ``bucket/key``; *buffers* bound the parts in memory, of all files."""

    def __init__(self, store: Multipart, place: Place, buffers: BufferPool) -> None:
        self._store = store
        self._place = place
        self._buffers = buffers

    def put(self, file: BigFile, on_bytes: OnBytes) -> str:
        """Send what the store lacks of *file*, and return the ETag of the object.

        *on_bytes* gets the length of each part, in some thread; what it raises ends the
        upload, which can be taken up again, as after every other failure.

        Raises:
            StoreError: the store refuses it, or the file is not what its digest says.
            StoreUnreachableError: the store does not answer.
            OSError: the file cannot be read.
        """
        sha256 = file.sha256
        etag = self._carried(
            file, lambda: self._unfinished(sha256) or self._begin(sha256), on_bytes
        )
        if not etag:
            # rclone's server, for one, takes no part that is left out in the end, such as a note.
            etag = self._carried(file, lambda: self._without_note(sha256), on_bytes)
        if not etag:
            raise StoreError(self._store.shown, f"it refuses the parts of {file.path}")
        return etag

    def _carried(self, file: BigFile, begin: Callable[[], Begun], on_bytes: OnBytes) -> str:
        """Return the ETag of the object, blank where the store does not take these parts."""
        begun, sha256, etags = self._send(file, begin, on_bytes)
        if sha256 != file.sha256:
            self._abort(begun.id)
            raise StoreError(
                self._store.shown, f"{file.path} was changed in the meantime; run again"
            )
        try:
            return self._store.join(self._place, begun.id, etags)
        except StoreError as error:
            if "InvalidPart" not in error.message:
                raise
            self._abort(begun.id)
            return ""

    def _unfinished(self, sha256: str) -> Begun | None:
        """Return what can be taken up; nothing where the store or the log-in lists no uploads."""
        try:
            return self._take_up(sha256)
        except StoreUnreachableError:
            raise
        except StoreError:
            return None

    def _take_up(self, sha256: str) -> Begun | None:
        """Return our unfinished upload of this content; those of other content are given up."""
        begun = None
        note = hashlib.md5(_note(sha256), usedforsecurity=False).hexdigest()
        for upload_id in list(self._store.unfinished(self._place)):
            parts = {part.number: part for part in self._store.parts(self._place, upload_id)}
            mark = parts.pop(NOTE_NUMBER, None)
            if mark is None or mark.size_bytes != _NOTE_BYTES:
                continue
            if begun is None and mark.etag == note:
                begun = Begun(upload_id, {number: part.etag for number, part in parts.items()})
            else:
                self._abort(upload_id)
        return begun

    def _begin(self, sha256: str) -> Begun:
        begun = self._without_note(sha256)
        note = _note(sha256)
        digest = hashlib.sha256(note).digest()
        self._store.put(self._place, begun.id, NOTE_NUMBER, memoryview(note), digest)
        return begun

    def _without_note(self, sha256: str) -> Begun:
        return Begun(self._store.create(self._place, sha256), {})

    def _send(
        self, file: BigFile, begin: Callable[[], Begun], on_bytes: OnBytes
    ) -> tuple[Begun, str, dict[int, str]]:
        has_failed = threading.Event()

        def send(number: int, place: int, length: int) -> tuple[bytes, str]:
            if has_failed.is_set():
                return b"", ""
            try:
                with self._buffers.lent(length) as buffer:
                    content = buffer[: read_at(stream.fileno(), buffer, place)]
                    digest = hashlib.sha256(content).digest()
                    etag = self._part(begun.result(), number, content, digest)
                on_bytes(length)
            except BaseException:
                has_failed.set()
                raise
            return digest, etag

        with open_regular(file.path) as stream, ThreadPoolExecutor(PARTS_AT_ONCE) as pool:
            begun = pool.submit(begin)  # while the first parts are read
            sent = {part[0]: pool.submit(send, *part) for part in file.parts()}
            try:
                parts = {number: part.result() for number, part in sent.items()}
            except BaseException:  # Ctrl-C too: what still waits is not sent
                has_failed.set()
                raise
        digests = [digest for digest, _ in parts.values()]
        etags = {number: etag for number, (_, etag) in parts.items()}
        return begun.result(), composed(digests), etags

    def _part(self, begun: Begun, number: int, content: memoryview, sha256: bytes) -> str:
        etag = begun.etags.get(number)
        if etag and etag == hashlib.md5(content, usedforsecurity=False).hexdigest():
            return etag
        return self._store.put(self._place, begun.id, number, content, sha256)

    def _abort(self, upload_id: str) -> None:
        """Give an upload up; one that is gone already, or must stay, keeps nobody from going on."""
        try:
            self._store.abort(self._place, upload_id)
        except StoreUnreachableError:
            raise
        except StoreError:
            pass
