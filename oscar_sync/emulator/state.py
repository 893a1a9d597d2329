"""What the emulated cluster remembers (oscar-server 15)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from oscar_sync.emulator.access import Access
from oscar_sync.emulator.binding import Document, Struct
from oscar_sync.emulator.callers import Caller, namespace_of
from oscar_sync.emulator.members import Unreached
from oscar_sync.emulator.object_store import ObjectStore
from oscar_sync.emulator.reads import EncodedService
from oscar_sync.emulator.releases import Release, release_of
from oscar_sync.emulator.wire import Answer, Request

__all__ = ["ADMIN", "Cluster", "Invocation", "Job", "Quota", "Service", "Settings", "Volume"]

ADMIN = "cluster_admin"
_FIRST_PORT = 30_529


@dataclass(frozen=True, slots=True)
class Settings:
    """What the server was started with."""

    version: str = "4.1.2"
    name: str = "oscar"
    namespace: str = "oscar"
    services_namespace: str = "oscar-svc"
    holds_workloads: bool = False
    page: int = 70
    oidc_issuers: tuple[str, ...] = ()
    oidc_groups: tuple[str, ...] = ("",)
    has_store_secret: bool = True

    @property
    def release(self) -> Release:
        return release_of(self.version)

    @property
    def shape(self) -> Struct:
        return self.release.shape


@dataclass(slots=True)
class Service:
    """A stored service: its definition as a GET shows it, and its runtime."""

    name: str
    namespace: str
    definition: Document
    shape: Struct
    is_poisoned: bool = False
    has_knative: bool = True
    deployment: str = ""
    """How the name of its Deployment ends, blank without one."""
    replicas: int = 0
    has_autoscaler: bool = True
    since: datetime | None = None
    encoded: EncodedService | None = None

    @property
    def is_exposed(self) -> bool:
        """Return whether it runs as a Deployment of its own (oscar-server 2.4)."""
        ports = self.definition["expose"]["api_port"]
        return bool(ports and ports[0])

    @property
    def token(self) -> str:
        return str(self.definition["token"])


@dataclass(slots=True)
class Volume:
    """A claim on disk, made by a service or by the API."""

    name: str
    namespace: str
    size: str
    owner: str
    made_by: str = ""
    policy: str = ""
    is_deleting: bool = False


@dataclass(frozen=True, slots=True)
class Invocation:
    """A request to `/run` or `/job` as OSCAR logs it."""

    moment: datetime
    path: str
    user: str
    status: int
    when: str
    peer: str
    raw: str

    @property
    def verb(self) -> str:
        return self.path.split("/")[1]

    @property
    def service(self) -> str:
        """Return the name that was invoked, of a service that is there or not."""
        return self.path.split("/")[2]


@dataclass(slots=True)
class Quota:
    disk: str = "6Gi"
    volumes: str = "4"
    largest: str = "5Gi"
    smallest: str = "200Mi"
    buckets: str = ""
    bucket_size: str = ""


@dataclass(slots=True)
class Job:
    name: str
    service: str
    namespace: str
    event: str
    owner: str
    status: str
    created: datetime
    started: datetime | None = None
    finished: datetime | None = None
    log: str | None = None


def _echo(_: Service, body: bytes) -> str:
    return body.decode("utf-8", errors="replace")


def _no_job(_: Job) -> None:
    """Leave a job alone."""


def _no_member(request: Request) -> Answer:
    raise Unreached(request.target)


@dataclass(slots=True)
class Cluster:
    """The state of one cluster, and the ways in which time, chance and work come in."""

    settings: Settings
    store: ObjectStore
    now: Callable[[], datetime]
    new_token: Callable[[], str]
    new_uuid: Callable[[], str]
    restart_store: Callable[[], str | None]
    run_job: Callable[[Job], None] = _no_job
    run_now: Callable[[Service, bytes], str] = _echo
    call_member: Callable[[Request], Answer] = _no_member
    """Asks another cluster; other requests may change the state meanwhile."""
    services: dict[tuple[str, str], Service] = field(default_factory=dict)
    secrets: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    volumes: dict[tuple[str, str], Volume] = field(default_factory=dict)
    jobs: dict[tuple[str, str], dict[str, Job]] = field(default_factory=dict)
    allowed_images: list[str] | None = None
    has_image_config: bool = False
    has_namesakes: bool = False
    invocations: list[Invocation] = field(default_factory=list)
    next_port: int = _FIRST_PORT
    posted_as_admin: bool = False
    """Whether the last POST of a service was an administrator's: one variable for all requests."""
    namespaces: set[str] = field(default_factory=set)
    """Those of users."""
    quotas: dict[str, Quota] = field(default_factory=dict)
    """By user, where an administrator set one."""

    @property
    def access(self) -> Access:
        return self.store.access

    def welcome(self, caller: Caller) -> None:
        """Make what a user has from the first request on: keys of the store, a namespace."""
        if caller.uid:
            self.provide_user(caller.uid)
            self.namespaces.add(self.home_of(caller))

    def provide_user(self, uid: str) -> None:
        """Make a user of the store, with keys, unless there is one."""
        if uid not in self.access.users:
            self.access.add_user(uid, self.new_token()[:14])

    def home_of(self, caller: Caller) -> str:
        """Return the namespace in which a caller's things live; before 3.6.5 there is one."""
        home, limit = self.settings.services_namespace, self.settings.release.namespace_limit
        return home if caller.is_admin or not limit else namespace_of(home, caller.uid, limit)

    def forget(self) -> None:
        for kept in (self.services, self.secrets, self.volumes, self.jobs, self.quotas):
            kept.clear()
        self.invocations.clear()
        self.namespaces.clear()
        self.allowed_images, self.has_image_config = None, False
        self.has_namesakes = self.posted_as_admin = False
        self.next_port = _FIRST_PORT
        self.store.webhooks.clear()

    def named(self, name: str) -> list[Service]:
        home = self.services.get((self.settings.services_namespace, name))
        if home is not None and not self.has_namesakes:
            return [home]
        return [service for (_, known), service in self.services.items() if known == name]

    def has_taken(self, name: str, namespace: str) -> bool:
        services = self.named(name)
        if services and not self.settings.release.has_unique_names:
            self.has_namesakes = True
            return any(service.namespace == namespace for service in services)
        return bool(services)

    def become(self, version: str) -> None:
        """Be another release from now on: nothing that is stored is migrated (oscar-server 11).

        What 4.0 stored, its ports as numbers, 4.1 cannot read.
        """
        self.settings = replace(self.settings, version=version)
        self.posted_as_admin = False
        for service in self.services.values():
            if service.shape is not self.settings.shape and self.settings.release.reads_lists:
                service.is_poisoned, service.encoded = True, None

    def in_order(self) -> Iterable[Service]:
        """Return all services by namespace and name."""
        return [self.services[key] for key in sorted(self.services)]

    def attachments(self, namespace: str, volume: str) -> list[Service]:
        return [
            service
            for (place, _), service in sorted(self.services.items())
            if place == namespace
            and service.definition["volume"]
            and service.definition["volume"]["name"] == volume
        ]
