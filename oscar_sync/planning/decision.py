"""What planning says of one service: an action with its material, or a guard's reason."""

from msgspec import Struct

from oscar_sync.model.identity import ServiceKey
from oscar_sync.model.material import Material
from oscar_sync.model.plan import Action, ActionKind, LeftAlone
from oscar_sync.planning.blocking import Reason


class Decision(Struct, frozen=True):
    """One action; with *reason* it is blocked and carries no material."""

    action: Action
    material: Material | None = None
    reason: Reason | None = None


class Removals(Struct, frozen=True):
    """What is removed on one cluster, in order, and what is not."""

    decisions: tuple[Decision, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()
    notes: tuple[str, ...] = ()


def action_id(kind: ActionKind, key: ServiceKey, suffix: str = "") -> str:
    """Return the id of an action: kind and service, unique within a plan."""
    return f"{kind}:{key}{suffix}"
