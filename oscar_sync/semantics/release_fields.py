"""Which fields of a service a release has: what it would lose is blocked, and never sent.

Source: the fields of the server's structs at each tag, as ``since`` on each field says
(oscar-releases, *What changed when*; oscar-server 11).
"""

from collections.abc import Iterator, Mapping
from typing import Final

from oscar_sync.model.fdl_fields import SERVICE
from oscar_sync.model.field import Field, Kind, Value
from oscar_sync.model.form import Form, mapping_of, plain
from oscar_sync.semantics.capabilities import NUMBER_PORTS, Release, shown_release
from oscar_sync.semantics.normal_form import normal_form

_PORTS_SINCE: Final[Release] = NUMBER_PORTS.until or (0, 0, 0)


def unsupported(
    form: Form, release: Release, *, has_secrets: bool = False
) -> tuple[tuple[str, str], ...]:
    """Return path and first release of each field that *form* sets and *release* does not have."""
    # The form does not hold ``environment.secrets``: *has_secrets* tells whether there are some.
    if release >= _NEWEST:  # pragma: no mutate - it only saves the look
        return ()
    plain = mapping_of(
        normal_form(
            {"name": form.name},
            is_live=False,  # pragma: no mutate - a live form has the same defaults of these fields
        )
    )
    said = mapping_of(form)
    if has_secrets:
        said["environment"] = {**_block(said["environment"]), "secrets": {"": ""}}
    return tuple(
        (path, f"v{shown_release(since)}")
        for path, since in _newer(SERVICE, said, plain, release, "")
    )


def without_newer(body: Mapping[str, Value], release: Release) -> dict[str, Value]:
    if release >= _NEWEST:  # pragma: no mutate - it only saves the look
        return dict(body)
    return _without(SERVICE, body, release)


def _newer(
    fields: tuple[Field, ...],
    form: Mapping[str, Value],
    plain: Mapping[str, Value],
    release: Release,
    path: str,
) -> Iterator[tuple[str, Release]]:
    for field in fields:
        value, default, place = form.get(field.name), plain.get(field.name), f"{path}{field.name}"
        if value is None or value == default or value in ({}, []):
            continue
        if field.since > release:
            yield place, field.since
        elif field.kind is Kind.PORTS and NUMBER_PORTS.holds(release):
            if isinstance(value, list) and len(value) > 1:
                yield f"{place} with several ports", _PORTS_SINCE
        else:
            for below, inner, usual in _blocks(field, value, default, place):
                yield from _newer(field.children, inner, usual, release, f"{below}.")


def _blocks(
    field: Field, value: Value, default: Value, place: str
) -> Iterator[tuple[str, Mapping[str, Value], Mapping[str, Value]]]:
    """Yield each block that *value* of *field* holds, with its place and what it is by default."""
    if field.kind is Kind.BLOCK:
        yield place, _block(value), _block(default)
    elif field.kind is Kind.BLOCK_MAP:
        for key, item in _block(value).items():
            yield f"{place}.{key}", _block(item), _defaults(field.children)
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield f"{place}[{at}]", _block(item), _defaults(field.children)


def _block(value: Value) -> dict[str, Value]:
    return value if isinstance(value, dict) else {}


def _defaults(fields: tuple[Field, ...]) -> dict[str, Value]:
    return {field.name: plain(field.default) for field in fields if not field.is_secret}


def _without(
    fields: tuple[Field, ...], body: Mapping[str, Value], release: Release
) -> dict[str, Value]:
    known = {field.name: field for field in fields}
    kept: dict[str, Value] = {}
    for key, value in body.items():
        field = known.get(key)
        if field is None:
            kept[key] = value
        elif field.since <= release:
            kept[key] = _inner(field, value, release)
    return kept


def _inner(field: Field, value: Value, release: Release) -> Value:
    if field.kind is Kind.BLOCK_MAP:
        return {key: _inner_block(field, item, release) for key, item in _block(value).items()}
    if isinstance(value, list):
        return [_inner_block(field, item, release) for item in value]
    return _inner_block(field, value, release)


def _inner_block(field: Field, value: Value, release: Release) -> Value:
    if not field.children or not isinstance(value, dict):
        return value
    return _without(field.children, value, release)


def _newest(fields: tuple[Field, ...]) -> Release:
    return max((max(field.since, _newest(field.children)) for field in fields), default=(0, 0, 0))


_NEWEST: Final = _newest(SERVICE)
"""The first release that has every field."""
