"""JSON Schemas of FDL files and settings (from the tables of fields), of plans and findings."""

from typing import Final, assert_never

from oscar_sync.model.diagnostic import Severity
from oscar_sync.model.fdl_fields import SERVICE
from oscar_sync.model.field import Field, Json, Kind
from oscar_sync.model.finding import By, Subject
from oscar_sync.model.plan import ActionKind, Category, Cause, Do, MemberFate, Op
from oscar_sync.model.settings_fields import SETTINGS
from oscar_sync.render.documents import DOCUMENT_VERSION
from oscar_sync.render.plan_json import FORMAT_VERSION

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_SCALAR: Final[dict[str, Json]] = {"type": ["string", "number", "boolean", "null"]}


def fdl_schema() -> dict[str, Json]:
    """Return the JSON Schema of an FDL file, as oscar-sync reads it."""
    entry: Json = {
        "type": "object",
        "additionalProperties": {"$ref": "#/$defs/service"},
    }
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
    """Return the JSON Schema of `oscar-sync.yaml`: a key that it lacks is an error."""
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
        case Kind.TEXTS:
            return {"type": ["array", "null"], "items": dict(_SCALAR)}
        case Kind.TEXT_MAP:
            return {"type": ["object", "null"], "additionalProperties": dict(_SCALAR)}
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


def _text_or(*others: str) -> Json:
    return {"type": ["string", *others]}


def plan_schema() -> dict[str, Json]:
    """Return the JSON Schema of a plan document."""
    action = _action_schema()
    entry: Json = {"type": "object"}
    return {
        "$schema": _DRAFT,
        "title": f"oscar-sync plan {FORMAT_VERSION}",
        "type": "object",
        "required": [
            "format_version", "summary", "set", "source", "clusters", "actions", "drift", "blocked",
            "not_planned", "diagnostics", "consents", "digest",
        ],
        "properties": {
            "format_version": {"const": FORMAT_VERSION},
            "set": _text_or(),
            "source": entry,
            "clusters": {"type": "array", "items": _cluster_schema()},
            "actions": {"type": "array", "items": action},
            "drift": {"type": "array", "items": entry},
            "blocked": {"type": "array", "items": entry},
            "not_planned": {"type": "array", "items": entry},
            "diagnostics": {"type": "array", "items": entry},
            "summary": _summary_schema(),
            "consents": {"type": "array", "items": _text_or()},
            "digest": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        },
    }  # fmt: skip


def _cluster_schema() -> Json:
    names = ("id", "endpoint", "identity", "version", "problem", "status", "s3_endpoint")
    return {
        "type": "object",
        "required": [*names, "ssl_verify"],
        "properties": {**{name: _text_or() for name in names}, "ssl_verify": {"type": "boolean"}},
    }


def _summary_schema() -> Json:
    counted = ("buckets", "volumes", "objects", "bytes", "extra_objects")
    return {
        "type": "object",
        "required": ["deletes", "blocked", "drifted", "has_changes", "seconds", "store_restarts"],
        "properties": {
            "deletes": {
                "type": "object",
                "required": [*counted, "at_least"],
                "properties": {
                    **{name: {"type": "integer"} for name in counted},
                    "at_least": {"type": "boolean"},
                },
            },
        },
    }


def doctor_schema() -> dict[str, Json]:
    """Return the JSON Schema of what `doctor -o json` writes."""
    cluster: Json = {
        "type": "object",
        "required": [
            "id",
            "endpoint",
            "version",
            "problem",
            "services",
            "buckets",
            "findings",
            "notes",
        ],
        "properties": {
            "id": _text_or(),
            "endpoint": _text_or(),
            "version": _text_or(),
            "problem": _text_or("null"),
            "services": {"type": "integer"},
            "buckets": {"type": "integer"},
            "findings": {"type": "array", "items": _finding_schema()},
            "notes": {"type": "array", "items": _text_or()},
        },
    }
    return {
        "$schema": _DRAFT,
        "title": f"oscar-sync doctor {DOCUMENT_VERSION}",
        "type": "object",
        "required": ["format_version", "before_upgrade", "clusters", "summary"],
        "properties": {
            "format_version": {"const": DOCUMENT_VERSION},
            "before_upgrade": _text_or("null"),
            "clusters": {"type": "array", "items": cluster},
            "summary": {
                "type": "object",
                "properties": {str(severity): {"type": "integer"} for severity in Severity},
            },
        },
    }  # fmt: skip


def _finding_schema() -> Json:
    remedy: Json = {
        "type": "object",
        "required": ["by", "what", "do"],
        "properties": {
            "by": {"enum": [str(by) for by in By]},
            "what": _text_or(),
            "do": _text_or("null"),
        },
    }
    holds: Json = {
        "type": ["object", "null"],
        "required": ["objects", "bytes", "at_least", "last_write"],
        "properties": {
            "objects": {"type": "integer"},
            "bytes": {"type": "integer"},
            "at_least": {"type": "boolean"},
            "last_write": _text_or("null"),
        },
    }
    return {
        "type": "object",
        "required": [
            "code", "severity", "subject", "name", "message", "why", "remedies", "holds",
        ],
        "properties": {
            "code": {"type": "string", "pattern": "^OSY[46][0-9]{2}$"},
            "severity": {"enum": [str(severity) for severity in Severity]},
            "subject": {"enum": [str(subject) for subject in Subject]},
            "name": _text_or(),
            "message": _text_or(),
            "why": _text_or(),
            "remedies": {"type": "array", "items": remedy},
            "holds": holds,
        },
    }  # fmt: skip


def _action_schema() -> Json:
    change: Json = {
        "type": "object",
        "required": ["path", "op", "before", "after", "cause", "source"],
        "properties": {
            "path": _text_or(),
            "op": {"enum": [str(op) for op in Op]},
            "cause": {"enum": [cause.value for cause in Cause]},
        },
    }
    step: Json = {
        "type": "object",
        "required": ["do", "target"],
        "properties": {"do": {"enum": [str(do) for do in Do]}, "target": _text_or()},
    }
    return {
        "type": "object",
        "required": [
            "id", "cluster", "service", "kind", "reason", "category", "changes", "keeps", "erases",
            "members", "preconditions", "sends", "steps", "depends_on", "seconds",
        ],
        "properties": {
            "id": _text_or(),
            "cluster": _text_or(),
            "service": _text_or(),
            "kind": {"enum": [str(kind) for kind in ActionKind]},
            "category": {"enum": [str(category) for category in Category]},
            "erases": {"type": "array", "items": _erased_schema()},
            "members": {"type": "array", "items": _member_schema()},
            "sends": {"type": "string", "pattern": "^([0-9a-f]{32})?$"},
            "changes": {"type": "array", "items": change},
            "steps": {"type": "array", "items": step},
            "depends_on": {"type": "array", "items": _text_or()},
            "seconds": {"type": "number"},
        },
    }  # fmt: skip


def _member_schema() -> Json:
    return {
        "type": "object",
        "required": ["cluster", "service", "endpoint", "fate", "live_fingerprint", "keeps"],
        "properties": {
            "cluster": _text_or(),
            "service": _text_or(),
            "endpoint": _text_or(),
            "fate": {"enum": [str(fate) for fate in MemberFate]},
            "live_fingerprint": _text_or(),
        },
    }


def _erased_schema() -> Json:
    return {
        "type": "object",
        "required": ["bucket", "objects", "bytes", "at_least", "last_write", "consent"],
        "properties": {
            "bucket": _text_or(),
            "objects": {"type": ["integer", "null"]},
            "bytes": {"type": ["integer", "null"]},
            "at_least": {"type": "boolean"},
            "last_write": _text_or("null"),
            "consent": _text_or(),
        },
    }
