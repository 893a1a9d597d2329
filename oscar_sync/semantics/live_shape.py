"""What a service that OSCAR shows looks like; anything else is not understood (trust 3.1).

Sources: oscar-server 2.1 (types), 3.3 (what is always there, and never null), and the recordings of
3.6.4 to 4.1.2. A definition that is read loosely names fewer buckets than the DELETE of it erases.
"""

from collections.abc import Callable, Mapping
from types import NoneType
from typing import Final, assert_never

from oscar_sync.model.fdl_fields import INPUT_OUTPUT, MOUNT, SERVICE
from oscar_sync.model.field import Field, Kind

_Check = Callable[[object], str]
"""Returns where below a field a value is wrong, and how: ``[0].path` that is not a string``."""

_SINCE_BUCKETS: Final = frozenset({"visibility", "isolation_level", "bucket_list", "mount"})
"""Fields that say which buckets a DELETE erases; they came together, by 3.6."""

_ALWAYS: Final = ("input", "output")
_ALWAYS_SINCE_BUCKETS: Final = (
    *_ALWAYS, "bucket_list", "isolation_level", "mount", "allowed_users", "visibility", "owner",
    "annotations", "labels", "environment",
)  # fmt: skip


def shape_fault(raw: Mapping[str, object]) -> str:
    """Return how *raw*, a service of a list or a GET, differs from what OSCAR shows; else blank."""
    name = raw.get("name")
    if type(name) is not str or not name:
        return "shows a service without a name"
    fault = _fields_fault(raw, _PLAIN, _CHECKS)
    if fault:
        return f"shows service {name} with `{fault}"
    required = _ALWAYS if lacks_buckets(raw) else _ALWAYS_SINCE_BUCKETS
    missing = next((key for key in required if key not in raw), "")
    return f"shows service {name} without `{missing}`" if missing else ""


def lacks_buckets(raw: Mapping[str, object]) -> bool:
    """Tell whether *raw* is shown as releases up to 3.5 do, which are never written to."""
    return "bucket_list" not in raw and _SINCE_BUCKETS.isdisjoint(raw)


def _of_type(kind: type, words: str) -> _Check:
    def check(value: object) -> str:
        return "" if type(value) is kind else words

    return check


def _fields_fault(
    raw: Mapping[str, object], plain: Mapping[str, type], checks: Mapping[str, _Check]
) -> str:
    for key, value in raw.items():
        # Most fields are plain: a list of 10,000 services is looked through in passing.
        if type(value) is plain.get(key):  # pragma: no mutate - its check would say the same
            continue
        check = checks.get(key)
        if check is not None and (fault := check(value)):
            return f"{key}{fault}"
    return ""


_TEXT: Final = _of_type(str, "` that is not a string")
_FLAG: Final = _of_type(bool, "` that is not true or false")
_INTEGER: Final = _of_type(int, "` that is not a whole number")
_TYPE_OF: Final[dict[Kind, type]] = {Kind.TEXT: str, Kind.FLAG: bool, Kind.INTEGER: int}
_NOT_A_LIST: Final = "` that is not a list"
_NOT_AN_OBJECT: Final = "` that is not an object"


def _each(check: _Check, kind: type | None = None) -> _Check:
    """Check each item of a list, but for those of *kind*, which are right."""

    def check_all(value: object) -> str:
        if type(value) is not list:
            return _NOT_A_LIST
        for at, item in enumerate(value):
            if type(item) is not kind and (fault := check(item)):
                return f"[{at}]{fault}"
        return ""

    return check_all


def _values(check: _Check, kind: type) -> _Check:
    """Check each value of an object, but for those of *kind*, which are right."""

    def check_all(value: object) -> str:
        if type(value) is not dict:
            return _NOT_AN_OBJECT
        for key, item in value.items():
            if type(item) is not kind and (fault := check(item)):
                return f".{key}{fault}"
        return ""

    return check_all


def _block(fields: tuple[Field, ...], required: tuple[str, ...] = ()) -> _Check:
    plain, checks = _plain(fields), {field.name: _check(field) for field in fields}

    def check_block(value: object) -> str:
        if type(value) is not dict:
            return _NOT_AN_OBJECT
        if fault := _fields_fault(value, plain, checks):
            return f".{fault}"
        for key in required:
            if key not in value:
                return f"` without `{key}`"
        return ""

    return check_block


def _plain(fields: tuple[Field, ...]) -> dict[str, type]:
    return {field.name: _TYPE_OF[field.kind] for field in fields if field.kind in _TYPE_OF}


def _ports(value: object) -> str:
    # One number before 4.1 (oscar-server 11).
    return "" if type(value) is int else _each(_INTEGER)(value)


def _check(field: Field) -> _Check:
    match field.kind:
        case Kind.TEXT:
            return _TEXT
        case Kind.FLAG:
            return _FLAG
        case Kind.INTEGER:
            return _INTEGER
        case Kind.TEXTS | Kind.TEXT_LISTS:  # these in the settings alone
            return _each(_TEXT, str)
        case Kind.TEXT_MAP:
            return _values(_TEXT, str)
        case Kind.PORTS:
            return _ports
        case Kind.BLOCK:
            return _block(field.children)
        case Kind.BLOCKS:
            return _each(_block(field.children))
        case Kind.BLOCK_MAP:
            # Recorded: a provider without an account is null (021).
            return _values(_block(field.children), NoneType)
        case _:
            assert_never(field.kind)


_PLACE: Final = _block(INPUT_OUTPUT, ("storage_provider", "path"))
_MOUNT: Final = _block(MOUNT, ("storage_provider", "path"))
_CHECKS: Final[dict[str, _Check]] = {
    **{field.name: _check(field) for field in SERVICE},
    "input": _each(_PLACE),
    "output": _each(_PLACE),
    "mount": _MOUNT,
    **dict.fromkeys(("token", "owner", "namespace"), _TEXT),
    "bucket_list": _each(_TEXT, str),
}
_PLAIN: Final[dict[str, type]] = {
    **_plain(SERVICE),
    **dict.fromkeys(("token", "owner", "namespace"), str),
}
