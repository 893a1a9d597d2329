"""Raw mappings to typed values, by the table of FDL fields. The schema decides, not YAML."""

from collections.abc import Mapping
from typing import Any, Final

from oscar_sync.documents.scalars import NULLS, Plain, Tree, flag_of, integer_of, is_null
from oscar_sync.documents.suggestion import did_you_mean
from oscar_sync.manifests.codes import Code
from oscar_sync.manifests.draft import Draft
from oscar_sync.manifests.findings import ERROR, NOTE, WARNING
from oscar_sync.model.fdl_fields import REMOVED_KEYS, SERVER_OWNED, SERVICE
from oscar_sync.model.field import Field, Kind
from oscar_sync.model.origin import FieldPath
from oscar_sync.semantics.strings import SUSPECT, Fate, Place, verdict

_MISSING: Final = object()
_MOST: Final = 2**31 - 1
_REMOVED_EXPOSE: Final = {
    "port": "v3.1.0: write api_port",
    "max_replicas": "v2.7.1: write max_scale",
    "top_cpu": "v2.7.1: write cpu_threshold",
}
_Shape = tuple[dict[str, Field], tuple[Field, ...]]
_SHAPES: Final[dict[int, _Shape]] = {}


def fill(draft: Draft) -> None:
    """Put the typed values of ``draft.raw`` into ``draft.values``; faults are findings."""
    draft.values.update(_block(draft, SERVICE, draft.raw, ()))


def _shape_of(fields: tuple[Field, ...]) -> _Shape:
    """Return the fields by name and the required ones; each table is looked through once."""
    shape = _SHAPES.get(id(fields))
    if shape is None:
        required = tuple(field for field in fields if field.is_required)
        shape = _SHAPES[id(fields)] = {field.name: field for field in fields}, required
    return shape


def _block(
    draft: Draft, fields: tuple[Field, ...], raw: Mapping[str, Tree], path: FieldPath
) -> dict[str, Any]:
    known, required = _shape_of(fields)
    built: dict[str, Any] = {}
    for key, value in raw.items():
        field = known.get(key)
        if field is None:
            _unknown(draft, key, known, path)
            continue
        if field.kind is Kind.TEXT and isinstance(value, str) and not SUSPECT.search(value):
            built[key] = _as_text(value)
            continue
        read = _READERS[field.kind](draft, field, value, (*path, key))
        if read is not _MISSING:
            built[key] = read
    for field in required:
        if not built.get(field.name):
            _required(draft, field, raw, path)
    return built


def _required(draft: Draft, field: Field, raw: Mapping[str, Tree], path: FieldPath) -> None:
    value = raw.get(field.name)
    if value is not None and not isinstance(value, str):
        return  # its type is the finding
    where = draft.dotted((*path, field.name))
    draft.say(
        Code.REQUIRED,
        ERROR,
        (*path, field.name),
        f"{where} is required by the server",
        f"add `{field.name}:`. {field.doc}",
    )


def _unknown(draft: Draft, key: str, known: Mapping[str, Field], path: FieldPath) -> None:
    where = draft.dotted((*path, key))
    if not path and key in SERVER_OWNED:
        draft.say(
            Code.SERVER_OWNED,
            NOTE,
            (key,),
            f"{where} is set by the server; the value is not sent",
            "nothing to do; the line can be deleted",
        )
        return
    removed = (REMOVED_KEYS if not path else {}).get(key) or (
        _REMOVED_EXPOSE.get(key) if path == ("expose",) else None
    )
    if removed:
        release, _, remedy = removed.partition(": ")
        draft.say(
            Code.REMOVED_KEY,
            WARNING,
            (*path, key),
            f"{where} is unknown to servers since {release.removeprefix('v')} and is ignored",
            remedy,
        )
        return
    hint = did_you_mean(key, known)
    draft.say(
        Code.UNKNOWN_KEY,
        WARNING,
        (*path, key),
        f"unknown key {where}" + (f"; {hint}" if hint else ""),
        "servers ignore it: correct or delete it",
    )


_TRIMMED: Final[dict[str | int, str]] = {"input": " /", "output": " /", "volume": " "}
"""What the server takes off both ends before it stores a text below these (oscar-server 3.1)."""


def _as_text(value: str) -> str:
    """Return a scalar as the server gets it: as written, null as the empty string."""
    if type(value) is Plain:
        return "" if value in NULLS else str(value)
    return value


def _text(draft: Draft, field: Field, value: Tree, path: FieldPath) -> object:
    if not isinstance(value, str):
        return _not_text(draft, value, path, is_secret=field.is_secret)
    text = _as_text(value)
    if field.name != "script":
        kept = text.strip(_TRIMMED[path[0]]) if path[0] in _TRIMMED else text
        if SUSPECT.search(kept):
            judge(draft, kept, Place.FIELD, path, is_secret=field.is_secret)
    return text


def judge(
    draft: Draft, text: str, place: Place, path: FieldPath, *, is_secret: bool = False
) -> None:
    """Note it if the server refuses, alters or chokes on *text* (oscar-server 3.4)."""
    found = verdict(text, place)
    if found.fate is Fate.SAME:
        return
    what = "the name" if place in (Place.ENV_NAME, Place.KEY) else "the value"
    match found.fate:
        case Fate.POISONS:
            fault = f"{what} makes the service, and the cluster's whole list, unreadable"
        case Fate.REFUSED:
            fault = f"{what} is refused by the server"
        case _ if found.becomes is None or is_secret:
            fault = f"{what} does not come back from the server as it was sent"
        case _:
            fault = f"{what} comes back from the server as {found.becomes!r}, not as it was sent"
    draft.say(Code.STRING, ERROR, path, f"{draft.dotted(path)}: {fault}", _string_remedy(text))


def _string_remedy(text: str) -> str:
    if "\r" in text:
        return "use LF line ends"
    if text != text.strip():
        return "take off the blanks at both ends"
    if text.startswith(("-", "?")):
        return "begin it with another character than - or ?"
    return "write it in one line without tabs, or encode it (base64) and decode it in the script"


def _not_text(draft: Draft, value: Tree, path: FieldPath, *, is_secret: bool = False) -> object:
    is_list = isinstance(value, list)
    hint = "write the value in quotes"
    is_one = isinstance(value, list) and len(value) == 1 and isinstance(value[0], str)
    if is_one and is_secret:
        hint = "replace the placeholder by the value itself, without brackets"
    elif isinstance(value, list) and is_one:
        hint = f"replace the placeholder [{value[0]}] by the value itself, without brackets"
    draft.say(
        Code.NOT_TEXT,
        ERROR,
        path,
        f"{draft.dotted(path)} is a {'list' if is_list else 'mapping'}, a string is required",
        hint,
    )
    return _MISSING


def _flag(draft: Draft, field: Field, value: Tree, path: FieldPath) -> object:
    if is_null(value):
        return _MISSING
    flag = flag_of(value)
    if flag is not None:
        return flag
    draft.say(
        Code.NOT_FLAG,
        ERROR,
        path,
        f"{draft.dotted(path)} must be true or false, without quotes",
        f"write `{field.name}: true` or `{field.name}: false`",
    )
    return _MISSING


def _integer(draft: Draft, field: Field, value: Tree, path: FieldPath) -> object:
    if is_null(value):
        return _MISSING
    number = integer_of(value)
    if number is not None and abs(number) <= _MOST:
        return number
    draft.say(
        Code.NOT_INTEGER,
        ERROR,
        path,
        f"{draft.dotted(path)} must be a whole number, without quotes",
        f"write `{field.name}: 1`",
    )
    return _MISSING


def _list(draft: Draft, value: Tree, path: FieldPath, what: str) -> list[Tree]:
    if isinstance(value, list):
        return value
    if not is_null(value):
        draft.say(
            Code.NOT_LIST,
            ERROR,
            path,
            f"{draft.dotted(path)} must be a list of {what}",
            "begin each entry with `- `",
        )
    return []


def _texts(draft: Draft, field: Field, value: Tree, path: FieldPath) -> object:
    read = [
        (_item(draft, field, item, (*path, place)))
        for place, item in enumerate(_list(draft, value, path, "texts"))
    ]
    return [item for item in read if item is not _MISSING]


def _item(draft: Draft, field: Field, value: Tree, path: FieldPath) -> object:
    if not isinstance(value, str):
        return _not_text(draft, value, path)
    text = _as_text(value)
    if SUSPECT.search(text):
        trimmed = text.strip() if field.name == "allowed_users" else text
        judge(draft, trimmed, Place.ITEM, path)
    return text


_VALUE_PLACES: Final = {"variables": Place.ENV_VALUE, "annotations": Place.ANNOTATION_VALUE}


def _text_map(draft: Draft, field: Field, value: Tree, path: FieldPath) -> object:
    if is_null(value):
        return {}
    if not isinstance(value, dict):
        _not_mapping(draft, path)
        return {}
    key_place = Place.ENV_NAME if path[0] == "environment" else Place.KEY
    value_place = _VALUE_PLACES.get(field.name, Place.FIELD)
    built: dict[str, str] = {}
    for key, item in value.items():
        if SUSPECT.search(key):
            judge(draft, key, key_place, (*path, key))
        if not isinstance(item, str):
            _not_text(draft, item, (*path, key), is_secret=field.is_secret)
            continue
        text = _as_text(item)
        # Values of environment.secrets are kept in a Kubernetes Secret, not in the YAML.
        if not field.is_secret and SUSPECT.search(text):
            judge(draft, text, value_place, (*path, key))
        built[key] = text
    return built


def _ports(draft: Draft, field: Field, value: Tree, path: FieldPath) -> object:
    """Return ports as a list; a scalar is a list of one, a scalar 0 none (oscar-clients 1.3)."""
    if is_null(value):
        return _MISSING
    if not isinstance(value, list):
        if value == "0":
            return []
        value = [value]
    numbers = [_integer(draft, field, item, (*path, n)) for n, item in enumerate(value)]
    return [number for number in numbers if number is not _MISSING]


def _not_mapping(draft: Draft, path: FieldPath) -> None:
    draft.say(
        Code.NOT_MAPPING,
        ERROR,
        path,
        f"{draft.dotted(path)} must be a mapping",
        "write its keys below it, indented further",
    )


def _nested(draft: Draft, field: Field, value: Tree, path: FieldPath) -> object:
    if is_null(value):
        return _MISSING
    if not isinstance(value, dict):
        _not_mapping(draft, path)
        return _MISSING
    return _block(draft, field.children, value, path)


def _blocks(draft: Draft, field: Field, value: Tree, path: FieldPath) -> object:
    built = []
    for place, item in enumerate(_list(draft, value, path, "mappings")):
        here = (*path, place)
        if isinstance(item, dict):
            built.append(_block(draft, field.children, item, here))
        else:
            _not_mapping(draft, here)
    return built


def _block_map(draft: Draft, field: Field, value: Tree, path: FieldPath) -> object:
    """Return blocks by id; an id with nothing below it is an empty block (oscar-server 12.11)."""
    if is_null(value):
        return {}
    if not isinstance(value, dict):
        _not_mapping(draft, path)
        return {}
    built: dict[str, object] = {}
    for key, item in value.items():
        here = (*path, key)
        if isinstance(item, dict):
            built[key] = _block(draft, field.children, item, here)
        elif is_null(item):
            built[key] = {}
        else:
            _not_mapping(draft, here)
    return built


def _free(draft: Draft, field: Field, value: Tree, path: FieldPath) -> object:
    del draft, field, path
    return value if not isinstance(value, Plain) else str(value)


_READERS: Final = {
    Kind.TEXT: _text,
    Kind.FLAG: _flag,
    Kind.INTEGER: _integer,
    Kind.TEXTS: _texts,
    Kind.TEXT_MAP: _text_map,
    Kind.PORTS: _ports,
    Kind.BLOCK: _nested,
    Kind.BLOCKS: _blocks,
    Kind.BLOCK_MAP: _block_map,
    Kind.FREE: _free,
}
