"""The buckets, folders and hooks that services make and drop (oscar-server 4.4, 5, 6.2)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from oscar_sync.emulator.access import Access, AccessProblem
from oscar_sync.emulator.binding import Document
from oscar_sync.emulator.definitions import provider_of, split_path
from oscar_sync.emulator.notifications import Hook
from oscar_sync.emulator.object_store import ObjectStore, sdk_error
from oscar_sync.emulator.releases import Release
from oscar_sync.emulator.reply import Panic
from oscar_sync.emulator.sigv4 import Refused
from oscar_sync.emulator.state import Cluster

__all__ = [
    "BucketProblem",
    "InputProblem",
    "create_bucket",
    "delete_buckets",
    "drop_isolated",
    "isolated_problems",
    "make_buckets",
    "used_buckets",
    "wanted_buckets",
]

_OPTIONS = re.compile(r"[A-Za-z0-9 \-_.:=,/]*")
_FILES_ONLY = {"webdav", "rucio"}
ADMIN = "cluster_admin"


class BucketProblem(Exception):
    """What is wrong with a service's storage, as the answer says it."""


class InputProblem(BucketProblem):
    """An input on something that cannot be one: answered 400."""

    def __init__(self) -> None:
        super().__init__("unrecognized input (valid inputs are MinIO and dCache)")


def create_bucket(store: ObjectStore, bucket: str) -> None:
    """Make a bucket.

    Raises:
        BucketProblem: it exists, or MinIO does not take its name (record 114).
    """
    if not bucket:
        text = (
            "error creating bucket : InvalidParameter: 1 validation error(s) found.\n"
            "- minimum field size of 1, CreateBucketInput.Bucket.\n"
        )
        raise BucketProblem(text)
    try:
        store.make(bucket)
    except Refused as refused:
        if refused.status == 409:
            text = f'the bucket "{bucket}" already exists\n'
        else:
            text = f"error creating bucket {bucket}: {sdk_error(refused)}"
        raise BucketProblem(text) from refused


def _path_made(store: ObjectStore, bucket: str, folder: str, *, is_made: bool) -> None:
    if not is_made:
        create_bucket(store, bucket)
    if folder:
        try:
            store.put_marker(bucket, folder)
        except Refused as refused:
            text = f'error creating folder "{folder}/" in bucket "{bucket}": {sdk_error(refused)}'
            raise BucketProblem(text) from refused


def _hooked_path_made(store: ObjectStore, bucket: str, folder: str, service: str) -> None:
    _path_made(store, bucket, folder, is_made=False)
    hook = Hook(service, f"{folder}/")
    try:
        store.set_hooks(bucket, [*store.hooks(bucket), hook])
    except Refused as refused:
        if "overlapping" not in refused.message:
            text = f"error enabling bucket notification: {refused.code}: {refused.message}"
            raise BucketProblem(text) from refused


def _check_defined(definition: Document, kind: str, name: str) -> None:
    if name not in definition["storage_providers"].get(kind, {}):
        text = f'the StorageProvider "{kind}.{name}" is not defined'
        raise BucketProblem(text)


def _is_own(definition: Document, kind: str, name: str, store: ObjectStore) -> bool:
    if kind != "minio":
        return False
    if name == "default":
        return True
    provider = definition["storage_providers"]["minio"][name]
    if provider is None:
        raise Panic
    return bool(
        provider["endpoint"] == store.endpoint
        and provider["access_key"] == store.access_key
        and provider["secret_key"] == store.secret_key,
    )


def _check_input_provider(definition: Document, exchange: Document, store: ObjectStore) -> bool:
    kind, name = provider_of(exchange["storage_provider"])
    if kind != "minio" and kind not in _FILES_ONLY:
        raise InputProblem
    if kind in _FILES_ONLY:
        return False
    _check_defined(definition, kind, name)
    if name != "default":
        provider = definition["storage_providers"]["minio"][name]
        if provider is None:
            raise Panic
        if not _is_own(definition, kind, name, store) or (
            provider["region"] != store.region or provider["verify"]
        ):
            endpoint = provider["endpoint"]
            text = f'the provided MinIO server "{endpoint}" is not the configured in OSCAR'
            raise BucketProblem(text)
    return True


@dataclass(slots=True)
class _Work:
    """One run over the storage of a definition; errors are swallowed on update where OSCAR does."""

    definition: Document
    store: ObjectStore
    is_admin: bool
    is_update: bool
    made: list[str]
    release: Release

    def _place(self, exchange: Document) -> tuple[str, str]:
        """Return the bucket and folder of an input or output.

        Raises:
            Panic: it has no folder, and the release wants one (records 019, 020).
        """
        if not self.release.normalizes_paths and "/" not in exchange["path"].strip(" /"):
            raise Panic
        return split_path(exchange["path"])

    def _try(self, bucket: str, folder: str, *, hook: bool = False, is_made: bool = False) -> bool:
        try:
            if hook:
                _hooked_path_made(self.store, bucket, folder, self.definition["name"])
            else:
                _path_made(self.store, bucket, folder, is_made=is_made)
        except BucketProblem:
            if not self.is_update:
                raise
            return False
        return True

    def _isolated(self) -> list[str]:
        is_user = self.definition["isolation_level"].upper() == "USER"
        return list(self.definition["bucket_list"]) if is_user else []

    def inputs(self) -> None:
        for exchange in self.definition["input"]:
            if not _check_input_provider(self.definition, exchange, self.store):
                continue
            bucket, folder = self._place(exchange)
            self._try(bucket, folder, hook=True)
            self.made.append(bucket)
            for place, own in enumerate(self._isolated()):
                if self._try(own, f"{folder}/", hook=True) and not self.is_admin:
                    self._give(own, _user_of(self.definition, place))

    def _give(self, bucket: str, user: str) -> None:
        try:
            self.store.access.add_policy(bucket, user)
        except AccessProblem as problem:
            raise BucketProblem(str(problem)) from problem

    def outputs(self) -> None:
        for exchange in self.definition["output"]:
            kind, name = provider_of(exchange["storage_provider"])
            _check_defined(self.definition, kind, name)
            if kind not in {"minio", "s3"}:
                continue
            bucket, folder = self._place(exchange)
            is_own = _is_own(self.definition, kind, name, self.store)
            is_known = bucket in self.made
            if not is_known:
                self.made.append(bucket)
            if is_own:
                self._try(bucket, folder, is_made=is_known)
                for own in self._isolated():
                    self._try(own, f"{folder}/", is_made=True)

    def mount(self) -> None:
        mount = self.definition["mount"]
        if not mount["storage_provider"]:
            return
        kind, name = provider_of(mount["storage_provider"])
        if _OPTIONS.fullmatch(mount["options"]) is None:
            text = "mount options contain invalid characters"
            raise BucketProblem(text)
        if kind != "minio":
            return
        _check_defined(self.definition, kind, name)
        if name == "default":
            self._mount_bucket(*split_path(mount["path"]))

    def _is_private(self, bucket: str) -> bool:
        seen = self.store.access.visibility(bucket, self.definition["owner"])
        if not seen and self.is_admin and self.release.lets_administrators_mount:
            return (self.store.tags(bucket) or {}).get("owner", "") in {"", "oscar"}
        return seen == "private"

    def _mount_bucket(self, bucket: str, folder: str) -> None:
        if bucket in self.made:
            self._try(bucket, folder, is_made=True)
            return
        if self.store.has(bucket):
            if not self._is_private(bucket):
                text = f'the bucket "{bucket}" must be private to be used as mount'
                raise BucketProblem(text)
            self._try(bucket, folder, is_made=True)
        else:
            _path_made(self.store, bucket, folder, is_made=False)
        self.made.append(bucket)


def make_buckets(definition: Document, cluster: Cluster, *, is_update: bool) -> list[str]:
    """Make what a definition needs and return its buckets, an input's once for each input.

    Raises:
        BucketProblem: the first thing wrong; what was made before stays.
        Panic: a path without a folder, where the release needs one.
    """
    is_admin = cluster.posted_as_admin  # of the last POST, whoever asks now (oscar-server 12)
    work = _Work(definition, cluster.store, is_admin, is_update, [], cluster.settings.release)
    work.inputs()
    work.outputs()
    work.mount()
    return work.made


def used_buckets(definition: Document) -> list[str]:
    """Return the MinIO buckets of a definition's inputs and outputs, each once."""
    exchanges: Iterable[Document] = [*definition["input"], *definition["output"]]
    names = [
        split_path(exchange["path"])[0]
        for exchange in exchanges
        if provider_of(exchange["storage_provider"])[0] == "minio"
    ]
    return list(dict.fromkeys(names))


def wanted_buckets(definition: Document) -> set[str]:
    """Return the MinIO buckets that count against a user's quota, a mount's and users' too."""
    mount = definition["mount"]
    mounted = {split_path(mount["path"])[0]} if _names_own(mount["storage_provider"]) else set()
    return {*used_buckets(definition), *mounted, *definition["bucket_list"]} - {""}


def _names_own(provider: str) -> bool:
    return provider_of(provider) == ("minio", "default")


def isolated_problems(definition: Document, access: Access) -> list[str]:
    """Take the buckets of single users from them, and return what a DELETE says about that.

    Raises:
        Panic: a bucket without its user.
    """
    if definition["isolation_level"].upper() != "USER":
        return []
    problems = []
    for place, bucket in enumerate(definition["bucket_list"]):
        try:
            access.remove(bucket, _user_of(definition, place))
        except AccessProblem as problem:
            problems.append(f"error while removing isolated bucket {problem}")
    return problems


def _user_of(definition: Document, place: int) -> str:
    users = definition["allowed_users"]
    if place >= len(users):
        raise Panic
    return str(users[place])


def _same_storage(one: Document, other: Document) -> bool:
    return (
        provider_of(one["storage_provider"]) == provider_of(other["storage_provider"])
        and split_path(one["path"])[0] == split_path(other["path"])[0]
    )


def _unhook(store: ObjectStore, bucket: str, service: str) -> None:
    if store.has(bucket):
        store.set_hooks(bucket, [hook for hook in store.hooks(bucket) if hook.service != service])


def _revoke(definition: Document, store: ObjectStore, bucket: str, visibility: str) -> None:
    """Take the access that the owner's service gave; an administrator's gives none."""
    if definition["owner"] != ADMIN:
        store.access.revoke(bucket, visibility, definition["owner"])


def drop_isolated(definition: Document, store: ObjectStore, buckets: Iterable[str]) -> None:
    """Delete buckets of single users; what goes wrong is only logged (oscar-server 4.4)."""
    for bucket in buckets:
        _unhook(store, bucket, definition["name"])
        try:
            _revoke(definition, store, bucket, "private")
        except AccessProblem:
            continue
        if store.has(bucket):
            store.erase(bucket)


def _drop(definition: Document, store: ObjectStore, exchange: Document) -> None:
    bucket = split_path(exchange["path"])[0]
    _unhook(store, bucket, definition["name"])
    if _same_storage(exchange, definition["mount"]):
        try:
            store.set_tags(bucket, {"owner": definition["owner"], "service": "false"})
        except Refused as refused:
            text = f"Error tagging bucket: error setting tag on bucket {bucket}"
            raise BucketProblem(text) from refused
        return
    try:
        _revoke(definition, store, bucket, definition["visibility"])
    except AccessProblem as problem:
        text = f"error while removing MinIO bucket {problem}"
        raise BucketProblem(text) from problem
    try:
        store.erase(bucket)
    except Refused as refused:
        text = (
            f"error while removing MinIO bucket error deleting bucket {bucket}, unable to delete "
            f'bucket "{bucket}", {refused.code}: {refused.message}'
        )
        raise BucketProblem(text) from refused


def delete_buckets(definition: Document, store: ObjectStore) -> None:
    """Delete what a service's stored definition names, as its DELETE does (oscar-server 5).

    Raises:
        BucketProblem: the first thing wrong; the buckets after it stay.
    """
    for exchange in definition["input"]:
        if _check_input_provider(definition, exchange, store):
            _drop(definition, store, exchange)
    for exchange in definition["output"]:
        kind, name = provider_of(exchange["storage_provider"])
        if kind in _FILES_ONLY:
            continue
        _check_defined(definition, kind, name)
        is_input = any(_same_storage(exchange, other) for other in definition["input"])
        if kind in {"minio", "s3"} and not is_input:
            _drop(definition, store, exchange)
    if definition["isolation_level"].upper() == "USER":
        drop_isolated(definition, store, definition["bucket_list"])
