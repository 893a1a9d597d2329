"""What execution needs from outside. The parts are handed in; no room knows another."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from oscar_sync.errors import StoreError
from oscar_sync.model.event import Event
from oscar_sync.model.field import Value
from oscar_sync.model.form import Account, Form
from oscar_sync.model.identity import ClusterId, ServiceKey
from oscar_sync.model.material import FingerprintKey
from oscar_sync.model.state import (
    NAMESPACE,
    BucketCount,
    BucketFacts,
    DeploymentState,
    ExtraFile,
    HookRule,
    Upload,
    VolumeFacts,
)


class StatusAndText(Protocol):
    @property
    def status(self) -> int: ...

    @property
    def text(self) -> str:
        """Return the body as text; may hold secrets where it is a service."""
        ...

    @property
    def shown(self) -> str:
        """Return the words of a write's answer or an error, for people: cut, without secrets."""
        ...

    @property
    def json(self) -> object | None:
        """Return the body as JSON, None where it is none."""
        ...


class JobState(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def status(self) -> str:
        """Return the phase of its pod, or ``Suspended``."""
        ...


class ServiceApi(Protocol):
    """A cluster's API. A lost answer raises ``UnreachableError``; writes are never repeated."""

    def list_services(self) -> list[Mapping[str, object]]:
        """Return every service that this user is shown."""
        ...

    def get_service(self, name: str) -> StatusAndText:
        """Return the answer to a GET by name, whatever its status."""
        ...

    def post_service(
        self, body: Mapping[str, Value], least_timeout_s: float | None = None
    ) -> StatusAndText:
        """Send a POST of *body*; its answer is waited for *least_timeout_s* at least."""
        ...

    def put_service(
        self, body: Mapping[str, Value], least_timeout_s: float | None = None
    ) -> StatusAndText:
        """Send a PUT of *body*; its answer is waited for *least_timeout_s* at least."""
        ...

    def delete_service(self, name: str) -> StatusAndText: ...

    def restart_service(self, name: str) -> StatusAndText: ...

    def delete_bucket(self, name: str) -> StatusAndText:
        """Erase a bucket with all it holds."""
        ...

    def create_bucket(self, name: str, visibility: str, users: Sequence[str]) -> StatusAndText: ...

    def set_access(self, name: str, visibility: str, users: Sequence[str]) -> StatusAndText: ...

    def create_volume(self, name: str, size: str) -> StatusAndText: ...

    def delete_volume(self, name: str) -> StatusAndText: ...

    def list_buckets(self) -> tuple[BucketFacts, ...]: ...

    def list_volumes(self) -> Mapping[str, VolumeFacts]: ...

    def jobs(self, name: str) -> Iterable["JobState"]:
        """Yield the jobs of a service that this user is shown."""
        ...

    def deployment(self, name: str) -> DeploymentState: ...

    def deployment_logs(self, name: str) -> tuple[str, ...]: ...


class Files(Protocol):
    """Where seeds go. A path is ``bucket/key`` where there are buckets.

    Every call may raise ``StoreError``.
    """

    @property
    def resumes(self) -> bool:
        """Tell whether a big upload that is cut off goes on where it was the next time."""
        ...

    @property
    def uploads_at_once(self) -> int:
        """Return how many uploads the store is asked to take side by side."""
        ...

    def upload(self, item: Upload, on_bytes: Callable[[int], None]) -> None:
        """Upload a file as it was planned, and tell *on_bytes* of each piece how long it is.

        What *on_bytes* raises ends the upload, which only a store that ``resumes`` survives
        unharmed.
        """
        ...

    def delete(self, path: str) -> None: ...

    def delete_many(self, paths: Sequence[str]) -> Mapping[str, str]:
        """Delete what is at *paths*; return those that stay, each with the reason."""
        ...

    def below(self, folder: str) -> Mapping[str, ExtraFile]: ...


class Store(Files, Protocol):
    """A cluster's object store. Every call may raise ``StoreError``."""

    def hooks(self, bucket: str) -> tuple[HookRule, ...]: ...

    def set_hook(self, bucket: str, service: str, prefix: str) -> bool:
        """Add a notification, every other rule kept; tell whether anything was written."""
        ...

    def remove_hooks(self, bucket: str, service: str, prefixes: Collection[str] | None) -> bool:
        """Take notifications of *service* off, every other rule kept; tell whether any went."""
        ...

    def replace_hooks(self, bucket: str, old: str, new: str, prefixes: Collection[str]) -> bool:
        """Let uploads below *prefixes* start *new*, and none *old*, by one write; tell of that."""
        ...

    def count(self, bucket: str) -> BucketCount:
        """Return what the bucket holds; a long listing is cut."""
        ...

    def has_marker(self, bucket: str, folder: str) -> bool: ...

    def put_marker(self, bucket: str, folder: str) -> None: ...

    def add_tags(self, bucket: str, tags: Mapping[str, str]) -> None: ...


class ClusterPorts(Struct, frozen=True):
    """One cluster's parts; ``store`` is None where it cannot be reached.

    ``namespace`` is where an operator finds the services, for the remedies of failures.
    """

    api: ServiceApi
    store: Store | None = None
    store_problem: str = ""
    namespace: str = NAMESPACE


def nowhere(provider: str, credentials: Account) -> Files:
    """Refuse to open a provider, where nothing is ever seeded. Raises StoreError: always."""
    del credentials
    raise StoreError(provider, "nothing is seeded from here")


class Parts(Struct, frozen=True):
    """Everything else: comparing, the key, the clock, and who is informed.

    ``holds(live, wanted, owner)`` tells whether a live form is the wanted one; ``key()`` returns
    the fingerprint key, made now if there is none (None: it cannot be kept); ``is_stopping()``
    turns true when the user wants to end; ``revision()`` is the commit that the files come from,
    blank for none; ``files(provider, credentials)`` is a store that is not the cluster's own.
    ``wanted`` are the services that must be ready before the next wave begins, for which it waits
    ``wave_wait_s``; None: not at all.
    """

    clusters: Mapping[ClusterId, ClusterPorts]
    holds: Callable[[Form, Form, str], bool]
    key: Callable[[], FingerprintKey | None]
    on_event: Callable[[Event], None]
    is_stopping: Callable[[], bool]
    now: Callable[[], float]
    sleep: Callable[[float], None]
    parallelism: int = 2
    revision: Callable[[], str] = str
    files: Callable[[str, Account], Files] = nowhere
    wanted: Collection[ServiceKey] = ()
    wave_wait_s: float | None = None
