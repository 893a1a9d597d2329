"""`/system/buckets` (oscar-server 1.4)."""

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from oscar_sync.emulator.binding import Document, bound
from oscar_sync.emulator.definitions import split_path
from oscar_sync.emulator.go_json import GoJsonError
from oscar_sync.emulator.object_store import sdk_error
from oscar_sync.emulator.provisioning import BucketProblem, create_bucket
from oscar_sync.emulator.reply import Reply
from oscar_sync.emulator.schema import BUCKET, PRESIGN, required_problems
from oscar_sync.emulator.sigv4 import Refused, Signer, presigned_url
from oscar_sync.emulator.state import Cluster
from oscar_sync.emulator.wire import Request

__all__ = [
    "create_in_store",
    "delete_bucket",
    "list_buckets",
    "presign",
    "read_bucket",
    "update_bucket",
]

_WEEK_S = 604_800
_DEFAULT_S = 900


def _shown(bucket: str, tags: Mapping[str, str]) -> dict[str, Any]:
    return {
        "bucket_name": bucket,
        "visibility": "",
        "allowed_users": None,
        "owner": tags.get("owner", ""),
        "metadata": {key: tags[key] for key in sorted(tags)},
    }


_USAGE = {
    "storage_quota": {"source": "unset"},
    "storage_usage": {"used": "0", "used_bytes": 0},
    "attribution": "partial",
}


def list_buckets(cluster: Cluster) -> Reply:
    """Answer `GET /system/buckets`: `null` where there are none (record 003)."""
    told = []
    for bucket in cluster.store.buckets():
        tags = cluster.store.tags(bucket) or {}
        shown = _shown(bucket, tags)
        shown["metadata"].pop("owner", None)
        told.append({**shown, **_USAGE})
    return Reply().json(200, told or None)


def _read_body(request: Request) -> Document | Reply:
    try:
        return bound(BUCKET, request.body)
    except GoJsonError as error:
        return Reply().text(400, f"The Bucket specification is not valid: {error}")


def create_in_store(cluster: Cluster, request: Request) -> Reply:
    """Answer `POST /system/buckets`: the name may end in a folder."""
    asked = _read_body(request)
    if isinstance(asked, Reply):
        return asked
    bucket, folder = split_path(asked["bucket_name"])
    try:
        create_bucket(cluster.store, bucket)
    except BucketProblem as problem:
        return Reply().text(400, f"Error creating bucket with name '{bucket}': {problem}")
    if folder:
        cluster.store.put_marker(bucket, folder)
    owner = cluster.settings.name
    cluster.store.set_tags(bucket, {"owner": owner, "owner_name": owner})
    return Reply().bare(201)


def update_bucket(cluster: Cluster, request: Request) -> Reply:
    """Answer `PUT /system/buckets`: for an administrator nothing changes."""
    asked = _read_body(request)
    if isinstance(asked, Reply):
        return asked
    tags = cluster.store.tags(asked["bucket_name"])
    if tags is None:
        return Reply().text(500, "Missing bucket metadata: \n")
    if tags.get("service", "") in {"1", "t", "T", "TRUE", "true", "True"}:
        text = "Forbidden action: A bucket from a service can't be modified\n"
        return Reply().text(403, text)
    return Reply().bare(204)


def delete_bucket(cluster: Cluster, bucket: str) -> Reply:
    """Answer `DELETE /system/buckets/{b}`."""
    try:
        cluster.store.erase(bucket)
    except Refused:
        return Reply().text(404, f"The bucket '{bucket}' does not exist")
    return Reply().bare(204)


def _go_time(moment: datetime) -> str:
    fraction = f"{moment.microsecond / 1e6:.3f}"[1:].rstrip("0").rstrip(".")
    return f"{moment:%Y-%m-%d %H:%M:%S}{fraction} +0000 UTC"


def _after(token: str) -> str:
    try:
        return base64.b64decode(token, validate=True).decode()
    except ValueError:
        return ""


def read_bucket(cluster: Cluster, bucket: str, query: Mapping[str, str]) -> Reply:
    """Answer `GET /system/buckets/{b}`: a page of objects; no 404 for an administrator."""
    try:
        objects = cluster.store.objects(bucket)
    except Refused as refused:
        text = f"Error listing objects in bucket '{bucket}': {sdk_error(refused)}"
        return Reply().text(500, text)
    after = _after(query.get("page", ""))
    rest = [found for found in objects if found.key > after]
    page = rest[: cluster.settings.page]
    tags = cluster.store.tags(bucket) or {}
    told = _shown(bucket, tags)
    if page:
        told["objects"] = [
            {
                "object_name": found.key,
                "size_bytes": found.size,
                "last_modified": _go_time(found.modified),
            }
            for found in page
        ]
    told.update(_USAGE)
    is_truncated = len(rest) > len(page)
    if is_truncated:
        told["next_page"] = base64.b64encode(page[-1].key.encode()).decode()
    return Reply().json(200, {**told, "is_truncated": is_truncated, "returned_items": len(page)})


def _presign_problem(asked: Document) -> str | None:
    missing = tuple(
        (go, "required")
        for go, name in (("ObjectKey", "object_key"), ("Operation", "operation"))
        if not asked[name]
    )
    if missing:
        return f"Invalid presign request: {required_problems('PresignRequest', missing)}"
    if not asked["object_key"].strip().strip("/"):
        return "Object key cannot be empty"
    if asked["operation"].strip().lower() not in {"upload", "download"}:
        word = asked["operation"]
        return f"Unsupported operation '{word}'. Allowed values are 'upload' or 'download'"
    seconds = asked["expires_in"] or _DEFAULT_S
    if not 1 <= seconds <= _WEEK_S:
        return f"Invalid expiration requested: {seconds}. Allowed range is 1-{_WEEK_S} seconds"
    return None


def presign(cluster: Cluster, bucket: str, request: Request) -> Reply:
    """Answer `POST /system/buckets/{b}/presign` (record 090)."""
    try:
        asked = bound(PRESIGN, request.body)
    except GoJsonError as error:
        return Reply().text(400, f"Invalid presign request: {error}")
    problem = _presign_problem(asked)
    if problem:
        return Reply().text(400, problem)
    store = cluster.store
    if not store.has(bucket):
        return Reply().text(404, f"Bucket '{bucket}' not found")
    if store.tags(bucket) is None:
        problem = f"error getting tags on bucket {bucket}"
        text = f"Error retrieving metadata for bucket '{bucket}': {problem}"
        return Reply().text(500, text)
    return Reply().json(200, _presigned(cluster, bucket, asked))


def _presigned(cluster: Cluster, bucket: str, asked: Document) -> dict[str, Any]:
    store, now = cluster.store, cluster.now()
    operation = asked["operation"].strip().lower()
    key = asked["object_key"].strip().strip("/")
    seconds = asked["expires_in"] or _DEFAULT_S
    method = "PUT" if operation == "upload" else "GET"
    headers = {name.title(): value for name, value in sorted(asked["extra_headers"].items())}
    extra = ""
    if asked["content_type"] and operation == "upload":
        headers["Content-Type"] = asked["content_type"]
    elif asked["content_type"]:
        extra = urlencode({"response-content-type": asked["content_type"]}, quote_via=quote)
    signer = Signer(store.access_key, store.secret_key, store.region)
    url = f"{store.endpoint}/{bucket}/{quote(key, safe='/-_.~')}"
    told = {
        "object_key": key,
        "operation": operation,
        "method": method,
        "url": presigned_url(signer, method, url, seconds, now, query=extra, headers=headers),
        "expires_at": (now + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return {**told, "headers": {k: headers[k] for k in sorted(headers)}} if headers else told
