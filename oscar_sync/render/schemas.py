"""JSON Schemas of FDL files and settings, from the tables of fields."""

from typing import Final, assert_never

from oscar_sync.model.fdl_fields import SERVICE
from oscar_sync.model.field import Field, Json, Kind
from oscar_sync.model.settings_fields import SETTINGS

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_SCALAR: Final[dict[str, Json]] = {"type": ["string", "number", "boolean", "null"]}

_ITEMS: Final[dict[Kind, dict[str, Json]]] = {
    Kind.TEXTS: _SCALAR,
    Kind.TEXT_LISTS: {"type": "array", "items": _SCALAR},
}


def fdl_schema() -> dict[str, Json]:
    entry: Json = {"type": "object", "additionalProperties": {"$ref": "#/$defs/service"}}
    return {
        "$schema": _DRAFT,
        "title": "FDL",
        "type": "object",
        "required": ["functions"],
        "properties": {
            "functions": {
                "type": "object",
                "properties": {"oscar": {"type": "array", "items": entry}},
            },
            "storage_providers": _field(_named("storage_providers"), is_strict=False),
            "clusters": _field(_named("clusters"), is_strict=False),
        },
        "$defs": {"service": _block(SERVICE, is_strict=False)},
    }


def settings_schema() -> dict[str, Json]:
    settings = _block(SETTINGS, is_strict=True)
    return {"$schema": _DRAFT, "title": "oscar-sync.yaml", **settings}


def _named(name: str) -> Field:
    return next(field for field in SERVICE if field.name == name)


def _block(fields: tuple[Field, ...], *, is_strict: bool) -> dict[str, Json]:
    required: list[Json] = [field.name for field in fields if field.is_required]
    block: dict[str, Json] = {
        "type": ["object", "null"],
        "properties": {field.name: _field(field, is_strict=is_strict) for field in fields},
    }
    if required:
        block["required"] = required
    if is_strict:
        block["additionalProperties"] = False
    return block


def _inner(field: Field, *, is_strict: bool) -> Json:
    block = _block(field.children, is_strict=is_strict)
    return {"anyOf": [{"type": "string"}, block]} if field.text_as else block


def _field(field: Field, *, is_strict: bool) -> Json:
    shape = _shape(field, is_strict=is_strict)
    shape["description"] = field.doc
    if field.default not in (None, "", [], {}):
        shape["default"] = field.default
    if field.least is not None:
        shape["minimum"] = field.least
    if field.is_required and field.kind is Kind.TEXT:
        shape["minLength"] = 1
    return shape


def _shape(field: Field, *, is_strict: bool) -> dict[str, Json]:
    nothing: list[Json] = [] if is_strict else ["null"]
    match field.kind:
        case Kind.TEXT:
            choices: list[Json] = [*field.choices, None]
            return {"enum": choices} if field.choices else dict(_SCALAR)
        case Kind.FLAG:
            return {"type": ["boolean", *nothing]}
        case Kind.INTEGER:
            return {"type": ["integer", *nothing]}
        case Kind.TEXTS | Kind.TEXT_LISTS:
            flag: list[Json] = ["boolean"] if field.is_flag_too else []
            text: list[Json] = ["string"] if field.is_text_too else []
            return {"type": ["array", *flag, *text, "null"], "items": dict(_ITEMS[field.kind])}
        case Kind.TEXT_MAP:
            named: dict[str, Json] = {key: {"enum": [*field.choices]} for key in field.keys}
            others: Json = False if named else dict(_SCALAR)
            return {"type": ["object", "null"], "properties": named, "additionalProperties": others}
        case Kind.PORTS:
            return {"type": ["array", "integer", "null"], "items": {"type": "integer"}}
        case Kind.BLOCK:
            return _block(field.children, is_strict=is_strict)
        case Kind.BLOCKS:
            items = _inner(field, is_strict=is_strict)
            return {"type": ["array", "null"], "items": items}
        case Kind.BLOCK_MAP:
            entries = _inner(field, is_strict=is_strict)
            return {"type": ["object", "null"], "additionalProperties": entries}
        case _:
            assert_never(field.kind)
