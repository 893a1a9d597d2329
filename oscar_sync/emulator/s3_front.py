"""The S3 API: MinIO's answers in front of moto's.

Requests are signed or refused, keys that MinIO does not take are refused, bucket notifications
are answered here (moto does not know MinIO's ARNs), and everything else is handed to moto's WSGI
application with a signature of its own.
"""

import io
import re
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from moto.moto_server.werkzeug_app import create_backend_app

from oscar_sync.emulator.bucket_tags import tags_from, tags_xml
from oscar_sync.emulator.notifications import Landed, hooks_from, xml_of
from oscar_sync.emulator.object_store import (
    HOST_ID,
    REQUEST_ID,
    ObjectStore,
    invalid_key,
    missing_bucket,
)
from oscar_sync.emulator.s3_actions import needs_of
from oscar_sync.emulator.sigv4 import Refused, verified
from oscar_sync.emulator.wire import Answer, Request

__all__ = ["S3Front"]

_XML = "application/xml"
_DUMMY = (
    "AWS4-HMAC-SHA256 Credential=EMULATOR/20260101/us-east-1/s3/aws4_request, "
    "SignedHeaders=host, Signature=0"
)
_DROPPED = {
    "authorization",
    "x-amz-content-sha256",
    "x-amz-decoded-content-length",
    "expect",
    "transfer-encoding",
    "content-length",
    "x-amz-trailer",
    "x-amz-security-token",
}
_SIGNING = re.compile(
    r"^X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Signature|"
    r"Content-Sha256|Security-Token)=",
    re.IGNORECASE,
)
_KEY_LIMIT = 1024


def _error(refused: Refused, request: Request) -> Answer:
    bucket = request.path.split("/")[1]
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{refused.code}</Code><Message>{escape(refused.message)}</Message>"
        + (f"<BucketName>{escape(bucket)}</BucketName>" if bucket else "")
        + f"<Resource>{escape(request.path)}</Resource><RequestId>{REQUEST_ID}</RequestId>"
        f"<HostId>{HOST_ID}</HostId></Error>"
    )
    return Answer(refused.status, body.encode(), _XML)


def _check_key(key: str) -> None:
    if any(part in {".", ".."} for part in key.split("/")):
        text = 'Resource name contains bad components such as ".." or ".".'
        raise Refused("XMinioInvalidResourceName", text, 400)
    if key.startswith("/") or "//" in key or "\x00" in key:
        raise invalid_key()
    if len(key.encode(errors="replace")) > _KEY_LIMIT:
        raise Refused("KeyTooLongError", "Your key is too long", 400)


def _split(path: str) -> tuple[str, str]:
    bucket, _, key = path.removeprefix("/").partition("/")
    return bucket, key


class S3Front:
    """The answer to each request on the store's port."""

    def __init__(self, store: ObjectStore, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._moto = create_backend_app("s3")

    def answer(self, request: Request) -> Answer:
        """Return the answer, errors as MinIO's XML; events of written objects are sent."""
        keys = {**self._store.access.users, self._store.access_key: self._store.secret_key}
        try:
            key, body = verified(request, keys, self._now())
            return self._signed(request, body, "" if key == self._store.access_key else key)
        except Refused as refused:
            return _error(refused, request)
        except (ValueError, KeyError, IndexError):
            text = "The request is not well-formed."
            return _error(Refused("InvalidRequest", text, 400), request)

    def _signed(self, request: Request, body: bytes, user: str) -> Answer:
        """Answer the root keys, or those of a user within what OSCAR's policies allow it."""
        bucket, key = _split(unquote(request.raw_path))
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        if user:
            self._check_access(request, user, query)
            if not bucket:
                return self._own_buckets(user)
        if key:
            _check_key(key)
        elif bucket and "notification" in query:
            return self._notification(request.method, bucket, body)
        elif bucket and request.method == "PUT" and not query:
            self._store.make(bucket)
            return Answer(200, b"", None, (("Location", f"/{bucket}"),))
        if bucket and not key and "tagging" in query:
            return self._tagging(request.method, bucket, body)
        if bucket and not self._store.has(bucket):
            raise missing_bucket()
        if bucket and request.method == "GET" and not key and "policy" in query:
            raise Refused("NoSuchBucketPolicy", "The bucket policy does not exist", 404)
        with self._store.lock:
            answer = self._to_moto(request, body)
        if answer.status < 300:
            self._after(request, (bucket, key), query, answer, user)
        return answer

    def _check_access(self, request: Request, user: str, query: Mapping[str, str]) -> None:
        access = self._store.access
        for bucket, action in needs_of(request, query):
            if not access.may(user, action, bucket):
                raise Refused("AccessDenied", "Access Denied.")

    def _own_buckets(self, user: str) -> Answer:
        """List the buckets that a user may list; MinIO refuses one that may list none."""
        seen = [
            bucket
            for bucket in self._store.buckets()
            if self._store.access.may(user, "s3:ListBucket", bucket)
        ]
        if not seen:
            raise Refused("AccessDenied", "Access Denied.")
        told = "".join(
            f"<Bucket><Name>{name}</Name>"
            f"<CreationDate>{self._now():%Y-%m-%dT%H:%M:%S.000Z}</CreationDate></Bucket>"
            for name in seen
        )
        body = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<ListAllMyBucketsResult '
            'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>minio</ID>'
            f"<DisplayName>minio</DisplayName></Owner><Buckets>{told}</Buckets>"
            "</ListAllMyBucketsResult>"
        )
        return Answer(200, body.encode(), _XML)

    def _tagging(self, method: str, bucket: str, body: bytes) -> Answer:
        """Answer for tags; a bucket that is not there has none (record 019 of 4.0)."""
        if method == "GET":
            tags = self._store.tags(bucket)
            if tags is None:
                raise Refused("NoSuchTagSet", "The TagSet does not exist", 404)
            return Answer(200, tags_xml(tags), _XML)
        self._store.set_tags(bucket, tags_from(body) if method == "PUT" else {})
        return Answer(200 if method == "PUT" else 204)

    def _notification(self, method: str, bucket: str, body: bytes) -> Answer:
        if not self._store.has(bucket):
            raise missing_bucket()
        if method == "GET":
            return Answer(200, xml_of(self._store.hooks(bucket)), _XML)
        self._store.set_hooks(bucket, hooks_from(body))
        return Answer(200)

    def _after(
        self,
        request: Request,
        place: tuple[str, str],
        query: Mapping[str, str],
        answer: Answer,
        user: str,
    ) -> None:
        bucket, key = place
        if request.method == "DELETE" and bucket and not key and not query:
            self._store.forget(bucket)
        event = _created_event(request, key, query, answer)
        if event is None:
            return
        name = key or _posted_key(answer)
        with self._store.lock:
            stored = self._store.moto.buckets[bucket].keys.get(name)
        if stored is not None:
            etag = str(stored.etag).strip('"')
            kind = str(stored.metadata.get("Content-Type") or "binary/octet-stream")
            self._store.landed(Landed(bucket, name, int(stored.size), etag, event, kind), user)

    def _to_moto(self, request: Request, body: bytes) -> Answer:
        status: list[Any] = []

        def start(
            line: str, headers: list[tuple[str, str]], _: object = None
        ) -> Callable[..., None]:
            status.append((int(line.split(maxsplit=1)[0]), headers))
            return lambda data: None

        result = self._moto(self._environ(request, body), start)
        content = b"".join(result)
        if hasattr(result, "close"):
            result.close()
        code, headers = status[0]
        return Answer(code, content, None, tuple(_kept(headers, request.method)))

    def _environ(self, request: Request, body: bytes) -> dict[str, Any]:
        return {**_environ(request, body), "HTTP_X_MOTO_ACCOUNT_ID": self._store.account}


def _created_event(
    request: Request, key: str, query: Mapping[str, str], answer: Answer
) -> str | None:
    if (
        request.method == "PUT"
        and key
        and not query.keys()
        & {
            "partNumber",
            "tagging",
            "acl",
            "retention",
            "legal-hold",
        }
    ):
        copied = "x-amz-copy-source" in request.headers
        return "s3:ObjectCreated:Copy" if copied else "s3:ObjectCreated:Put"
    if request.method == "POST" and key and "uploadId" in query:
        return "s3:ObjectCreated:CompleteMultipartUpload" if b"<Error>" not in answer.body else None
    if request.method == "POST" and not key and "delete" not in query:
        return "s3:ObjectCreated:Post"
    return None


def _posted_key(answer: Answer) -> str:
    try:
        return ET.fromstring(answer.body).findtext("Key") or ""  # noqa: S314 - expat bounds entities
    except ET.ParseError:
        return ""


def _kept(headers: list[tuple[str, str]], method: str) -> list[tuple[str, str]]:
    dropped = {"connection"} if method == "HEAD" else {"connection", "content-length"}
    return [
        (name, value.replace("\n", " ").replace("\r", " "))
        for name, value in headers
        if name.lower() not in dropped
    ]


def _environ(request: Request, body: bytes) -> dict[str, Any]:
    query = "&".join(part for part in request.query.split("&") if not _SIGNING.match(part))
    headers = {name: value for name, value in request.headers.items() if name not in _DROPPED}
    coding = ",".join(
        part
        for part in headers.pop("content-encoding", "").split(",")
        if part.strip() and part.strip() != "aws-chunked"
    )
    if coding:
        headers["content-encoding"] = coding
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(request.raw_path, "latin-1"),
        "RAW_URI": f"{request.raw_path}?{query}" if query else request.raw_path,
        "REQUEST_URI": f"{request.raw_path}?{query}" if query else request.raw_path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": request.peer,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "HTTP_AUTHORIZATION": _DUMMY,
        "CONTENT_LENGTH": str(len(body)),
    }
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    environ["HTTP_HOST"] = "127.0.0.1"
    return environ
