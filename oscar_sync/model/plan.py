"""What would be done. One plan object is what is shown, saved, executed and reported."""

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from oscar_sync.model.cluster import ReadingState
from oscar_sync.model.diagnostic import Diagnostic
from oscar_sync.model.field import Json
from oscar_sync.model.identity import ClusterId, ServiceKey
from oscar_sync.model.origin import Origin
from oscar_sync.model.state import BucketCount

BUCKET_PREFIX: Final = "bucket "
VOLUME_PREFIX: Final = "volume "
"""What stands before the name of a bucket or volume: no service's or bucket's holds a space."""


class ActionKind(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    REMOVE = "remove"
    REPLACE = "replace"
    RENAME = "rename"
    SEED = "seed"
    HOOK = "hook"
    ADOPT = "adopt"
    FORGET = "forget"
    ERASE = "erase"
    CREATE_BUCKET = "create bucket"
    SHARE_BUCKET = "share bucket"
    ADOPT_BUCKET = "adopt bucket"
    CREATE_VOLUME = "create volume"

    @property
    def is_creation(self) -> bool:
        """Tell whether what it makes is not there: never made, or deleted on the cluster."""
        return self in _MAKING

    @property
    def is_new_name(self) -> bool:
        """Tell whether nothing on the cluster has its name yet: what it sends has no live side."""
        return self.is_creation or self is ActionKind.RENAME

    @property
    def is_update(self) -> bool:
        """Tell whether it changes what is there, field by field."""
        return self in _UPDATING

    @property
    def is_drift(self) -> bool:
        """Tell whether the cluster must have moved, whatever fields it changes."""
        return self.is_creation or self is ActionKind.HOOK


class Do(StrEnum):
    """One write on the wire (product 6; laws L5 and L11 count these)."""

    POST = "post"
    PUT = "put"
    UNHOOK = "unhook"
    DELETE = "delete"
    ERASE = "erase"
    MARKER = "marker"
    HOOK = "hook"
    REHOOK = "rehook"
    """All notifications of a bucket that start one service start another one from then on."""
    RESTART = "restart"
    UPLOAD = "upload"
    DELETE_OBJECT = "delete-object"
    CREATE_BUCKET = "create-bucket"
    SET_ACCESS = "set-access"
    TAG = "tag"
    TAG_KEPT = "tag-kept"
    """The mark by which ``doctor`` knows what a removal kept."""
    CREATE_VOLUME = "create-volume"
    DELETE_VOLUME = "delete-volume"


_UPDATING: Final = frozenset({ActionKind.UPDATE, ActionKind.SHARE_BUCKET})
_MAKING: Final = frozenset({ActionKind.CREATE, ActionKind.CREATE_BUCKET, ActionKind.CREATE_VOLUME})


class Op(StrEnum):
    """How a field differs, seen from the cluster."""

    ADD = "add"
    REMOVE = "remove"
    CHANGE = "change"
    SAME = "same"
    """Sent again as it is: what a replacement creates beside what differs (trust 1.1)."""


class Cause(StrEnum):
    """Who moved (three-way attribution, safety 3)."""

    MANIFEST = "changed in the files"
    CLUSTER = "changed on the cluster"
    BOTH = "both"
    UNKNOWN = "cause unknown"

    @property
    def is_drift(self) -> bool:
        """Tell whether it was changed on the cluster, as far as we can say."""
        return self is not Cause.MANIFEST


class Category(StrEnum):
    """How an action is shown, worst first: every format sorts and counts by it (trust 1.5)."""

    DELETED = "deleted"
    BLOCKED = "blocked"
    CHANGED = "changed"
    DRIFTED = "drifted"


class FieldChange(Struct, frozen=True):
    """One field that is sent: ``before`` is live, ``after`` wanted; secrets show fingerprints.

    A creation lists every field that is not at its default, as additions.
    """

    path: str
    op: Op
    before: Json
    after: Json
    cause: Cause
    origin: Origin | None = None
    is_sensitive: bool = False


class _Thing(Struct, frozen=True):
    """A bucket, by its name, or a managed volume, as ``volume NAME``."""

    bucket: str

    @property
    def name(self) -> str:
        return self.bucket if self.is_volume else f"bucket {self.bucket}"

    @property
    def is_volume(self) -> bool:
        """Tell whether it is a managed volume: it stays or goes with its service's DELETE."""
        return self.bucket.startswith(VOLUME_PREFIX)


class Kept(_Thing, frozen=True):
    objects: int | None = None
    size_bytes: int | None = None
    is_at_least: bool = False
    shared_with: tuple[str, ...] = ()
    is_public: bool = False


class Erased(_Thing, frozen=True):
    """A bucket or volume that the action erases, and the consent that names it.

    ``objects`` is None where the store does not tell what it holds.
    """

    objects: int | None = None
    size_bytes: int | None = None
    is_at_least: bool = False
    last_write: datetime | None = None
    shared_with: tuple[str, ...] = ()
    consent: str = ""

    @property
    def count(self) -> BucketCount | None:
        if self.objects is None or self.size_bytes is None:
            return None
        return BucketCount(self.objects, self.size_bytes, self.last_write, self.is_at_least)


class Step(Struct, frozen=True):
    """One write. ``target`` is a service, ``bucket``, ``bucket/key`` or ``bucket/prefix``.

    ``note`` says in words what it is for (``without inputs and outputs``); ``size_bytes`` and
    ``checksum`` (``sha256:...``) belong to uploads; an object that is deleted has the checksum that
    its store tells; ``restarts`` is how often the server restarts MinIO during it.
    ``member`` is the id of the cluster where it is sent, blank for the action's own; ``target``
    then is ``cluster/service``. ``is_detach``: a PUT that takes buckets out of a definition or
    access to them away, and gives nothing.
    """

    do: Do
    target: str
    note: str = ""
    size_bytes: int = 0
    checksum: str = ""
    restarts: int = 0
    member: str = ""
    is_detach: bool = False

    @property
    def restarts_store(self) -> bool:
        return self.restarts > 0


class MemberFate(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    REPLACED = "replaced"
    REMOVED = "removed"
    LEFT = "left"
    ABSENT = "absent"
    """There is none, and an update makes none."""
    UNSEEN = "unseen"
    """Nobody can see from here what is there; somebody consented."""
    OUT_OF_SIGHT = "out-of-sight"
    """As unseen, of a removal: nothing is sent there, and a worker there stays."""


class MemberEffect(Struct, frozen=True):
    """What an action on an origin does to a member: OSCAR writes that service too.

    ``keeps`` are the buckets that it is detached from, on its own cluster; ``live_fingerprint``
    is that of the worker, blank where there is none.
    """

    cluster: str
    service: str
    endpoint: str
    fate: MemberFate
    keeps: tuple[Kept, ...] = ()
    live_fingerprint: str = ""


class Preconditions(Struct, frozen=True):
    """What must still hold just before the first write; blank: there is no such service.

    ``old_fingerprint`` is that of the service which a rename takes its name from.
    """

    live_fingerprint: str = ""
    old_fingerprint: str = ""

    @property
    def exists(self) -> bool:
        return bool(self.live_fingerprint)


class Action(Struct, frozen=True):
    """One counted thing to do, with its reason, its steps and what it keeps and erases.

    ``key.name`` is ``bucket NAME`` or ``volume NAME`` where the action is about one of these.
    ``sends`` is a hash of everything that its requests carry (`planning.sent`): the digest rests on
    it, so that nothing can be sent that was not reviewed. ``notes`` are sentences for people; they
    are not part of the digest. ``unchanged_fields`` counts the other fields of an update, which
    ``unchanged`` holds where :class:`PlanOptions` asks for them. ``renamed_from`` is the name that
    the service of a rename has until then.
    ``revision`` is the commit that the live service was written from, as its mark says.
    """

    id: str
    key: ServiceKey
    kind: ActionKind
    reason: str
    steps: tuple[Step, ...]
    changes: tuple[FieldChange, ...] = ()
    keeps: tuple[Kept, ...] = ()
    erases: tuple[Erased, ...] = ()
    preconditions: Preconditions = Preconditions()
    depends_on: tuple[str, ...] = ()
    seconds: float = 0.0
    origin: Origin | None = None
    notes: tuple[str, ...] = ()
    unchanged_fields: int = 0
    unchanged: tuple[FieldChange, ...] = ()
    members: tuple[MemberEffect, ...] = ()
    sends: str = ""
    renamed_from: str = ""
    revision: str = ""

    @property
    def is_drifted(self) -> bool:
        return any(change.cause.is_drift for change in self.changes)

    @property
    def is_plain_update(self) -> bool:
        """Tell whether it is an update that restarts nothing and touches no store."""
        # Such updates are sent side by side and read back by lists.
        return (
            self.kind is ActionKind.UPDATE
            and not (self.depends_on or self.keeps or self.erases)
            and all(
                step.do in (Do.PUT, Do.RESTART) and not step.restarts_store for step in self.steps
            )
        )

    @property
    def deletes_data(self) -> bool:
        return bool(self.erases) or any(step.do is Do.DELETE_OBJECT for step in self.steps)

    @property
    def category(self) -> Category:
        """Return how the action is shown where no guard blocks it."""
        # Drifted: only the cluster changed; with an edit of the files in it, it is a change.
        if self.deletes_data:
            return Category.DELETED
        is_update = self.kind.is_update and bool(self.changes)
        if is_update and all(change.cause.is_drift for change in self.changes):
            return Category.DRIFTED
        return Category.CHANGED


class Blocked(Struct, frozen=True):
    action: Action
    code: str
    message: str
    ways_out: tuple[str, ...]
    consent: str = ""


class Loss(Struct, frozen=True):
    """What a plan deletes; ``is_at_least``: not everything could be counted."""

    buckets: int = 0
    volumes: int = 0
    objects: int = 0
    size_bytes: int = 0
    extra_objects: int = 0
    is_at_least: bool = False

    def __bool__(self) -> bool:
        return bool(self.buckets or self.volumes or self.extra_objects)


class NotPlanned(Struct, frozen=True):
    key: ServiceKey
    reason: str


class LeftAlone(Struct, frozen=True):
    """A removal candidate that stays since prune is off, or a half-done removal."""

    key: ServiceKey
    message: str


class ClusterSummary(Struct, frozen=True):
    """One cluster in the plan's header; ``ssl_verify``: its certificate is checked.

    ``s3_endpoint`` is the store's address as the settings say; blank: as the cluster says.
    """

    id: ClusterId
    endpoint: str
    identity: str = ""
    live: int = 0
    ours: int = 0
    unstamped: int = 0
    problem: str = ""
    reading: ReadingState = ReadingState.READ
    version: str = ""
    ssl_verify: bool = True
    s3_endpoint: str = ""


class Source(Struct, frozen=True):
    settings_file: str
    files: int
    services: int
    narrowed: str = ""


class Base(Struct, frozen=True):
    """What of a plan is not of this branch: the files at ``ref`` would plan it too.

    ``actions`` are the ids of what is wholly so, ``fields`` the paths of others that are in part;
    ``gone`` are ids that only the plan of ``ref`` has, ``pointers`` files of Git LFS, whose content
    it does not have. ``problem`` is why the files at ``ref`` could not be planned.
    """

    ref: str
    actions: tuple[str, ...] = ()
    fields: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    gone: tuple[str, ...] = ()
    pointers: tuple[str, ...] = ()
    problem: str = ""


class Plan(Struct, frozen=True):
    """The whole plan. ``digest`` is over what would be done and sent, not over places or seconds.

    ``consents`` are those that a step of the plan uses, as they are written. ``waves`` are the
    clusters in groups, one after the other; none: all side by side.
    """

    set_name: str
    source: Source
    clusters: tuple[ClusterSummary, ...]
    actions: tuple[Action, ...]
    blocked: tuple[Blocked, ...] = ()
    not_planned: tuple[NotPlanned, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    notes: tuple[str, ...] = ()
    digest: str = ""
    consents: tuple[str, ...] = ()
    waves: tuple[tuple[ClusterId, ...], ...] = ()
    base: Base | None = None

    @property
    def has_changes(self) -> bool:
        return bool(self.actions)

    @property
    def all_actions(self) -> tuple[Action, ...]:
        """Return what is carried out, and behind it what a guard holds back."""
        return (*self.actions, *(item.action for item in self.blocked))

    def of_category(self, category: Category) -> tuple[Action, ...]:
        return tuple(action for action in self.actions if action.category is category)

    def was_due(self, action: Action) -> bool:
        """Tell whether the files of the base plan *action* too; what deletes data never counts."""
        return self.base is not None and action.id in self.base.actions and not action.deletes_data

    @property
    def loss(self) -> Loss:
        erased = [item for action in self.actions for item in action.erases]
        buckets = [item for item in erased if not item.is_volume]
        steps = [step for action in self.actions for step in action.steps]
        return Loss(
            buckets=len(buckets),
            volumes=len(erased) - len(buckets),
            objects=sum(item.objects or 0 for item in buckets),
            size_bytes=sum(item.size_bytes or 0 for item in buckets),
            extra_objects=sum(step.do is Do.DELETE_OBJECT for step in steps),
            is_at_least=any(item.is_at_least or item.objects is None for item in buckets),
        )

    @property
    def seconds(self) -> float:
        """Return the predicted seconds of the whole plan, without waiting until it is ready."""
        waves = self.waves or ({action.key.cluster for action in self.actions},)
        return sum(map(self.seconds_of, waves))

    def seconds_of(self, wave: Collection[ClusterId]) -> float:
        """Return the predicted seconds of *wave*: its clusters are worked on side by side."""
        by_cluster = dict.fromkeys(wave, 0.0)
        for action in self.actions_of(wave):
            by_cluster[action.key.cluster] += action.seconds
        return max(by_cluster.values(), default=0.0)

    def actions_of(self, wave: Collection[ClusterId]) -> tuple[Action, ...]:
        return tuple(action for action in self.actions if action.key.cluster in wave)

    @property
    def store_restarts(self) -> int:
        return sum(step.restarts for action in self.actions for step in action.steps)

    def counts(self) -> Mapping[ActionKind, int]:
        tally: dict[ActionKind, int] = {}
        for action in self.actions:
            tally[action.kind] = tally.get(action.kind, 0) + 1
        return tally


class Scope(StrEnum):
    ALL = "all"
    SEED = "seed"
    REMOVE = "remove"
    ADOPT = "adopt"
    FORGET = "forget"
    DRIFT = "drift"
    ERASE = "erase"
    """Buckets and volumes that ``removed`` of the settings names, and nothing else."""


class PlanOptions(Struct, frozen=True):
    """What flags ask of a plan beside the settings.

    ``names`` are the services of ``remove``, ``adopt`` and ``forget`` as given; with ``all_ours``
    every service with this set's stamp is meant.
    """

    scope: Scope = Scope.ALL
    names: tuple[str, ...] = ()
    all_ours: bool = False
    checks_all_hooks: bool = False
    lists_unchanged: bool = False
