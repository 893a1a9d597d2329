"""The requests about uploads in parts (Amazon S3 API Reference), for uploads that are taken up.

Neither library has them for others to call: obstore cuts files by itself, and MinIO's client has
them under private names, and hashes each part once more. Its signature is used.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from minio.credentials.credentials import Credentials
from minio.signer import sign_v4_s3
from msgspec import Struct

from oscar_sync.errors import StoreDeniedError, StoreError, StoreFailedError
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.client import REGION, pool_of
from oscar_sync.storage.failures import translate_errors
from oscar_sync.storage.words import words_of

Place = tuple[str, str]
"""Bucket and key."""

_MOST_PAGES: Final = 100
"""Of a listing: a store that never ends one does not hold us up."""
_PAGE: Final = "1000"
EMPTY: Final = hashlib.sha256(b"").hexdigest()
"""The digest of no body."""


class Part(Struct, frozen=True):
    number: int
    etag: str
    size_bytes: int


class Multipart:
    """Uploads in parts to one store, from any number of threads.

    A request that fails is sent again, but not those that make something: an upload, the object.
    Each raises StoreError: the store refuses it; StoreUnreachableError: it does not answer.
    """

    def __init__(self, address: StoreAddress, environ: Mapping[str, str]) -> None:
        self._address = address
        self._pool = pool_of(address, environ)

    @property
    def shown(self) -> str:
        return self._address.shown

    def unfinished(self, place: Place) -> Iterator[str]:
        """Yield the unfinished uploads of this very key: MinIO's server lists no others."""
        bucket, key = place
        query = {"uploads": "", "prefix": key, "max-uploads": _PAGE}
        for _ in range(_MOST_PAGES):
            page = self._asked("GET", (bucket, ""), query)
            for one in page.all("Upload"):
                if one.text("Key") == key:
                    yield one.text("UploadId")
            query["key-marker"] = page.text("NextKeyMarker")
            query["upload-id-marker"] = page.text("NextUploadIdMarker")
            if page.text("IsTruncated") != "true" or not query["key-marker"]:
                return

    def parts(self, place: Place, upload_id: str) -> Iterator[Part]:
        query = {"uploadId": upload_id, "max-parts": _PAGE}
        for _ in range(_MOST_PAGES):
            page = self._asked("GET", place, query)
            for one in page.all("Part"):
                etag = one.text("ETag").strip('"')
                yield Part(one.number("PartNumber"), etag, one.number("Size"))
            query["part-number-marker"] = page.text("NextPartNumberMarker")
            if page.text("IsTruncated") != "true" or not query["part-number-marker"]:
                return

    def create(self, place: Place, sha256: str) -> str:
        """Begin an upload, and return its id; *sha256* goes into the metadata of the object."""
        headers = {"x-amz-meta-sha256": sha256}
        upload_id = self._asked("POST", place, {"uploads": ""}, headers=headers).text("UploadId")
        if not upload_id:
            raise StoreError(self._address.shown, "it names no upload")
        return upload_id

    def put(
        self, place: Place, upload_id: str, number: int, content: memoryview, sha256: bytes
    ) -> str:
        query = {"partNumber": str(number), "uploadId": upload_id}
        answer = self._sent("PUT", place, query, body=content, sha256=sha256.hex())
        return str(answer.headers.get("etag", "")).strip('"')

    def join(self, place: Place, upload_id: str, etags: Mapping[int, str]) -> str:
        rows = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{escape(etag)}</ETag></Part>"
            for number, etag in sorted(etags.items())
        )
        body = f"<CompleteMultipartUpload>{rows}</CompleteMultipartUpload>".encode()
        done = self._asked("POST", place, {"uploadId": upload_id}, body=body)
        etag = done.text("ETag").strip('"')
        if not etag:  # a store may find out after its answer has begun
            words = f"it did not put the parts of {place[1]} together; run again"
            raise StoreError(self._address.shown, words)
        return etag

    def abort(self, place: Place, upload_id: str) -> None:
        self._sent("DELETE", place, {"uploadId": upload_id})

    def _asked(
        self,
        method: str,
        place: Place,
        query: Mapping[str, str],
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> "_Xml":
        sha256 = hashlib.sha256(body).hexdigest()
        answer = self._sent(method, place, query, headers=headers, body=body, sha256=sha256)
        with translate_errors(self._address.shown):
            document = _Xml(ET.fromstring(answer.data))  # noqa: S314 - expat bounds entities
        if document.name == "Error":
            raise self._refused(200, document)
        return document

    def _sent(
        self,
        method: str,
        place: Place,
        query: Mapping[str, str],
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | memoryview = b"",
        sha256: str = EMPTY,
    ) -> Any:
        url = f"{self._address.endpoint.rstrip('/')}{quoted(*place, query)}"
        sent = signed(
            self._address, method, url, headers or {}, sha256=sha256, now=datetime.now(UTC)
        )
        with translate_errors(self._address.shown):
            answer = self._pool.urlopen(method, url, body=body or None, headers=sent)
        if answer.status >= 300:
            raise self._refused(answer.status, _error_in(answer.data))
        return answer

    def _refused(self, status: int, error: "_Xml | None") -> StoreError:
        code = error.text("Code") if error else ""
        kind = StoreFailedError if status >= 500 else StoreError
        if not error or not code:
            return kind(self._address.shown, f"its answer cannot be used ({status})")
        words = self._address.masked(
            words_of(code, error.text("Message"), error.text("BucketName"))
        )
        return (StoreDeniedError if code == "AccessDenied" else kind)(self._address.shown, words)


def quoted(bucket: str, key: str, query: Mapping[str, str]) -> str:
    """Return the target of a request, in the one form that its signature is made over."""
    path = quote(f"/{bucket}/{key}" if key else f"/{bucket}", safe="/-_.~")
    pairs = urlencode(sorted(query.items()), quote_via=quote, safe="-_.~")
    return f"{path}?{pairs}" if pairs else path


def signed(
    address: StoreAddress,
    method: str,
    url: str,
    headers: Mapping[str, str],
    *,
    sha256: str,
    now: datetime,
) -> Mapping[str, Any]:
    """Return *headers* with a signature over all of them and the digest of the body, in hex."""
    place = urlsplit(url)
    sent: dict[str, Any] = {
        **headers,
        "Host": place.netloc,
        "x-amz-content-sha256": sha256,
        "x-amz-date": f"{now:%Y%m%dT%H%M%SZ}",
    }
    return sign_v4_s3(
        method=method,
        url=place,
        region=address.region or REGION,
        headers=sent,
        credentials=Credentials(address.access_key.reveal(), address.secret_key.reveal()),
        content_sha256=sha256,
        date=now,
    )


class _Xml:
    """An element, whose children are named without their namespace: stores differ in it."""

    def __init__(self, element: ET.Element) -> None:
        self.element = element

    @property
    def name(self) -> str:
        return self.element.tag.rpartition("}")[2]

    def all(self, name: str) -> "list[_Xml]":
        return [one for one in map(_Xml, self.element) if one.name == name]

    def text(self, name: str) -> str:
        return next((one.element.text or "" for one in self.all(name)), "")

    def number(self, name: str) -> int:
        text = self.text(name)
        return int(text) if text.isdecimal() else 0


def _error_in(content: bytes) -> _Xml | None:
    try:
        return _Xml(ET.fromstring(content))  # noqa: S314 - expat bounds entities
    except ET.ParseError:
        return None
