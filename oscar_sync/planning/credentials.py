"""Credentials that a blank value keeps, for the address and user they belong to (trust 4.5)."""

from collections.abc import Iterator, Mapping
from typing import Final

from oscar_sync.documents.paths import dotted
from oscar_sync.model.fdl_fields import CLUSTER, PROVIDERS
from oscar_sync.model.field import Field, Form, Value
from oscar_sync.model.origin import FieldPath
from oscar_sync.model.secret import Secret
from oscar_sync.planning.blocking import Reason

_ELSEWHERE: Final = frozenset({"space", "rse", "oidc_audience"})
"""Fields that neither say where a credential goes nor whose it is."""


def credential_reason(live: Form, wanted: Form) -> Reason | None:
    """Return why an update is held back that would send a kept credential somewhere else."""
    for path, fields, before, after in _accounts(live, wanted):
        kept = [field.name for field in fields if _is_kept(field, before, after)]
        moved = [field.name for field in fields if _is_moved(field, before, after)]
        if kept and moved:
            blank = dotted((*path, kept[0]))
            changed = ", ".join(dotted((*path, name)) for name in moved)
            return Reason(
                "credential-moved",
                f"{blank} is blank, which keeps the cluster's value, and {changed} changes: the "
                "value would go to another place or another user",
                (f"write the value of {blank} in an overlay", f"put back {changed}"),
            )
    return None


_Account = Mapping[str, Value]


def _accounts(
    live: Form, wanted: Form
) -> Iterator[tuple[FieldPath, tuple[Field, ...], _Account, _Account]]:
    """Yield each account that both have: its place, its fields, and the two."""
    maps: list[tuple[FieldPath, tuple[Field, ...], Value, Value]] = [
        (("clusters",), CLUSTER, live.get("clusters"), wanted.get("clusters"))
    ]
    has, wants = live.get("storage_providers"), wanted.get("storage_providers")
    if isinstance(has, dict) and isinstance(wants, dict):
        for kind in PROVIDERS:
            place: FieldPath = ("storage_providers", kind.name)
            maps.append((place, kind.children, has.get(kind.name), wants.get(kind.name)))
    for path, fields, before, after in maps:
        if not (isinstance(before, dict) and isinstance(after, dict)):
            continue
        for name in sorted(before.keys() & after.keys()):
            old, new = before[name], after[name]
            if isinstance(old, dict) and isinstance(new, dict):
                yield (*path, name), fields, old, new


def _is_kept(field: Field, before: _Account, after: _Account) -> bool:
    old, new = before.get(field.name), after.get(field.name)
    return field.is_secret and isinstance(old, Secret) and bool(old) and not new


def _is_moved(field: Field, before: _Account, after: _Account) -> bool:
    old, new = before.get(field.name), after.get(field.name)
    if field.is_secret:  # an access key is a user's name: a new one goes with a new secret
        return isinstance(old, Secret) and isinstance(new, Secret) and bool(new) and old != new
    return field.name not in _ELSEWHERE and (old or "") != (new or "")
