"""The drop-in for ``oscar_python.storage.Storage``: files on a service's storage providers."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from oscar_sync.client import _utils as utils
from oscar_sync.client.default_client import segment
from oscar_sync.client.providers import MINIO, opened, provider_account
from oscar_sync.documents.on_disk import real_path
from oscar_sync.model.secret import Secret
from oscar_sync.semantics.paths import BUCKET_OUTPUT_TYPES
from oscar_sync.storage.stored import Provider

CONFIG: Final = "/system/config"
SERVICES: Final = "/system/services"


class Storage:
    """Lists, uploads and downloads. A provider is ``type.id``: ``minio.default``, ``webdav.mine``.

    A path is ``bucket/key`` for minio and s3, one below the address for webdav, one within the
    space for onedata; slashes at its ends do not count.
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
        """Return all attributes but the connections, which are opened again."""
        return {name: value for name, value in vars(self).items() if name != "_opened"}

    def list_files_from_path(self, storage_provider: str, path: str) -> Any:
        """Return what is at *path*, all of it at any depth: the folder exactly, or one file.

        Args:
            storage_provider: ``type.id``.
            path: a folder or a file.

        Returns:
            Of minio and s3 what boto3's ``list_objects`` returns: ``{"Name": bucket, "Prefix": key,
            "IsTruncated": False, "Contents": [{"Key": …, "Size": bytes, "ETag": …,
            "LastModified": datetime}]}`` in the order of the keys, folder markers included, no
            ``Contents`` if empty. Of webdav and onedata a list of the files' names, as they are
            called from that folder.

        Raises:
            StoreError: the bucket does not exist, or the log-in does not allow it.
            ValueError: the provider is not known or not spoken.
        """
        provider = self._provider(storage_provider)
        place = _place(storage_provider, path)
        if _has_buckets(storage_provider):
            return _boto_listing(provider, *_bucket_and_key(place))
        return list(_names_below(provider, place))

    def upload_file(
        self,
        storage_provider: str,
        local_path: str | os.PathLike[str],
        remote_path: str,
        name: str | None = None,
    ) -> str:
        """Upload a file into the folder *remote_path*, made if missing, and return its path there.

        Args:
            storage_provider: ``type.id``.
            local_path: the file.
            remote_path: the folder; for minio and s3 ``bucket`` or ``bucket/folder``.
            name: what it is called there; its own name if not given.

        Raises:
            FileNotFoundError: there is no such file.
            StoreError: the store refuses it; nothing is left there.
            ValueError: the provider is not known or not spoken.
        """
        from oscar_sync.storage.keys import join

        provider = self._provider(storage_provider)
        source = Path(real_path(local_path))
        remote = join(_place(storage_provider, remote_path), name or source.name)
        provider.upload(source, remote)
        return remote

    def download_file(
        self, storage_provider: str, local_path: str | os.PathLike[str], remote_path: str
    ) -> str:
        """Download a file into the folder *local_path*, and return where it is.

        The folder is made if it is missing. The file is whole or as it was.

        Args:
            storage_provider: ``type.id``.
            local_path: the folder.
            remote_path: the file; for minio and s3 ``bucket/key``.

        Raises:
            StoreError: there is no such file, or the store refuses it.
            OSError: the file cannot be written.
            ValueError: the provider is not known or not spoken, or the path names no file.
        """
        provider = self._provider(storage_provider)
        remote = _place(storage_provider, remote_path)
        if not remote or (_has_buckets(storage_provider) and not _bucket_and_key(remote)[1]):
            raise ValueError(
                f"{remote_path!r} does not name a file: write bucket/key or folder/file"
            )
        target = Path(local_path) / remote.rpartition("/")[2]
        provider.download(remote, target)
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

    def _provider(self, name: str) -> Provider:
        """Return what speaks to a provider, opened again when its credentials have changed."""
        _, account = provider_account(name, self.storage_providers)
        written = Secret(json.dumps(account, sort_keys=True, default=str))
        kept: dict[str, tuple[Secret, Provider]] = vars(self).setdefault("_opened", {})
        if name not in kept or kept[name][0] != written:
            kept[name] = (written, opened(name, self.storage_providers))
        return kept[name][1]


def _has_buckets(provider: str) -> bool:
    return provider.strip().partition(".")[0].lower() in BUCKET_OUTPUT_TYPES


def _place(provider: str, path: str) -> str:
    """Return *path* without slashes at its ends.

    Raises:
        ValueError: it names no bucket where one is needed.
    """
    place = str(path).strip("/")
    if not place and _has_buckets(provider):
        raise ValueError(f"{path!r} does not name a bucket: write bucket or bucket/key")
    return place


def _bucket_and_key(place: str) -> tuple[str, str]:
    bucket, _, key = place.partition("/")
    return bucket, key.strip("/")


def _boto_listing(provider: Any, bucket: str, key: str) -> dict[str, Any]:
    listed = [
        {
            "Key": one.key,
            "Size": one.size_bytes,
            "ETag": f'"{one.etag}"',
            "LastModified": one.last_write,
        }
        for one in provider.objects(bucket, key, has_markers=True)
    ]
    answer: dict[str, Any] = {"Name": bucket, "Prefix": key, "IsTruncated": False}
    return answer | ({"Contents": listed} if listed else {})


def _names_below(provider: Provider, folder: str) -> Iterator[str]:
    for one in provider.list_files(folder):
        yield one.path.removeprefix(folder).strip("/") or one.path.rpartition("/")[2]
