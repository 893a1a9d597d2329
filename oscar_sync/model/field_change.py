"""How a field differs between what is live and what is wanted, and who changed it."""

from enum import StrEnum

from msgspec import Struct

from oscar_sync.model.field import Json
from oscar_sync.model.origin import Origin


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
