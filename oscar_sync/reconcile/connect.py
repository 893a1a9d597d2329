"""The connections of a run: one session a cluster, one object store a cluster, made when asked."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct, field

from oscar_sync.errors import StoreError, StoreNotAllowedError, UsageError
from oscar_sync.model.cluster import Cluster
from oscar_sync.model.identity import ClusterId
from oscar_sync.model.state import ExtraFile, Upload
from oscar_sync.reconcile.own_files import OwnFiles
from oscar_sync.settings.origins import VARIABLE, allowed_origins, origin_of
from oscar_sync.storage.absence import outlasting_restarts
from oscar_sync.storage.provider import cluster_store, open_provider
from oscar_sync.storage.store import ObjectStore
from oscar_sync.storage.stored import OnBytes, Provider
from oscar_sync.wire.api import OscarApi
from oscar_sync.wire.session import Session

_SMALL_BYTES: Final = 1 << 20


class ClusterConnection(Struct):
    """One cluster's API, and its store once the cluster has named it."""

    cluster: Cluster
    api: OscarApi
    store: ObjectStore | None = None
    store_problem: str = "the cluster names no object store"
    store_warning: str = ""
    upload_hindrance: str = ""
    is_reached: bool = False

    def open_store(self, provider: Mapping[str, object], environ: Mapping[str, str]) -> None:
        """Take up the store that ``/system/config`` names; nothing is sent yet."""
        address = cluster_store(
            provider,
            environ,
            s3_endpoint=self.cluster.s3_endpoint,
            ca_bundle=self.cluster.ca_bundle,
        )
        fault = address.fault()
        if fault:
            self.store_problem = f"{address.shown or 'no address'}: {fault}"
            return
        self.store = ObjectStore(address, environ)
        self.upload_hindrance = self.store.hindrance
        self.store_problem = ""
        if address.is_secure and not address.verify:
            self.store_warning = (
                f"the certificate of the object store {address.shown} is not verified, since the "
                "configuration of the cluster says so: set s3_endpoint to its https address, or "
                "ca_bundle"
            )

    def reach_store(self) -> None:
        """Raises StoreError: the store takes no connection from here."""
        if self.store is not None and not self.is_reached:
            self.store.reach()
            self.is_reached = True

    def lose_store(self, error: StoreError) -> None:
        self.store = None
        self.store_problem = str(error)


class Connections(Struct):
    environ: Mapping[str, str]
    connections: int = 4
    read_timeout_s: float = 60.0
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic
    endpoints_allowed: tuple[str, ...] = ()
    own_files: OwnFiles = field(default_factory=OwnFiles)
    _made: dict[ClusterId, ClusterConnection] = field(default_factory=dict)
    _providers: list[Provider] = field(default_factory=list)

    def to(self, cluster: Cluster) -> ClusterConnection:
        """Return the connection to *cluster*, made at first use, and again where its entry changed.

        Raises:
            ClusterError: its address is not an address.
        """
        before = self._made.get(cluster.id)
        if before is not None and before.cluster != cluster:
            before.api.session.close()
            before = None
        if before is None:
            session = Session(
                cluster,
                connections=self.connections,
                read_timeout_s=self.read_timeout_s,
                environ=self.environ,
                sleep=self.sleep,
            )
            before = self._made[cluster.id] = ClusterConnection(cluster, OscarApi(session))
        return before

    def opened(self) -> Mapping[ClusterId, ClusterConnection]:
        return self._made

    def provider(self, name: str, credentials: Mapping[str, object]) -> Provider:
        """Return the storage provider *name*, which is not a cluster's own; nothing is sent yet.

        Raises:
            StoreNotAllowedError: its address may not have credentials (trust 4.2).
            StoreError: it is not spoken, its log-in lacks something, or a library is missing.
        """
        try:
            made = open_provider(name, credentials, self.environ)
        except UsageError as error:
            raise StoreError(name, str(error)) from error
        allowed = allowed_origins(self.endpoints_allowed, self.environ)
        if allowed and origin_of(made.shown) not in allowed:
            made.close()
            raise StoreNotAllowedError(
                made.shown,
                f"is not among the addresses that may have credentials ({VARIABLE}, "
                "--endpoint-allowed)",
            )
        self._providers.append(made)
        return made

    def files(self, name: str, credentials: Mapping[str, object]) -> "ProviderFiles":
        """Raises StoreError: as of ``provider``."""
        return ProviderFiles(self.provider(name, credentials))

    def close_providers(self) -> None:
        """Close the storage providers that are not a cluster's own: a plan opens them again."""
        for provider in self._providers:
            provider.close()
        self._providers.clear()

    def close(self) -> None:
        for made in self._made.values():
            made.api.session.close()
        self.close_providers()


class ProviderFiles:
    """A storage provider as execution sees it: files are named by text."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    @property
    def resumes(self) -> bool:
        return self._provider.resumes

    @property
    def uploads_at_once(self) -> int:
        return self._provider.uploads_at_once

    def upload(self, item: Upload, on_bytes: OnBytes) -> None:
        """Raises StoreError: the file cannot be read, has changed, or the store refuses it."""
        local = Path(item.source)
        try:
            # Of a small file its digest tells as soon.
            is_big = item.size_bytes > _SMALL_BYTES
            if is_big and local.stat().st_size != item.size_bytes:
                words = f"{local} has changed since the plan; run again"
                raise StoreError(self._provider.shown, words)
            sha256 = item.checksum.removeprefix("sha256:")
            self._provider.upload(local, item.path, sha256, on_bytes)
        except OSError as error:
            words = f"{local} cannot be read: {error.strerror}"
            raise StoreError(self._provider.shown, words) from error

    def delete(self, path: str) -> None:
        """Raises StoreError: the store refuses."""
        self._provider.delete(path)

    def delete_many(self, paths: Sequence[str]) -> Mapping[str, str]:
        """Raises StoreError: the store does not answer."""
        from oscar_sync.storage.buckets import BucketProvider

        if isinstance(self._provider, BucketProvider):
            return self._provider.delete_many(paths)
        for at, path in enumerate(paths):
            try:
                self._provider.delete(path)
            except StoreError as error:
                return dict.fromkeys(paths[at:], str(error))
        return {}

    def below(self, folder: str) -> Mapping[str, ExtraFile]:
        """Raises StoreError: the store refuses, or does not answer."""
        from oscar_sync.reconcile.seed_files import extra_file, files_below

        stored = files_below(self._provider, folder)
        return {path: extra_file(one) for path, one in stored.items()}


class FileStore(ProviderFiles):
    def __init__(self, store: ObjectStore, sleep: Callable[[float], None]) -> None:
        from oscar_sync.storage.buckets import BucketProvider  # a plan does without

        super().__init__(BucketProvider(store))
        self.hooks = outlasting_restarts(store.hooks, sleep)
        self.set_hook = outlasting_restarts(store.set_hook, sleep)
        self.remove_hooks = outlasting_restarts(store.remove_hooks, sleep)
        self.replace_hooks = outlasting_restarts(store.replace_hooks, sleep)
        self.count = outlasting_restarts(store.count, sleep)
        self.has_marker = outlasting_restarts(store.has_marker, sleep)
        self.add_tags = outlasting_restarts(store.add_tags, sleep)
        self.put_marker = outlasting_restarts(store.put_marker, sleep)
        self._upload = outlasting_restarts(super().upload, sleep)
        self._delete = outlasting_restarts(super().delete, sleep)
        self._delete_many = outlasting_restarts(super().delete_many, sleep)
        self._below = outlasting_restarts(super().below, sleep)

    def upload(self, item: Upload, on_bytes: OnBytes) -> None:
        self._upload(item, on_bytes)

    def delete(self, path: str) -> None:
        self._delete(path)

    def delete_many(self, paths: Sequence[str]) -> Mapping[str, str]:
        return self._delete_many(paths)

    def below(self, folder: str) -> Mapping[str, ExtraFile]:
        return self._below(folder)
