"""Fields left to others: the wanted form takes the live value where ``ignore`` names a path."""

import copy
from collections.abc import Iterable

from oscar_sync.documents.paths import path_from
from oscar_sync.model.field import Form, Value
from oscar_sync.model.origin import FieldPath

_ABSENT = object()


def with_ignored(wanted: Form, live: Form, ignore: Iterable[str]) -> Form:
    """Return *wanted* with the values of *live* at each ignored path, so that a PUT keeps them."""
    paths = [path for text in ignore if (path := path_from(text))]
    if not paths:
        return wanted
    result: dict[str, Value] = copy.deepcopy(dict(wanted))
    for path in paths:
        _copy(path, dict(live), result)
    return result


def _copy(path: FieldPath, live: Value, wanted: Value) -> None:
    for part in path[:-1]:
        live, wanted = _child(live, part), _child(wanted, part)
    key = path[-1]
    value = _child_or_absent(live, key)
    if isinstance(wanted, dict) and isinstance(key, str):
        if value is _ABSENT:
            wanted.pop(key, None)
        else:
            wanted[key] = copy.deepcopy(value)  # type: ignore[assignment] # - not absent
        return
    if isinstance(wanted, list) and isinstance(key, int) and value is not _ABSENT:
        wanted[key : key + 1] = [copy.deepcopy(value)]  # type: ignore[list-item] # - not absent


def _child(value: Value, part: str | int) -> Value:
    found = _child_or_absent(value, part)
    return None if found is _ABSENT else found  # type: ignore[return-value] # - not absent


def _child_or_absent(value: Value, part: str | int) -> object:
    if isinstance(value, dict) and isinstance(part, str):
        return value.get(part, _ABSENT)
    there = value[part : part + 1] if isinstance(value, list) and isinstance(part, int) else []
    return there[0] if there else _ABSENT
