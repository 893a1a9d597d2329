"""What ``oscar-sync.yaml`` and the command line say, ready to be used."""

from collections.abc import Iterable
from typing import Final, TypeAlias, TypeVar

from msgspec import Struct

from oscar_sync.model.cluster import Cluster
from oscar_sync.model.consent import Consent
from oscar_sync.model.identity import ClusterId, ServiceKey, ServiceName
from oscar_sync.model.origin import Origin
from oscar_sync.model.window import Window

_OTHERS: Final = ClusterId("*")

OWN_STORE: Final = "minio.default"
"""The provider that is the cluster's own object store."""


class Which(Struct, frozen=True):
    """``SERVICE`` (on every cluster that is read) or ``CLUSTER/SERVICE``."""

    name: str
    cluster: ClusterId | None = None

    def matches(self, key: ServiceKey) -> bool:
        return self.name == key.name and self.cluster in (None, key.cluster)

    def overlaps(self, other: "Which") -> bool:
        """Tell whether the two may mean one thing on some cluster."""
        is_one_cluster = None in (self.cluster, other.cluster) or self.cluster == other.cluster
        return self.name == other.name and is_one_cluster

    def __str__(self) -> str:
        return f"{self.cluster}/{self.name}" if self.cluster else self.name


class RemovedEntry(Struct, frozen=True):
    """One entry of ``removed``: the service is to be undeployed, its buckets stay.

    ``erase`` names buckets to erase afterwards, or ``empty`` or ``volume``; ``forget`` only takes
    the stamp off. ``close_access``: its buckets are closed to all but their owner first.
    """

    which: Which
    origin: Origin
    erase: tuple[str, ...] = ()
    forget: bool = False
    because: str = ""
    close_access: bool = False


class MovedEntry(Struct, frozen=True):
    """One entry of ``moved``: the *old* service is to be called as *new* says, with its data."""

    old: Which
    new: Which
    origin: Origin


class Seed(Struct, frozen=True):
    """Files to be on a store: the contents of ``source`` (absolute path) below ``bucket/prefix``.

    ``provider`` is ``type.id``; one that has no buckets has a blank ``bucket``. ``is_trigger``
    allows uploads that start jobs; ``delete_extra`` removes what else is below the prefix.
    """

    service: Which
    source: str
    shown_source: str
    provider: str
    bucket: str
    prefix: str
    origin: Origin
    is_trigger: bool = False
    delete_extra: bool = False

    @property
    def is_elsewhere(self) -> bool:
        return self.provider != OWN_STORE

    @property
    def folder(self) -> str:
        return f"{self.bucket}/{self.prefix}".strip("/")

    @property
    def place(self) -> str:
        return self.shown(self.folder)

    def shown(self, path: str) -> str:
        return f"{self.provider}:{path}" if self.is_elsewhere else path


class ServiceSettings(Struct, frozen=True):
    which: Which
    origin: Origin
    protect: bool = False
    allow: tuple[Consent, ...] = ()
    ignore: tuple[str, ...] = ()
    wait_s: float | None = None
    seeds: tuple[Seed, ...] = ()
    close_access: bool = False


class DeclaredBucket(Struct, frozen=True):
    """A bucket that ``buckets`` of the settings declares, by its name, with who has access."""

    which: Which
    origin: Origin
    visibility: str = "private"
    allowed_users: tuple[str, ...] = ()
    because: str = ""
    seeds: tuple[Seed, ...] = ()


class DeclaredVolume(Struct, frozen=True):
    """A managed volume that ``volumes`` declares; ``size`` is a quantity of Kubernetes."""

    which: Which
    origin: Origin
    size: str
    because: str = ""


class RemovedStorage(Struct, frozen=True):
    """A bucket or volume that ``removed`` names, with ``erase: true``: it goes with its content.

    ``origin`` is None for what a command names for deletion.
    """

    which: Which
    origin: Origin | None
    is_volume: bool = False
    because: str = ""


class Settings(Struct, frozen=True):
    """Everything that shapes a run beside the manifests.

    ``file`` is blank without a settings file; ``folder`` is where it lies, else the first PATH's
    folder. ``set_name`` is blank without a ``set:``: then nothing is stamped and nothing is ever a
    removal candidate.
    """

    folder: str
    file: str = ""
    set_name: str = ""
    clusters: tuple[Cluster, ...] = ()
    prune: bool = False
    max_removals: int = 3
    env_file: str = ""
    owners: tuple[str, ...] = ()
    removed: tuple[RemovedEntry, ...] = ()
    moved: tuple[MovedEntry, ...] = ()
    waves: tuple[tuple[ClusterId, ...], ...] = ()
    windows: tuple[Window, ...] = ()
    services: tuple[ServiceSettings, ...] = ()
    allow: tuple[Consent, ...] = ()
    buckets: tuple[DeclaredBucket, ...] = ()
    volumes: tuple[DeclaredVolume, ...] = ()
    removed_storage: tuple[RemovedStorage, ...] = ()

    @property
    def declares_storage(self) -> bool:
        return bool(self.buckets or self.volumes)

    @property
    def seeds(self) -> tuple[Seed, ...]:
        of_buckets = (seed for one in self.buckets for seed in one.seeds)
        return (*(seed for one in self.services for seed in one.seeds), *of_buckets)

    def of_service(self, key: ServiceKey) -> tuple[ServiceSettings, ...]:
        return tuple(entry for entry in self.services if entry.which.matches(key))

    def removal_of(self, key: ServiceKey) -> RemovedEntry | None:
        return next((entry for entry in self.removed if entry.which.matches(key)), None)

    def buckets_on(self, cluster: ClusterId) -> tuple[DeclaredBucket, ...]:
        """Return the buckets that are declared for *cluster*, those for each cluster among them."""
        return _on(cluster, self.buckets)

    def volumes_on(self, cluster: ClusterId) -> tuple[DeclaredVolume, ...]:
        return _on(cluster, self.volumes)

    def removed_storage_on(
        self, cluster: ClusterId, *, volumes: bool
    ) -> tuple[RemovedStorage, ...]:
        """Return the entries of buckets, or of *volumes*, that are to be deleted on *cluster*."""
        return _on(cluster, (one for one in self.removed_storage if one.is_volume is volumes))

    def in_waves(self, clusters: Iterable[ClusterId]) -> tuple[tuple[ClusterId, ...], ...]:
        """Return *clusters* in their waves; those that no wave and no ``*`` names come last."""
        number = {name: at for at, wave in enumerate(self.waves) for name in wave}
        last = number.get(_OTHERS, len(self.waves))
        waves: dict[int, list[ClusterId]] = {}
        for cluster in clusters:
            waves.setdefault(number.get(cluster, last), []).append(cluster)
        return tuple(tuple(waves[at]) for at in sorted(waves))

    def moved_to(self, key: ServiceKey) -> ServiceKey:
        """Return what *key* is called by the last of the entries of ``moved`` that follow on it."""
        seen = {key}
        while entry := next((one for one in self.moved if one.old.matches(key)), None):
            key = ServiceKey(key.cluster, ServiceName(entry.new.name))
            if key in seen:  # a circle is an error; commands that do without manifests go on
                break
            seen.add(key)
        return key

    def closes_access(self, key: ServiceKey) -> bool:
        removed = self.removal_of(key)
        entries = (*self.of_service(key), *((removed,) if removed else ()))
        return any(entry.close_access for entry in entries)


Declared: TypeAlias = DeclaredBucket | DeclaredVolume | RemovedStorage

_T = TypeVar("_T", bound=Declared)


def _on(cluster: ClusterId, entries: Iterable[_T]) -> tuple[_T, ...]:
    """Return one entry a name, sorted: what names *cluster* wins over what is for each cluster."""
    named: dict[str, _T] = {}
    for entry in entries:
        if entry.which.cluster == cluster or (
            entry.which.cluster is None and entry.which.name not in named
        ):
            named[entry.which.name] = entry
    return tuple(named[name] for name in sorted(named))
