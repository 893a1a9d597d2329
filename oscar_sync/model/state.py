"""The two pictures: what should be, and what is."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from oscar_sync.model.cluster import Cluster, ReadingState
from oscar_sync.model.diagnostic import Diagnostic
from oscar_sync.model.form import Form
from oscar_sync.model.identity import BucketName, ClusterId, ServiceKey, ServiceName
from oscar_sync.model.masks import Masks
from oscar_sync.model.origin import Locate
from oscar_sync.model.secret import Secret
from oscar_sync.model.selection import Narrowing
from oscar_sync.model.settings import Seed, Settings


class DesiredService(Struct, frozen=True):
    """A service as its manifest (with overlays and env file) wants it.

    ``form`` is its normal form; ``secrets`` the declared ``environment.secrets`` (blank: keep what
    the cluster has); ``masks`` show what variables put in as it is written.
    """

    key: ServiceKey
    form: Form
    secrets: Mapping[str, Secret]
    locate: Locate
    masks: Masks = Masks()


class DesiredState(Struct, frozen=True):
    """Everything the files say. Made only when there is no error in any of them.

    ``is_partial``: a command that does without manifests found errors in some. ``gaps`` are files
    that may hold more services than were found, each with the reason. ``others`` are the services
    of the files that the run leaves out: no data that they use may go. ``contents`` are the files
    as they were read, by absolute path; an env file is not in it.
    """

    services: tuple[DesiredService, ...]
    settings: Settings
    file_count: int
    narrowing: Narrowing = Narrowing()
    diagnostics: tuple[Diagnostic, ...] = ()
    is_partial: bool = False
    gaps: tuple[str, ...] = ()
    others: tuple[DesiredService, ...] = ()
    contents: Mapping[str, bytes] = MappingProxyType({})

    @property
    def declared_buckets(self) -> tuple[tuple[ClusterId, str], ...]:
        """Return cluster and name of each declared bucket, on the clusters that the files name."""
        named = (one.which.cluster for one in self.settings.buckets)
        clusters = {*filter(None, named), *(service.key.cluster for service in self.services)}
        return tuple(
            (cluster, one.which.name)
            for cluster in sorted(clusters)
            for one in self.settings.buckets_on(cluster)
        )


class HookRule(Struct, frozen=True):
    """A bucket notification: uploads below ``prefix`` start ``service``; blank service: foreign."""

    service: str
    prefix: str
    arn: str
    events: tuple[str, ...] = ("s3:ObjectCreated:*",)
    suffix: str = ""


class BucketFacts(Struct, frozen=True):
    """A bucket as ``/system/buckets`` shows it; ``is_tagged``: OSCAR said on it whose it is.

    ``set_name``, ``applied`` and ``kept_by`` are our own marks, blank where it has none
    (`semantics.bucket_marks`). ``is_gone``: it does not exist, and a policy that is left gives
    access to its name.
    """

    name: BucketName
    owner: str = ""
    visibility: str = ""
    allowed_users: tuple[str, ...] = ()
    from_service: str = ""
    is_tagged: bool = True
    set_name: str = ""
    applied: str = ""
    kept_by: str = ""
    is_gone: bool = False


class BucketCount(Struct, frozen=True):
    """What a bucket holds, folder markers left out; ``is_at_least``: the listing was cut."""

    objects: int
    size_bytes: int
    last_write: datetime | None = None
    is_at_least: bool = False

    def is_within(self, bound: "BucketCount") -> bool:
        """Tell whether no more is lost with the bucket than with *bound* (trust 1.3)."""
        # A bound that was cut short says only "at least": whoever agreed to it agreed to any
        # number.
        if bound.is_at_least:
            return True
        if self.is_at_least or self.objects > bound.objects or self.size_bytes > bound.size_bytes:
            return False
        if self.last_write is None:
            return True
        return bound.last_write is not None and self.last_write <= bound.last_write


class StoredObject(Struct, frozen=True, eq=False):
    """One object as a listing shows it; when it was written does not tell it from another."""

    key: str
    size_bytes: int
    etag: str
    last_write: datetime | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StoredObject) and self._compared() == other._compared()

    def __hash__(self) -> int:
        return hash(self._compared())

    def _compared(self) -> tuple[str, int, str]:
        return self.key, self.size_bytes, self.etag


class LiveService(Struct, frozen=True):
    """A service as the cluster's list shows it.

    ``raw`` is the server's own object (never shown, never logged); ``form`` its normal form.
    """

    key: ServiceKey
    raw: Mapping[str, object]
    form: Form
    owner: str
    namespace: str
    annotations: Mapping[str, str]
    bucket_list: tuple[str, ...]
    secret_names: tuple[str, ...]

    def __repr__(self) -> str:
        return f"LiveService({self.key})"


class Upload(Struct, frozen=True):
    """One file that a store does not hold as it is: from ``source`` to ``path``.

    In buckets ``path`` is ``bucket/key``.
    """

    source: str
    path: str
    size_bytes: int
    checksum: str


class ExtraFile(Struct, frozen=True):
    """A file on a store that no file of a seed names, as it was listed; ``path`` as of uploads."""

    path: str
    size_bytes: int
    checksum: str
    last_write: datetime | None = None


class SeedDifference(Struct, frozen=True):
    """What a seed lacks on its store, and what lies ``extra`` below its folder: no file names it.

    ``source_fault`` says why nothing may be deleted for want of a file: there are no files at all,
    or the source is not a folder.

    ``problems`` are files that cannot be seeded, each with its reason. ``no_bucket`` says why the
    store shows no bucket of that name; such a bucket lacks everything. ``not_allowed`` says that
    the store was not asked: its address may not have credentials. ``alike`` are paths that stand
    for two: they look the same and differ in Unicode form.
    """

    uploads: tuple[Upload, ...] = ()
    extra: tuple[ExtraFile, ...] = ()
    unchanged: int = 0
    problems: tuple[str, ...] = ()
    source_fault: str = ""
    no_bucket: str = ""
    not_allowed: str = ""
    alike: tuple[str, ...] = ()


class Probe(StrEnum):
    """What a GET of a name answered that the list does not show, or shows once (safety 3)."""

    FREE = "free"
    EXISTS = "exists"
    HIDDEN = "hidden"
    SHARED = "shared"
    """Several users have a service of that name: no request by name works (record 211)."""
    UNKNOWN = "unknown"
    """An error: the name may be free, and a POST of a taken one leaves secrets behind."""


class DeploymentState(Struct, frozen=True):
    """State of a service's runtime: ``ready``, ``pending``, ``stopped``, ``failed`` ..."""

    state: str
    reason: str = ""


class VolumeFacts(Struct, frozen=True):
    """One managed volume as the cluster lists it (oscar-server 1.5)."""

    name: str
    size: str = ""
    made_by: ServiceName = ServiceName("")
    phase: str = ""
    attached_to: tuple[str, ...] = ()

    @property
    def is_deleting(self) -> bool:
        """Tell whether it goes, as soon as no pod uses it (record 136)."""
        return self.phase == "deleting"


class Quota(Struct, frozen=True):
    """What a user may still make; None and blank: there is no limit, or none that is shown.

    ``disk_max`` and ``disk_used`` are quantities of Kubernetes, of all volumes together;
    ``volume_max`` and ``volume_min`` of one.
    """

    buckets_left: int | None = None
    volumes_left: int | None = None
    disk_max: str = ""
    disk_used: str = ""
    volume_max: str = ""
    volume_min: str = ""


class OwnStore(Struct, frozen=True):
    """The cluster's own object store: its addresses, from inside and from here, and its keys."""

    addresses: tuple[str, ...] = ()
    access_key: Secret = Secret("")
    secret_key: Secret = Secret("")


NAMESPACE: Final = "NAMESPACE"
"""What an operator replaces by the namespace of a user, which no answer shows."""


class ClusterView(Struct, frozen=True):
    """What was read of one cluster.

    ``problem`` is blank if the cluster was read; ``reading`` tells what became of that. ``me`` are
    the owner ids that count as mine (safety 3). ``buckets`` and ``volumes`` are None where they
    were not asked for, ``hooks[b]`` is absent where it was not read. ``unlisted`` are buckets
    looked at by name, since a user's list leaves out what other users have; None: there is none of
    that name; ``tag_owners`` is whose a bucket is by its tag, which a list leaves out.
    ``services``, ``namesakes``, ``buckets`` and ``volumes`` are in the order of their names.
    ``unreadable`` are services whose definition the server cannot read, so that it lists none;
    ``namesakes`` are services of a name that ``services`` has in another namespace. ``denied`` are
    buckets that our keys of the store do not reach; ``is_store_reached``: the store answered once.
    ``release_problem`` says why nobody can tell which release it is; ``release`` is then the oldest
    that it may be.
    """

    cluster: Cluster
    problem: str = ""
    reading: ReadingState = ReadingState.READ
    release: tuple[int, int, int] = (4, 1, 2)
    release_problem: str = ""
    version: str = ""
    me: frozenset[str] = frozenset({"cluster_admin"})
    is_admin: bool = True
    services_namespace: str = "oscar-svc"
    allowed_images: tuple[str, ...] = ()
    services: Mapping[ServiceName, LiveService] = MappingProxyType({})
    unreadable: tuple[ServiceName, ...] = ()
    namesakes: tuple[LiveService, ...] = ()
    buckets: Mapping[BucketName, BucketFacts] | None = None
    volumes: Mapping[str, VolumeFacts] | None = None
    unlisted: Mapping[BucketName, BucketFacts | None] = MappingProxyType({})
    tag_owners: Mapping[BucketName, str] = MappingProxyType({})
    counts: Mapping[BucketName, BucketCount] = MappingProxyType({})
    hooks: Mapping[BucketName, tuple[HookRule, ...]] = MappingProxyType({})
    markers: Mapping[tuple[BucketName, str], bool] = MappingProxyType({})
    probes: Mapping[ServiceName, Probe] = MappingProxyType({})
    deployments: Mapping[ServiceName, DeploymentState] = MappingProxyType({})
    quota: Quota | None = None
    store_problem: str = ""
    is_store_reached: bool = False
    store_warning: str = ""
    upload_hindrance: str = ""
    own_store: OwnStore = OwnStore()
    denied: frozenset[BucketName] = frozenset()
    seeds: Mapping[Seed, SeedDifference] = MappingProxyType({})

    @property
    def is_read(self) -> bool:
        return not self.problem

    @property
    def operators_namespace(self) -> str:
        """Return where an operator finds my services; a user's own namespace is not shown."""
        return self.services_namespace if self.is_admin else NAMESPACE

    @property
    def every_service(self) -> tuple[LiveService, ...]:
        return (*self.services.values(), *self.namesakes)
