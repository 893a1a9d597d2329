"""Onedata over CDMI 1.1.1: files are sent and fetched as they are, folders and sizes as JSON.

Source: SNIA's CDMI 1.1.1, clauses 6, 8 and 9; Onedata's user documentation, page CDMI.
"""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import quote

from oscar_sync.errors import StoreError, UsageError
from oscar_sync.model.secret import Secret
from oscar_sync.net.pool import pieces
from oscar_sync.net.root import is_page
from oscar_sync.storage import keys
from oscar_sync.storage.failures import translate_errors
from oscar_sync.storage.file_server import FileServer
from oscar_sync.storage.server import CONNECTIONS, Server
from oscar_sync.storage.stored import OnBytes, StoredFile
from oscar_sync.storage.transfers import counted_file
from oscar_sync.storage.words import HTML_PAGE, meaning_of_status

PAGE: Final = 500
_VERSION: Final = {"X-CDMI-Specification-Version": "1.1.1"}
_CONTAINER: Final = {**_VERSION, "Content-Type": "application/cdmi-container"}
_BINARY: Final = {"Content-Type": "application/octet-stream"}
_ABSENT: Final = frozenset({400, 404})
"""400: it is not a folder, as some servers say of ``file/``."""
_HASHES: Final = {"sha160": "sha1", "sha1": "sha1", "sha256": "sha256", "md5": "md5"}


class OnedataProvider(FileServer):
    """A ``Provider`` on a space of an Oneprovider. The token goes to that host alone."""

    def __init__(
        self, server: Server, token: Secret, space: str, environ: Mapping[str, str]
    ) -> None:
        """Raises UsageError: the file of CAs does not exist, or the token cannot be sent."""
        if not (token.reveal().isascii() and token.reveal().isprintable()):
            raise UsageError(
                f"{server.shown}: the token has characters that are not allowed in a header"
            )
        self._token = token
        base = f"{server.base}/" if server.base else ""
        self._root = f"{server.origin}/{quote(base)}cdmi/{quote(space.strip('/'))}"
        self._pool = server.pool(environ)
        super().__init__(server, self._pool.clear)

    def list_files(self, path: str) -> Iterator[StoredFile]:
        start = path.strip("/")
        names = self._children(start)
        if names is None:
            own = self._stat(start) if start else None
            if own is not None:
                yield own
            return
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            waiting = [(start, names)]
            while waiting:
                folder, names = waiting.pop()
                files = sorted(keys.join(folder, name) for name in names if name[-1] != "/")
                below = sorted(keys.join(folder, name[:-1]) for name in names if name[-1] == "/")
                yield from (file for file in pool.map(self._stat, files) if file)
                waiting += [(one, self._children(one) or []) for one in reversed(below)]

    def _send(self, local: Path, remote: str, size_bytes: int, on_bytes: OnBytes) -> None:
        headers = {**_BINARY, "Content-Length": str(size_bytes)}
        with (
            counted_file(local, on_bytes) as file,
            self._answer("PUT", remote, headers, file),
        ):
            return

    @contextmanager
    def _received(self, remote: str) -> Iterator[Iterator[bytes]]:
        with self._answer("GET", remote, {}, is_file=True) as response:
            yield pieces(response)

    def _remove(self, remote: str) -> None:
        try:
            with self._answer("DELETE", remote, _VERSION):
                return
        except _AbsentError:
            return

    def _children(self, folder: str) -> list[str] | None:
        """Return the names in a folder, those of folders with a slash; None for no folder."""
        names: list[str] = []
        while True:
            asked = f"children:{len(names)}-{len(names) + PAGE - 1};childrenrange"
            answer = self._read(f"{folder}/", asked)
            if answer is None:
                # Beyond the last one there is nothing to ask for, as some servers say.
                return names or None
            page = answer.get("children")
            if not isinstance(page, list) or not all(_is_name(name) for name in page):
                raise StoreError(self.server.shown, f"its list of {folder or '/'} cannot be used")
            names.extend(page)
            if len(page) != PAGE:
                return names

    def _stat(self, remote: str) -> StoredFile | None:
        answer = self._read(remote, "objectType;metadata:cdmi_")
        if answer is None:
            return None
        if answer.get("objectType") == "application/cdmi-container":
            raise StoreError(self.server.shown, f"{remote} is a folder")
        about = answer.get("metadata")
        size = str(about.get("cdmi_size", "")) if isinstance(about, dict) else ""
        if not isinstance(about, dict) or not size.isdecimal():
            raise StoreError(self.server.shown, f"it does not tell the size of {remote}")
        return StoredFile(remote, int(size), _checksum(about))

    def _is_folder(self, path: str) -> bool:
        return self._read(f"{path}/", "objectType") is not None

    def _make_folder(self, path: str) -> None:
        with self._answer("PUT", f"{path}/", _CONTAINER, b"{}"):
            return

    def _read(self, path: str, fields: str) -> dict[str, Any] | None:
        try:
            with self._answer("GET", path, _VERSION, query=fields) as response:
                content = response.data
        except _AbsentError:
            return None
        if is_page(content):
            raise StoreError(self.server.shown, HTML_PAGE.format(status=200))
        try:
            answer = json.loads(content)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise StoreError(self.server.shown, f"its answer about {path} cannot be used")
        return answer

    @contextmanager
    def _answer(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: BinaryIO | bytes | None = None,
        query: str = "",
        *,
        is_file: bool = False,
    ) -> Iterator[Any]:
        """Yield a good answer, whole, or a file's piece by piece; nothing is sent elsewhere.

        Raises:
            _AbsentError: nothing is there.
            StoreError: it refuses, or redirects.
            StoreUnreachableError: it does not answer, or not to the end.
        """
        url = f"{self._root}/{quote(path.lstrip('/'))}{'?' if query else ''}{query}"
        sent = {**headers, "X-Auth-Token": self._token.reveal(), "User-Agent": "oscar-sync"}
        with translate_errors(self.server.shown):
            response = self._pool.request(
                method, url, headers=sent, body=body, preload_content=not is_file
            )
            try:
                self._hold_to_status(path, response.status)
                yield response
            finally:
                response.close()

    def _hold_to_status(self, path: str, status: int) -> None:
        if 200 <= status < 300:
            return
        words = f"{path}: {meaning_of_status(status)}"
        kind = _AbsentError if status in _ABSENT else StoreError
        raise kind(self.server.shown, words)


class _AbsentError(StoreError):
    """Nothing is there."""


def _is_name(name: object) -> bool:
    if not isinstance(name, str):
        return False
    bare = name.removesuffix("/")
    return bool(bare) and "/" not in bare and bare not in {".", ".."}


def _checksum(about: Mapping[str, Any]) -> str:
    """Return CDMI's ``cdmi_hash`` (clause 16.3), blank where the server keeps none."""
    kind = str(about.get("cdmi_value_hash_provided") or about.get("cdmi_value_hash") or "")
    name, value = _HASHES.get(kind.lower().replace("-", ""), ""), about.get("cdmi_hash")
    return f"{name}:{value.lower()}" if name and isinstance(value, str) and value else ""
