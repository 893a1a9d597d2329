"""Which values of a definition are secret, and what a plan shows in their place (safety 7)."""

from typing import Final

from msgspec import structs

from oscar_sync.documents.paths import dotted
from oscar_sync.model.fdl_fields import BY_NAME
from oscar_sync.model.field import Field, Json, Kind, Value
from oscar_sync.model.masks import Masks
from oscar_sync.model.material import FingerprintKey
from oscar_sync.model.origin import FieldPath
from oscar_sync.model.secret import Secret
from oscar_sync.semantics.secret_names import names_secret
from oscar_sync.semantics.stamp import secret_fingerprint

WITHOUT_KEY: Final = "set"
"""What is shown of a secret where no key makes fingerprints: that there is one."""


def field_at(path: FieldPath) -> Field | None:
    """Return the field at *path*, None where the table has none; an entry of a list is a block."""
    # Keys of maps are chosen by users: an account called ``access_key`` is not a field of that
    # name. What is below a secret field is that field.
    field: Field | None = BY_NAME.get(str(path[0]))
    for part in path[1:]:
        if field is None or field.is_secret:
            break
        if field.kind in _OF_ENTRIES:
            field = structs.replace(field, kind=Kind.BLOCK)
        else:
            field = next((child for child in field.children if child.name == part), None)
    return field


_OF_ENTRIES: Final = frozenset({Kind.BLOCK_MAP, Kind.BLOCKS})


def is_sensitive(path: FieldPath) -> bool:
    field = field_at(path)
    return (field is not None and field.is_secret) or _is_named_so(path)


def _is_named_so(path: FieldPath) -> bool:
    """Tell whether *path* is a variable that is called like a secret: ``DB_PASSWORD``."""
    # Its value is in the definition, so that whoever sees the service reads it; a comment on a pull
    # request need not show it to everybody else.
    return path[:2] == _VARIABLES and len(path) == 3 and names_secret(str(path[2]))


_VARIABLES: Final = ("environment", "variables")


def shown_value(
    path: FieldPath, value: Value, key: FingerprintKey | None, masks: Masks | None = None
) -> Json:
    """Return *value* as the plan may show it: secrets by fingerprint, never as themselves."""
    # With *masks* what a variable put in is shown as it is written.
    if isinstance(value, str) and _is_named_so(path):
        value = Secret(value)
    if isinstance(value, Secret):
        return shown_secret(dotted(path), value, key)
    if isinstance(value, dict):
        return {name: shown_value((*path, name), item, key, masks) for name, item in value.items()}
    if isinstance(value, list):
        return [shown_value((*path, index), item, key, masks) for index, item in enumerate(value)]
    if masks is not None and value is not None:
        return masks.shown(str(path[0]), value) or value
    return value


def shown_secret(name: str, value: Secret, key: FingerprintKey | None) -> str:
    """Return four digits of a keyed fingerprint; a hash without a key would tell weak values."""
    if not value:
        return ""
    return shown_print(secret_fingerprint(key.secret, name, value)) if key else WITHOUT_KEY


def shown_print(fingerprint: str) -> str:
    return f"fingerprint {fingerprint[:4]}"
