"""Where two normal forms differ: a walk by field policy (safety 4).

The law that holds it: a difference is found here exactly where DeepDiff finds one in values that
the field's policy does not call equal.
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from oscar_sync.model.fdl_fields import BY_NAME
from oscar_sync.model.field import Compare, Field, Kind, Value
from oscar_sync.model.field_change import Op
from oscar_sync.model.form import Form, plain
from oscar_sync.model.origin import FieldPath
from oscar_sync.model.secret import Secret
from oscar_sync.semantics.normal_form import CARRIED_LABELS, INJECTED_VARIABLES
from oscar_sync.semantics.quantities import same_quantity


class Difference(Struct, frozen=True):
    """One place where live and wanted differ; ``before`` is live."""

    path: FieldPath
    op: Op
    before: Value
    after: Value


_FEDERATED = ("cluster_id", "clusters")


def differences(live: Form, wanted: Form, owner: str = "") -> tuple[Difference, ...]:
    """Return every difference that an apply would have to correct, in the order of the fields.

    *owner* may stand among live users although nobody wrote it (oscar-server 3.1).
    """
    if live == wanted:
        return ()
    return tuple(_of_service(live, wanted, owner))


def _of_service(live: Form, wanted: Form, owner: str) -> Iterator[Difference]:
    is_federated = wanted.federation is not None and live.federation is not None
    for name, field in BY_NAME.items():
        if getattr(live, name) == getattr(wanted, name):
            continue
        if name in _FEDERATED and not is_federated:
            continue
        if name == "vo" and wanted.vo is None:
            continue
        before, after = (_compared(form, name, owner) for form in (live, wanted))
        yield from _of_field(field, (name,), before, after)


def _compared(form: Form, name: str, owner: str) -> Value:
    if name == "allowed_users":
        return [user for user in form.allowed_users if user != owner]
    return plain(getattr(form, name))


def _of_field(field: Field, path: FieldPath, before: Value, after: Value) -> Iterator[Difference]:
    if before == after or _is_same(field, before, after):
        return
    match field.kind:
        case Kind.BLOCK if isinstance(before, dict) and isinstance(after, dict):
            yield from _of_block(field.children, path, before, after)
        case Kind.BLOCK_MAP | Kind.TEXT_MAP if isinstance(before, dict) and isinstance(after, dict):
            yield from _of_map(field, path, before, after)
        case Kind.BLOCKS:
            yield from _of_list(field, path, _items(before), _items(after))
        case _:
            yield Difference(path, _op(before, after), before, after)


def _is_same(field: Field, before: Value, after: Value) -> bool:
    match field.compare:
        case Compare.QUANTITY:
            return same_quantity(str(before), str(after))
        case Compare.ANY_PORT:
            return _is_any_port(_items(before), _items(after))
        case Compare.UNORDERED:
            return sorted(map(str, _items(before))) == sorted(map(str, _items(after)))
        case _:
            return field.is_secret and _keeps(before, after)


def _items(value: Value) -> list[Value]:
    return value if isinstance(value, list) else []


def _keeps(before: Value, after: Value) -> bool:
    """Tell whether a blank credential means ``keep``: live has a value (safety 4)."""
    return isinstance(before, Secret) and isinstance(after, Secret) and bool(before) and not after


def _is_any_port(before: list[Value], after: list[Value]) -> bool:
    return len(before) == len(after) and bool(after) and not any(after)


def _of_block(
    fields: tuple[Field, ...],
    path: FieldPath,
    before: Mapping[str, Value],
    after: Mapping[str, Value],
) -> Iterator[Difference]:
    for field in fields:
        yield from _of_field(
            field, (*path, field.name), before.get(field.name), after.get(field.name)
        )


def _of_map(
    field: Field, path: FieldPath, before: dict[str, Value], after: dict[str, Value]
) -> Iterator[Difference]:
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        if old == new or _keeps(old, new) or (key not in after and _is_injected(path, key)):
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _of_block(field.children, (*path, key), old, new)
        else:
            yield Difference((*path, key), _op(old, new), old, new)


def _is_injected(path: FieldPath, key: str) -> bool:
    if path == ("labels",):
        return key in CARRIED_LABELS
    return path == ("environment", "variables") and key in INJECTED_VARIABLES


def _of_list(
    field: Field, path: FieldPath, before: list[Value], after: list[Value]
) -> Iterator[Difference]:
    for index in range(max(len(before), len(after))):
        old = before[index] if index < len(before) else None
        new = after[index] if index < len(after) else None
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _of_block(field.children, (*path, index), old, new)
        else:
            yield Difference((*path, index), _op(old, new), old, new)


def _op(before: Value, after: Value) -> Op:
    if before is None or before in ("", [], {}):
        return Op.ADD
    return Op.REMOVE if after is None or after in ("", [], {}) else Op.CHANGE
