"""Credentials that a blank value keeps, for the address and user they belong to (trust 4.5)."""

from collections.abc import Iterator, Mapping
from typing import Final

from oscar_sync.documents.paths import dotted
from oscar_sync.model.fdl_fields import CLUSTER, PROVIDERS
from oscar_sync.model.field import Field
from oscar_sync.model.form import Account, Form
from oscar_sync.model.origin import FieldPath
from oscar_sync.model.secret import Secret
from oscar_sync.planning.blocking import Reason

_ELSEWHERE: Final = frozenset({"space", "rse", "oidc_audience"})
"""Fields that neither say where a credential goes nor whose it is."""


def credential_reason(live: Form, wanted: Form) -> Reason | None:
    for path, fields, before, after in _accounts(live, wanted):
        kept = [field.name for field in fields if _is_kept(field, before, after)]
        moved = [field.name for field in fields if _is_moved(field, before, after)]
        if kept and moved:
            blank = dotted((*path, kept[0]))
            changed = ", ".join(dotted((*path, name)) for name in moved)
            return Reason(
                "credential-moved",
                f"{blank} is blank, which keeps the cluster's value, and {changed} changes: the "
                "stored value would be sent to another place or another user",
                (f"write the value of {blank} in an overlay", f"put back {changed}"),
            )
    return None


def _accounts(
    live: Form, wanted: Form
) -> Iterator[tuple[FieldPath, tuple[Field, ...], Account, Account]]:
    maps: list[tuple[FieldPath, tuple[Field, ...], _Accounts, _Accounts]] = [
        (("clusters",), CLUSTER, live.clusters or {}, wanted.clusters or {})
    ]
    has, wants = live.storage_providers, wanted.storage_providers
    for kind in PROVIDERS:
        place: FieldPath = ("storage_providers", kind.name)
        maps.append((place, kind.children, has.get(kind.name, {}), wants.get(kind.name, {})))
    for path, fields, before, after in maps:
        for name in sorted(before.keys() & after.keys()):
            yield (*path, name), fields, before[name], after[name]


_Accounts = Mapping[str, Account]


def _is_kept(field: Field, before: Account, after: Account) -> bool:
    old, new = before.get(field.name), after.get(field.name)
    return field.is_secret and isinstance(old, Secret) and bool(old) and not new


def _is_moved(field: Field, before: Account, after: Account) -> bool:
    old, new = before.get(field.name), after.get(field.name)
    if field.is_secret:  # an access key is a user's name: a new one goes with a new secret
        return isinstance(old, Secret) and isinstance(new, Secret) and bool(new) and old != new
    return field.name not in _ELSEWHERE and (old or "") != (new or "")
