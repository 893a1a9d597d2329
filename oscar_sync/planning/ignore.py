"""Fields left to others: the wanted form takes the live value where ``ignore`` names a path."""

from collections.abc import Iterable, Mapping
from typing import TypeVar, cast

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.documents.paths import path_from
from oscar_sync.model.form import Form
from oscar_sync.model.origin import FieldPath

_ABSENT = object()
_T = TypeVar("_T")


def with_ignored(wanted: Form, live: Form, ignore: Iterable[str]) -> Form:
    """Return *wanted* with the values of *live* at each ignored path, so that a PUT keeps them."""
    for path in filter(None, map(path_from, ignore)):
        wanted = _taken(path, wanted, live)
    return wanted


def _taken(path: FieldPath, wanted: _T, live: object) -> _T:
    part, below = path[0], path[1:]
    there = _child(live, part)
    if below:
        child = _child(wanted, part)
        there = child if child is _ABSENT else _taken(below, child, there)
    return cast(_T, _with(wanted, part, there))


def _child(value: object, part: str | int) -> object:
    if isinstance(value, Struct):
        return getattr(value, str(part)) if part in value.__struct_fields__ else _ABSENT
    if isinstance(value, Mapping):
        return value.get(part, _ABSENT)
    there = value[part : part + 1] if isinstance(value, tuple) and isinstance(part, int) else ()
    return there[0] if there else _ABSENT


def _with(value: object, part: str | int, new: object) -> object:
    """Return *value* with *new* at *part*; what is absent goes from a map alone."""
    if isinstance(value, Mapping):
        rest = {key: item for key, item in value.items() if key != part}
        return rest if new is _ABSENT else {**rest, part: new}
    if new is _ABSENT:
        return value
    if isinstance(value, tuple) and isinstance(part, int):
        return (*value[:part], new, *value[part + 1 :])
    if isinstance(value, Struct) and part in value.__struct_fields__:
        return replace(value, **{str(part): new})
    return value
