"""The drop-in for ``oscar_python.storage.Storage``: files on a service's storage providers."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from oscar_sync.client import _utils as utils
from oscar_sync.client.default_client import segment
from oscar_sync.client.providers import MINIO, address_of, found

CONFIG: Final = "/system/config"
SERVICES: Final = "/system/services"


class Storage:
    """Lists, uploads and downloads. A provider is ``type.id``: ``minio.default``, ``s3.mine``.

    A path is ``bucket/key``; slashes at its ends do not count.
    """

    def __init__(self, client_obj: Any, svc_name: str | None = None) -> None:
        """Read the service's providers and the cluster's own MinIO.

        Raises:
            requests.HTTPError: there is no such service, or the log-in is refused.
        """
        self.client_obj = client_obj
        self.svc_name = svc_name
        self.storage_providers: dict[str, Any] = {}
        if svc_name is not None:
            self._add_those_of(svc_name)
        self._add_default()

    def __repr__(self) -> str:
        """Return the types of providers, without their keys."""
        return f"Storage({', '.join(sorted(self.storage_providers))})"

    def __getstate__(self) -> dict[str, Any]:
        """Return all attributes but the connections, which are opened anew."""
        return {name: value for name, value in vars(self).items() if name != "_stores"}

    def list_files_from_path(self, storage_provider: str, path: str) -> dict[str, Any]:
        """Return what lies at *path*, all of it, as boto3's ``list_objects`` writes it.

        Args:
            storage_provider: ``type.id``.
            path: a bucket, ``bucket/folder`` (the folder exactly, at any depth) or one object.

        Returns:
            ``{"Name": bucket, "Prefix": key, "IsTruncated": False, "Contents": [{"Key": …,
            "Size": bytes, "ETag": …, "LastModified": datetime}]}`` in the order of
            the keys; no ``Contents`` if empty.

        Raises:
            StoreError: the bucket does not exist, or the keys do not allow it.
            ValueError: the provider is not known or not spoken.
        """
        bucket, key = _place(path)
        listed = [
            {
                "Key": one.key,
                "Size": one.size_bytes,
                "ETag": f'"{one.etag}"',
                "LastModified": one.last_write,
            }
            for one in _below(self._store(storage_provider), bucket, key)
        ]
        answer: dict[str, Any] = {"Name": bucket, "Prefix": key, "IsTruncated": False}
        return answer | ({"Contents": listed} if listed else {})

    def upload_file(
        self,
        storage_provider: str,
        local_path: str | os.PathLike[str],
        remote_path: str,
        name: str | None = None,
    ) -> str:
        """Upload a file into the folder *remote_path*, and return its ``bucket/key``.

        Args:
            storage_provider: ``type.id``.
            local_path: the file.
            remote_path: ``bucket`` or ``bucket/folder``.
            name: what it is called there; its own name if not given.

        Raises:
            FileNotFoundError: there is no such file.
            StoreError: the store refuses it; nothing is left there.
            ValueError: the provider is not known or not spoken.
        """
        from oscar_sync.storage.keys import join

        bucket, folder = _place(remote_path)
        source = Path(local_path)
        key = join(folder, name or source.resolve().name)
        size = source.stat().st_size
        self._store(storage_provider).put_object(bucket, key, source.resolve(), size)
        return f"{bucket}/{key}"

    def download_file(
        self, storage_provider: str, local_path: str | os.PathLike[str], remote_path: str
    ) -> str:
        """Download an object into the folder *local_path*, and return the file's path.

        The folder is made if it is missing. The file is whole or as it was.

        Args:
            storage_provider: ``type.id``.
            local_path: the folder.
            remote_path: ``bucket/key``.

        Raises:
            StoreError: there is no such object, or the store refuses it.
            OSError: the file cannot be written.
            ValueError: the provider is not known or not spoken, or the path names no object.
        """
        from oscar_sync.storage.landing import whole

        bucket, key = _place(remote_path)
        if not key:
            raise ValueError(f"{remote_path} names no object: write bucket/key")
        store = self._store(storage_provider)
        folder = Path(local_path)
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / key.rpartition("/")[2]
        with whole(target) as file:
            for chunk in store.read_object(bucket, key):
                file.write(chunk)
        return str(target)

    def _add_those_of(self, svc_name: str) -> None:
        answer = utils.make_request(self.client_obj, f"{SERVICES}/{segment(svc_name)}", "get")
        providers = answer.json().get("storage_providers")
        for kind, accounts in (providers if isinstance(providers, Mapping) else {}).items():
            self.storage_providers[kind] = dict(accounts or {})

    def _add_default(self) -> None:
        answer = utils.make_request(self.client_obj, CONFIG, "get")
        own = answer.json().get("minio_provider")
        if isinstance(own, Mapping):
            self.storage_providers.setdefault(MINIO, {})["default"] = dict(own)

    def _store(self, provider: str) -> Any:
        from oscar_sync.storage.store import ObjectStore

        address = address_of(*found(provider, self.storage_providers))
        stores: dict[Any, Any] = vars(self).setdefault("_stores", {})
        if address not in stores:
            stores[address] = ObjectStore(address)
        return stores[address]


def _place(path: str) -> tuple[str, str]:
    """Return bucket and key of a path.

    Raises:
        ValueError: it names no bucket.
    """
    bucket, _, key = str(path).strip("/").partition("/")
    if not bucket:
        raise ValueError(f"{path!r} names no bucket: write bucket or bucket/key")
    return bucket, key.strip("/")


def _below(store: Any, bucket: str, key: str) -> Any:
    """Yield the object *key* itself, then all below the folder of that name."""
    if not key:
        yield from store.list_objects(bucket, has_markers=True)
        return
    first = next(iter(store.list_objects(bucket, key, has_markers=True)), None)
    if first is not None and first.key == key:
        yield first
    yield from store.list_objects(bucket, f"{key}/", has_markers=True)
