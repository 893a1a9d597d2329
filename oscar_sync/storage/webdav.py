"""WebDAV over ``webdav4``: files of dCache, Nextcloud, Apache and their like."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote
from xml.etree.ElementTree import ParseError

import httpx
from webdav4.client import (
    BadGatewayError,
    Client,
    ClientError,
    HTTPError,
    InsufficientStorage,
    ResourceAlreadyExists,
    ResourceNotFound,
)
from webdav4.http import Client as HttpClient

from oscar_sync.errors import StoreError, StoreUnreachableError
from oscar_sync.model.secret import Secret
from oscar_sync.storage.file_server import FileServer
from oscar_sync.storage.guard import Guard
from oscar_sync.storage.server import Server
from oscar_sync.storage.stored import OnBytes, StoredFile
from oscar_sync.storage.transfers import ALGORITHMS, checksum_of, counted_file
from oscar_sync.storage.words import meaning_of_status

_CHUNK_BYTES: Final = 2**20
_CHECKSUMS: Final = "{http://owncloud.org/ns}checksum"
_ASKED: Final = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<D:propfind xmlns:D="DAV:" xmlns:oc="http://owncloud.org/ns"><D:prop>'
    "<D:resourcetype/><D:getcontentlength/><D:getlastmodified/><oc:checksums/>"
    "</D:prop></D:propfind>"
)
_ABSENT: Final = frozenset({404, 409})
"""409: a folder on the way is missing, as some servers say."""


class WebdavProvider(FileServer):
    """A ``Provider`` on a WebDAV server. The log-in goes to that server alone."""

    def __init__(
        self, server: Server, login: str, password: Secret, environ: Mapping[str, str]
    ) -> None:
        """Raises UsageError: the file of CAs does not exist."""
        self._http = HttpClient(
            auth=(login, password.reveal()),
            transport=Guard(server.pool(environ), server),
            trust_env=False,
            max_redirects=3,
            headers={"User-Agent": "oscar-sync", "Accept-Encoding": "identity"},
        )
        self._client = Client(server.origin, http_client=self._http, retry=False)
        super().__init__(server, self._http.close)

    def list_files(self, path: str) -> Iterator[StoredFile]:
        waiting = [path.strip("/")]
        while waiting:
            folder = waiting.pop()
            entries = self._entries(folder, "1")
            own = entries.pop(folder, None)
            if own is not None and not own.properties.collection:
                yield _file(folder, own)
                continue
            below = sorted(entries.items())
            yield from (_file(name, one) for name, one in below if not one.properties.collection)
            waiting += [name for name, one in reversed(below) if one.properties.collection]

    def _send(self, local: Path, remote: str, size_bytes: int, on_bytes: OnBytes) -> None:
        headers = {"OC-Checksum": checksum_of(local, "sha1").replace("sha1", "SHA1")}
        with self._translated_errors(remote), counted_file(local, on_bytes) as file:
            self._client.upload_fileobj(
                file, self._path(remote), overwrite=True, size=size_bytes, headers=headers
            )

    @contextmanager
    def _received(self, remote: str) -> Iterator[Iterator[bytes]]:
        url = self._client.join_url(self._path(remote))
        with (
            self._translated_errors(remote),
            self._http.stream("GET", url, follow_redirects=True) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise self._refusal(remote, response.status_code)
            yield response.iter_raw(_CHUNK_BYTES)

    def _remove(self, remote: str) -> None:
        with self._translated_errors(remote):
            try:
                self._client.remove(self._path(remote))
            except ResourceNotFound:
                return

    def _stat(self, remote: str) -> StoredFile | None:
        entry = self._entries(remote, "0").get(remote)
        if entry is None:
            return None
        if entry.properties.collection:
            raise StoreError(self.server.shown, f"{remote} is a folder")
        return _file(remote, entry)

    def _is_folder(self, path: str) -> bool:
        entry = self._entries(path, "0").get(path)
        if entry is not None and not entry.properties.collection:
            raise StoreError(
                self.server.shown, f"{path} is a file, so there can be nothing below it"
            )
        return entry is not None

    def _make_folder(self, path: str) -> None:
        with self._translated_errors(path):
            try:
                self._client.mkdir(self._path(path))
            except ResourceAlreadyExists:
                return  # somebody else was faster

    def _entries(self, path: str, depth: str) -> dict[str, Any]:
        headers = {"Depth": depth, "Content-Type": "application/xml"}
        with self._translated_errors(path):
            try:
                answer = self._client.propfind(
                    self._path(path), data=_ASKED, headers=headers, follow_redirects=True
                )
            except ResourceNotFound:
                return {}
            except HTTPError as error:
                if error.status_code in _ABSENT:
                    return {}
                raise
            # What is there lists itself at least (RFC 4918, 9.1): nothing is another document.
            if not answer.responses:
                words = f"its answer about {path or '/'} is not a listing"
                raise StoreError(self.server.shown, words)
            return dict(self._named(path, one) for one in answer.responses.values())

    def _named(self, asked: str, response: Any) -> tuple[str, Any]:
        base = f"{self.server.base}/" if self.server.base else ""
        name = f"{response.path.strip('/')}/".removeprefix(base).rstrip("/")
        is_within = name == asked or name.startswith(f"{asked}/" if asked else "")
        rest = name.removeprefix(asked).strip("/")
        if not is_within or "/" in rest or rest in {".", ".."}:
            words = f"asked for {asked or 'its root'}, it lists {name}"
            raise StoreError(self.server.shown, words)
        return name, response

    def _path(self, path: str) -> str:
        """Return *path* below the server's root, quoted: webdav4 quotes no ``%`` and no ``?``."""
        return quote(f"{self.server.base}/{path}".strip("/"))

    def _refusal(self, path: str, status: int) -> StoreError:
        return StoreError(self.server.shown, f"{path or '/'}: {meaning_of_status(status)}")

    @contextmanager
    def _translated_errors(self, path: str) -> Iterator[None]:
        """Turn failures into errors of ours; theirs may quote requests, so they are not chained."""
        try:
            yield
        except HTTPError as error:
            raise self._refusal(path, error.status_code) from None
        except ResourceNotFound:
            raise self._refusal(path, 404) from None
        except InsufficientStorage:
            raise self._refusal(path, 507) from None
        except BadGatewayError:
            raise self._refusal(path, 502) from None
        except ClientError as error:
            cause = error.__cause__
            status = cause.status_code if isinstance(cause, HTTPError) else 500
            raise self._refusal(path, status) from None
        except httpx.TooManyRedirects:
            words = "it redirects again and again"
            raise StoreUnreachableError(self.server.shown, words) from None
        except httpx.TransportError:
            words = "the connection was cut off"
            raise StoreUnreachableError(self.server.shown, words) from None
        except (ParseError, ValueError, AssertionError, KeyError, httpx.InvalidURL):
            words = f"its answer about {path or '/'} cannot be used"
            raise StoreError(self.server.shown, words) from None


def _file(path: str, response: Any) -> StoredFile:
    about = response.properties
    return StoredFile(path, about.content_length or 0, _checksum(response), about.modified)


def _checksum(response: Any) -> str:
    """Return the strongest of ownCloud's ``SHA1:HEX MD5:HEX …``, blank for none."""
    text = " ".join(one.text or "" for one in response.response_xml.iter(_CHECKSUMS))
    known = {
        name.lower(): value.lower()
        for name, colon, value in (part.partition(":") for part in text.split())
        if colon and value
    }
    return next((f"{name}:{known[name]}" for name in ALGORITHMS if name in known), "")
