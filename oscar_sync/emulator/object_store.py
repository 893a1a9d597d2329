"""The buckets of the emulator: moto's, with MinIO's notifications and webhooks beside them.

moto keeps one pool of buckets a process, by account: each `ObjectStore` has an account of its own.
"""

import itertools
import posixpath
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import moto.settings
from moto.s3.models import FakeKey, S3Backend, s3_backends

from oscar_sync.emulator.access import Access
from oscar_sync.emulator.notifications import Fire, Hook, Landed, checked, event_of
from oscar_sync.emulator.sigv4 import Refused

__all__ = [
    "HOST_ID",
    "REQUEST_ID",
    "ObjectStore",
    "StoredObject",
    "invalid_key",
    "missing_bucket",
    "sdk_error",
    "valid_bucket_name",
]

HOST_ID = "dd9025bab4ad464b049177c95eb6ebf374d3b3fd1af9251148b658df7ac2e3e8"
REQUEST_ID = "18EAE087652F3438"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PART_LIMIT = 255
_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")

_ACCOUNTS = itertools.count(500_000_000_001)

moto.settings.S3_IGNORE_SUBDOMAIN_BUCKETNAME = True


def valid_bucket_name(name: str) -> bool:
    """Return whether MinIO makes a bucket of that name."""
    return (
        _BUCKET.fullmatch(name) is not None
        and _ADDRESS.fullmatch(name) is None
        and not any(pair in name for pair in ("..", ".-", "-."))
    )


def missing_bucket() -> Refused:
    return Refused("NoSuchBucket", "The specified bucket does not exist", 404)


def invalid_key() -> Refused:
    text = "Object name contains unsupported characters."
    return Refused("XMinioInvalidObjectName", text, 400)


def sdk_error(refused: Refused) -> str:
    ids = f"request id: {REQUEST_ID}, host id: {HOST_ID}"
    return f"{refused.code}: {refused.message}\n\tstatus code: {refused.status}, {ids}"


@dataclass(frozen=True, slots=True)
class StoredObject:
    key: str
    size: int
    modified: datetime


def _no_job(service: str, token: str, event: dict[str, Any]) -> None:
    """Let an event pass without effect."""


@dataclass(slots=True)
class ObjectStore:
    """Buckets, objects, tags, hooks, and the webhooks that services registered.

    `fire` is told the service, the webhook's token and the event of each object that lands under
    a rule. The endpoint and the root keys are what `/system/config` gives out.
    """

    access_key: str
    secret_key: str
    now: Callable[[], datetime]
    region: str = "us-east-1"
    endpoint: str = ""
    fire: Fire = _no_job
    lock: threading.RLock = field(default_factory=threading.RLock)
    webhooks: dict[str, str] = field(default_factory=dict)
    access: Access = field(default_factory=Access)
    quotas: dict[str, str] = field(default_factory=dict)
    """By bucket, how large it may become; told, not enforced."""
    account: str = field(default_factory=lambda: str(next(_ACCOUNTS)))
    _hooks: dict[str, list[Hook]] = field(default_factory=dict)
    _tags: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def moto(self) -> S3Backend:
        backend: S3Backend = s3_backends[self.account]["aws"]
        return backend

    def reset(self) -> None:
        with self.lock:
            for bucket in self.buckets():
                self.erase(bucket)
            self._close_files()
            self._hooks.clear()
            self.webhooks.clear()
            self.access.forget()

    def _close_files(self) -> None:
        tracked: list[FakeKey] = FakeKey.instances_tracked  # type: ignore[attr-defined]  # moto - a metaclass sets it
        for key in tracked:
            if key.account_id == self.account:
                key.dispose()
        tracked[:] = [key for key in tracked if key.account_id != self.account]

    def buckets(self) -> list[str]:
        """Return the names of all buckets in order."""
        with self.lock:
            return sorted(self.moto.buckets)

    def has(self, bucket: str) -> bool:
        return bucket in self.moto.buckets

    def make(self, bucket: str) -> None:
        """Make a bucket.

        Raises:
            Refused: `BucketAlreadyOwnedByYou`, or a name that MinIO does not take.
        """
        with self.lock:
            if self.has(bucket):
                text = (
                    "Your previous request to create the named bucket succeeded "
                    "and you already own it."
                )
                raise Refused("BucketAlreadyOwnedByYou", text, 409)
            if not valid_bucket_name(bucket):
                raise Refused("InvalidBucketName", "The specified bucket is not valid.", 400)
            s3_backends.bucket_accounts.pop(bucket, None)
            self.moto.create_bucket(bucket, self.region)

    def put(self, bucket: str, key: str, data: bytes) -> None:
        """Store an object and send its event.

        Raises:
            Refused: no such bucket.
        """
        with self.lock:
            if not self.has(bucket):
                raise missing_bucket()
            stored = self.moto.put_object(bucket, key, data, disable_notification=True)
            etag = str(stored.etag).strip('"')
        self.landed(Landed(bucket, key, len(data), etag))

    def put_marker(self, bucket: str, folder: str) -> None:
        """Store the empty object of a folder, its path cleaned as OSCAR's library does.

        A folder that leads out of the bucket names another one, or one to be made (record 138).

        Raises:
            Refused: no such bucket, a name or a key that MinIO does not take.
        """
        place, _, key = posixpath.normpath(f"/{bucket}/{folder}").strip("/").partition("/")
        if not key:
            self.make(place)
            return
        if any(len(part.encode()) > _PART_LIMIT for part in key.split("/")):
            raise invalid_key()
        self.put(place, f"{key}/", b"")

    def get(self, bucket: str, key: str) -> bytes | None:
        with self.lock:
            if not self.has(bucket):
                return None
            stored = self.moto.buckets[bucket].keys.get(key)
            return None if stored is None else bytes(stored.value)

    def objects(self, bucket: str) -> list[StoredObject]:
        """Return what the bucket holds, in the order of keys.

        Raises:
            Refused: no such bucket.
        """
        with self.lock:
            if not self.has(bucket):
                raise missing_bucket()
            keys = self.moto.buckets[bucket].keys
            return [
                StoredObject(name, int(keys[name].size), keys[name].last_modified)
                for name in sorted(keys)
            ]

    def erase(self, bucket: str) -> None:
        """Delete a bucket with all its objects.

        Raises:
            Refused: no such bucket.
        """
        with self.lock:
            if not self.has(bucket):
                raise missing_bucket()
            known = self.moto.buckets[bucket]
            for key in list(known.keys):
                self.moto.delete_object(bucket, key)
            for part in known.multiparts.values():
                part.dispose()
            known.keys.clear()
            self.moto.delete_bucket(bucket)
            self.forget(bucket)

    def forget(self, bucket: str) -> None:
        self._hooks.pop(bucket, None)
        self._tags.pop(bucket, None)
        self.quotas.pop(bucket, None)

    def tags(self, bucket: str) -> dict[str, str] | None:
        with self.lock:
            if not self.has(bucket):
                return None
            return dict(self._tags.get(bucket, {})) or None

    def set_tags(self, bucket: str, tags: dict[str, str]) -> None:
        """Replace the tags of a bucket.

        Raises:
            Refused: no such bucket.
        """
        with self.lock:
            if not self.has(bucket):
                raise missing_bucket()
            self._tags[bucket] = dict(tags)

    def hooks(self, bucket: str) -> list[Hook]:
        """Return the rules that MinIO shows: those whose webhook is registered (record 128)."""
        return [hook for hook in self._hooks.get(bucket, []) if hook.service in self.webhooks]

    def set_hooks(self, bucket: str, hooks: list[Hook]) -> None:
        """Replace the rules of a bucket, the hidden ones included.

        Raises:
            Refused: no such bucket, or a rule that MinIO does not take.
        """
        with self.lock:
            if not self.has(bucket):
                raise missing_bucket()
            self._hooks[bucket] = checked(hooks, self.webhooks)

    def landed(self, landed: Landed, principal: str = "") -> None:
        """Send an object's event, by the root keys if nobody else's, to each service once."""
        rules = [hook for hook in self.hooks(landed.bucket) if hook.takes(landed.event, landed.key)]
        for service in dict.fromkeys(hook.service for hook in rules):
            event = event_of(landed, self.now(), self.endpoint, principal or self.access_key)
            self.fire(service, self.webhooks[service], event)
