"""Each setting with its value and where it comes from, for people. Secrets are masked."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from oscar_sync.model.field import Field, Kind
from oscar_sync.model.origin import FieldPath
from oscar_sync.model.secret import MASK
from oscar_sync.model.settings_fields import SETTINGS
from oscar_sync.settings.reading import Loaded

Row = tuple[str, str, str]

_DEFAULT = "default"
_NONE = "(none)"


def explained(loaded: Loaded, env_file: str, *, from_flag: bool) -> tuple[Row, ...]:
    """Return name, value, source: the settings' file and line, a flag, or ``default``."""
    # Every key of the table is there. Within a cluster, a service or an entry of a list those that
    # are written, and every flag.
    file = ("settings", loaded.file or _NONE, "found" if loaded.file else _DEFAULT)
    rows = (row for field in SETTINGS for row in _rows(loaded, field, loaded.values, ()))
    named = ("env_file", env_file or _NONE)
    return (
        file,
        *(
            (*named, "--env-file" if from_flag else row[2]) if row[0] == "env_file" else row
            for row in rows
        ),
    )


def _rows(
    loaded: Loaded, field: Field, block: Mapping[str, Any], above: FieldPath
) -> Iterator[Row]:
    value = block.get(field.name, field.default)
    path = (*above, field.name)
    entries = _entries(field, value)
    if not entries:
        yield _name(path), _shown(field, value), _source(loaded, field, value, path)
    for key, entry in entries:
        yield from _entry(loaded, field, entry, (*path, key))


def _entries(field: Field, value: Any) -> Iterable[tuple[str | int, Mapping[str, Any]]]:
    if field.kind is Kind.BLOCK_MAP:
        return list(value.items())
    return list(enumerate(value)) if field.kind is Kind.BLOCKS else []


def _entry(
    loaded: Loaded, field: Field, entry: Mapping[str, Any], path: FieldPath
) -> Iterator[Row]:
    if field.text_as and field.text_as != field.children and field.text_as[0].name in entry:
        target = entry[field.text_as[0].name]  # clusters: a name that stands for another
        yield _name(path), target, _source(loaded, field.text_as[0], target, path)
        return
    for child in field.children:
        if child.kind is Kind.FLAG or entry.get(child.name):
            yield from _rows(loaded, child, entry, path)


def _shown(field: Field, value: Any) -> str:
    if field.kind is Kind.FLAG:
        return "false" if value is False else "true"  # ssl_verify is true where it is absent
    if isinstance(value, dict):
        value = [f"{key}: {text}" for key, text in value.items()]
    if field.kind is Kind.TEXT_LISTS:
        value = "; ".join(map(", ".join, value))
    if isinstance(value, list):
        value = ", ".join("true" if item is True else item for item in value)
    if value == "":
        return _NONE
    return MASK if field.is_secret else str(value)


def _name(path: FieldPath) -> str:
    name = str(path[0])
    for step in path[1:]:
        name += f"[{step}]" if isinstance(step, int) else f".{step}"
    return name


def _source(loaded: Loaded, field: Field, value: Any, path: FieldPath) -> str:
    if loaded.places is None:
        return _DEFAULT
    origin, depth = loaded.places.reach(path)
    return str(origin) if depth == len(path) or value != field.default else _DEFAULT
