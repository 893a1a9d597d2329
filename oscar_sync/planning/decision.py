"""What planning says of one service: an action with its material, or a guard's reason."""

from collections.abc import Mapping

from msgspec import Struct

from oscar_sync.model.action import Action, ActionKind
from oscar_sync.model.consent import Consent
from oscar_sync.model.identity import BucketName, ClusterId, ServiceKey, ServiceName
from oscar_sync.model.material import Material
from oscar_sync.model.plan import LeftAlone
from oscar_sync.planning.blocking import Reason
from oscar_sync.semantics.access import Access


class Effects(Struct, frozen=True):
    """What an action changes for what is decided after it.

    It makes those of ``makes`` that do not exist yet, ``gives`` access to buckets, takes all of it
    from those that it ``closes``, ``mounts`` a bucket that must be private for it, and makes
    federation ``workers`` and a ``volume``.
    """

    makes: tuple[BucketName, ...] = ()
    gives: Mapping[BucketName, Access] = {}
    closes: tuple[BucketName, ...] = ()
    removes: ServiceName | None = None
    mounts: BucketName | None = None
    workers: tuple[tuple[ClusterId, ServiceName], ...] = ()
    volume: str = ""


class Decision(Struct, frozen=True):
    """One action; with *reason* it is blocked and carries no material.

    ``used`` are the consents that it needed, ``effects`` what later decisions must know.
    """

    action: Action
    material: Material | None = None
    reason: Reason | None = None
    used: frozenset[Consent] = frozenset()
    effects: Effects = Effects()


class Removals(Struct, frozen=True):
    decisions: tuple[Decision, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()
    notes: tuple[str, ...] = ()
    used: frozenset[Consent] = frozenset()


def action_id(kind: ActionKind, key: ServiceKey, suffix: str = "") -> str:
    return f"{kind}:{key}{suffix}"
