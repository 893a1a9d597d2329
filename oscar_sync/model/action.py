"""One thing to do on a cluster, with what it keeps and erases."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from oscar_sync.model.field_change import FieldChange
from oscar_sync.model.identity import ServiceKey
from oscar_sync.model.origin import Origin
from oscar_sync.model.state import BucketCount
from oscar_sync.model.step import Do, Step

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


_UPDATING: Final = frozenset({ActionKind.UPDATE, ActionKind.SHARE_BUCKET})
_MAKING: Final = frozenset({ActionKind.CREATE, ActionKind.CREATE_BUCKET, ActionKind.CREATE_VOLUME})


class Category(StrEnum):
    """How an action is shown, worst first: every format sorts and counts by it (trust 1.5)."""

    DELETED = "deleted"
    BLOCKED = "blocked"
    CHANGED = "changed"
    DRIFTED = "drifted"


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
