"""`/system/buckets` (oscar-server 1.4)."""

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from oscar_sync.emulator.access import AccessProblem
from oscar_sync.emulator.binding import Document, bound
from oscar_sync.emulator.callers import Caller
from oscar_sync.emulator.definitions import split_path
from oscar_sync.emulator.go_json import GoJsonError
from oscar_sync.emulator.object_store import sdk_error
from oscar_sync.emulator.provisioning import BucketProblem, create_bucket
from oscar_sync.emulator.quotas import bucket_count_problem, bucket_quota, cap_bucket
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

_DEFAULT_S = 900
_NOBODY = "missing user identificator\n"


def _shown(
    cluster: Cluster, bucket: str, tags: Mapping[str, str], asked_for: str
) -> dict[str, Any]:
    visibility = cluster.access.visibility(bucket, asked_for)
    is_restricted = visibility == "restricted"
    return {
        "bucket_name": bucket,
        "visibility": visibility,
        "allowed_users": cluster.access.members(bucket) or None if is_restricted else None,
        "owner": asked_for if visibility == "private" else tags.get("owner", ""),
        "metadata": {key: tags[key] for key in sorted(tags)},
    }


def _usage(cluster: Cluster, bucket: str) -> dict[str, Any]:
    """Return what is told of a bucket's size: nobody has counted it yet."""
    if not cluster.settings.release.has_bucket_quotas:
        return {}
    return {
        "storage_quota": bucket_quota(cluster, bucket),
        "storage_usage": {"used": "0", "used_bytes": 0},
        "attribution": "partial",
    }


def list_buckets(cluster: Cluster, who: Caller) -> Reply:
    """Answer `GET /system/buckets`: `null` where there are none (record 003), `[]` to a user."""
    if not (who.is_admin or who.uid):
        return Reply().text(500, _NOBODY)
    told = []
    for bucket in cluster.store.buckets():
        if not (who.is_admin or cluster.access.may(who.uid, "s3:ListBucket", bucket)):
            continue
        tags = cluster.store.tags(bucket) or {}
        shown = _shown(cluster, bucket, tags, who.uid or cluster.settings.name)
        shown["metadata"].pop("owner", None)
        told.append({**shown, **_usage(cluster, bucket)})
    return Reply().json(200, told or (None if who.is_admin else []))


def _read_body(request: Request) -> Document | Reply:
    try:
        return bound(BUCKET, request.body)
    except GoJsonError as error:
        return Reply().text(400, f"The Bucket specification is not valid: {error}")


def create_in_store(cluster: Cluster, who: Caller, request: Request) -> Reply:
    """Answer `POST /system/buckets`: the name may end in a folder."""
    asked = _read_body(request)
    if isinstance(asked, Reply):
        return asked
    if not (who.is_admin or who.uid):
        return Reply().text(500, _NOBODY)
    bucket, folder = split_path(asked["bucket_name"])
    problem = bucket_count_problem(cluster, who, {bucket})
    if problem:
        return Reply().text(403, problem)
    try:
        create_bucket(cluster.store, bucket)
    except BucketProblem as error:
        return Reply().text(400, f"Error creating bucket with name '{bucket}': {error}")
    if folder:
        cluster.store.put_marker(bucket, folder)
    name = cluster.settings.name
    owner, owner_name = (name, name) if who.is_admin else (who.uid, who.owner_name)
    named = {"owner_name": owner_name} if cluster.settings.release.tags_owner_names else {}
    cluster.store.set_tags(bucket, {"owner": owner, **named})
    cap_bucket(cluster, who, bucket)
    reply = Reply()
    if not who.is_admin:
        try:
            cluster.access.grant(
                bucket, asked["visibility"] or "private", owner, asked["allowed_users"] or ()
            )
        except AccessProblem as error:
            reply.text(500, f"Error creating policies for bucket: {error}")
    return reply.bare(201)


def update_bucket(cluster: Cluster, who: Caller, request: Request) -> Reply:
    """Answer `PUT /system/buckets`: what is neither mine nor public stays, without a word."""
    asked = _read_body(request)
    if isinstance(asked, Reply):
        return asked
    if not (who.is_admin or who.uid):
        return Reply().text(500, "error getting user from request: missing user identificator\n")
    tags = cluster.store.tags(asked["bucket_name"])
    if tags is None:
        return Reply().text(500, "Missing bucket metadata: \n")
    if tags.get("service", "") in {"1", "t", "T", "TRUE", "true", "True"}:
        text = "Forbidden action: A bucket from a service can't be modified\n"
        return Reply().text(403, text)
    try:
        _change_access(cluster, who.uid or cluster.settings.name, asked)
    except AccessProblem as problem:
        return Reply().text(500, f"error updating bucket: {problem}\n")
    return Reply().bare(204)


def _change_access(cluster: Cluster, owner: str, asked: Document) -> None:
    bucket, access = asked["bucket_name"], cluster.access
    old, new = access.visibility(bucket, owner), asked["visibility"]
    if old != "public" and not access.names(owner, bucket):
        return
    if old != new:
        access.revoke(bucket, old, owner)
        access.grant(bucket, new, owner, asked["allowed_users"] or ())
    elif old == "restricted":
        access.change_members(bucket, asked["allowed_users"] or ())


def delete_bucket(cluster: Cluster, who: Caller, bucket: str) -> Reply:
    """Answer `DELETE /system/buckets/{b}`: the owner's access goes too (record 225)."""
    if not (who.is_admin or who.uid):
        return Reply().text(500, "error getting user from request: missing user identificator\n")
    if not cluster.store.has(bucket):
        return Reply().text(404, f"The bucket '{bucket}' does not exist")
    if not who.is_admin:
        if not _may_delete(cluster, who, bucket):
            return Reply().text(403, f"User '{who.uid}' is not authorised")
        try:
            visibility = cluster.access.visibility(bucket, who.uid)
            cluster.access.revoke(bucket, visibility, who.uid)
        except AccessProblem as problem:
            return Reply().text(500, f"{problem}\n")
    cluster.store.erase(bucket)
    return Reply().bare(204)


def _may_delete(cluster: Cluster, who: Caller, bucket: str) -> bool:
    if cluster.settings.release.deletes_buckets_by_tag:
        return (cluster.store.tags(bucket) or {}).get("owner", "").strip() == who.uid
    access = cluster.access
    return access.visibility(bucket, who.uid) == "public" or access.names(who.uid, bucket)


def _go_time(moment: datetime) -> str:
    fraction = f"{moment.microsecond / 1e6:.3f}"[1:].rstrip("0").rstrip(".")
    return f"{moment:%Y-%m-%d %H:%M:%S}{fraction} +0000 UTC"


def _after(token: str) -> str:
    try:
        return base64.b64decode(token, validate=True).decode()
    except ValueError:
        return ""


def read_bucket(cluster: Cluster, who: Caller, bucket: str, query: Mapping[str, str]) -> Reply:
    """Answer `GET /system/buckets/{b}`: a page of objects; no 404 for an administrator.

    Every user may read what others have, private or not (record 207).
    """
    tags = cluster.store.tags(bucket) or {}
    owner = tags.get("owner", "")
    if not who.is_admin and not cluster.access.visibility(bucket, owner):
        return Reply().text(403, f"User '{who.uid}' is not authorised")
    try:
        objects = cluster.store.objects(bucket)
    except Refused as refused:
        text = f"Error listing objects in bucket '{bucket}': {sdk_error(refused)}"
        return Reply().text(500, text)
    after = _after(query.get("page", ""))
    rest = [item for item in objects if item.key > after]
    page = rest[: cluster.settings.page]
    told = _shown(cluster, bucket, tags, owner)
    if page:
        told["objects"] = [
            {
                "object_name": item.key,
                "size_bytes": item.size,
                "last_modified": _go_time(item.modified),
            }
            for item in page
        ]
    told.update(_usage(cluster, bucket))
    is_truncated = len(rest) > len(page)
    if is_truncated:
        told["next_page"] = base64.b64encode(page[-1].key.encode()).decode()
    return Reply().json(200, {**told, "is_truncated": is_truncated, "returned_items": len(page)})


def _presign_problem(asked: Document, longest_s: int) -> str | None:
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
    if not 1 <= seconds <= longest_s:
        return f"Invalid expiration requested: {seconds}. Allowed range is 1-{longest_s} seconds"
    return None


def presign(cluster: Cluster, who: Caller, bucket: str, request: Request) -> Reply:
    """Answer `POST /system/buckets/{b}/presign` (record 090)."""
    try:
        asked = bound(PRESIGN, request.body)
    except GoJsonError as error:
        return Reply().text(400, f"Invalid presign request: {error}")
    problem = _presign_problem(asked, cluster.settings.release.longest_presign_s)
    if problem:
        return Reply().text(400, problem)
    store = cluster.store
    if not store.has(bucket):
        return Reply().text(404, f"Bucket '{bucket}' not found")
    if store.tags(bucket) is None:
        problem = f"error getting tags on bucket {bucket}"
        text = f"Error retrieving metadata for bucket '{bucket}': {problem}"
        return Reply().text(500, text)
    if not who.is_admin and not cluster.access.may(who.uid, "s3:GetObject", bucket):
        text = f"User '{who.uid}' is not authorised to generate presigned URLs for bucket"
        return Reply().text(403, f"{text} '{bucket}'")
    return Reply().json(200, _presigned(cluster, who, bucket, asked))


def _presigned(cluster: Cluster, who: Caller, bucket: str, asked: Document) -> dict[str, Any]:
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
    secret_key = cluster.access.users.get(who.uid, store.secret_key)
    signer = Signer(who.uid or store.access_key, secret_key, store.region)
    url = f"{store.endpoint}/{bucket}/{quote(key, safe='/-_.~')}"
    told = {
        "object_key": key,
        "operation": operation,
        "method": method,
        "url": presigned_url(signer, method, url, seconds, now, query=extra, headers=headers),
        "expires_at": (now + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return {**told, "headers": {k: headers[k] for k in sorted(headers)}} if headers else told
