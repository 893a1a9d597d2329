"""Plans whose every text came from outside."""

from oscar_sync.model.action import Action, ActionKind
from oscar_sync.model.field_change import Cause, FieldChange, Op
from oscar_sync.model.identity import ClusterId, ServiceKey, ServiceName
from oscar_sync.model.plan import Plan, Source


def plan_with(text: str) -> Plan:
    """Return a plan of one update: *text* is its cluster, service, change, reason and note."""
    key = ServiceKey(ClusterId(text), ServiceName(text))
    change = FieldChange("image", Op.CHANGE, text, text + text, Cause.CLUSTER)
    action = Action(text, key, ActionKind.UPDATE, text, steps=(), changes=(change,), notes=(text,))
    return Plan(text, Source(text, 1, 1), (), (action,), notes=(text,), digest="1" * 32)
