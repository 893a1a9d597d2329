"""What a request asks of the object store: actions on buckets, as policies name them."""

from collections.abc import Mapping
from urllib.parse import unquote

from oscar_sync.emulator.wire import Request

__all__ = ["needs_of"]

_OF_BUCKET = {
    "notification": ("s3:GetBucketNotification", "s3:PutBucketNotification"),
    "tagging": ("s3:GetBucketTagging", "s3:PutBucketTagging"),
    "policy": ("s3:GetBucketPolicy", "s3:PutBucketPolicy"),
    "location": ("s3:GetBucketLocation", "s3:GetBucketLocation"),
    "versioning": ("s3:GetBucketVersioning", "s3:PutBucketVersioning"),
    "uploads": ("s3:ListBucketMultipartUploads", "s3:ListBucketMultipartUploads"),
}
_OF_METHOD = {"GET": "s3:ListBucket", "HEAD": "s3:ListBucket", "PUT": "s3:CreateBucket"}
_OF_OBJECT = {
    "GET": "s3:GetObject",
    "HEAD": "s3:GetObject",
    "PUT": "s3:PutObject",
    "POST": "s3:PutObject",
    "DELETE": "s3:DeleteObject",
}


def needs_of(request: Request, query: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the bucket and action of each thing that a request does, nothing for the list."""
    bucket, _, key = unquote(request.raw_path).removeprefix("/").partition("/")
    if not bucket:
        return ()
    source = unquote(request.headers.get("x-amz-copy-source", "")).removeprefix("/")
    copied = ((source.partition("/")[0], "s3:GetObject"),) if source else ()
    if key:
        return ((bucket, _OF_OBJECT.get(request.method, "s3:PutObject")), *copied)
    return ((bucket, _bucket_action(request.method, query)),)


def _bucket_action(method: str, query: Mapping[str, str]) -> str:
    named = next((name for name in _OF_BUCKET if name in query), None)
    if named is not None:
        reads, writes = _OF_BUCKET[named]
        return reads if method in {"GET", "HEAD"} else writes
    if method == "POST":
        return "s3:DeleteObject" if "delete" in query else "s3:PutObject"
    return "s3:DeleteBucket" if method == "DELETE" else _OF_METHOD.get(method, "s3:ListBucket")
