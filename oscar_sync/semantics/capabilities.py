"""What a release of OSCAR has (oscar-server 11)."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from oscar_sync.model.fdl_fields import SERVICE
from oscar_sync.model.field import Field, Kind, Value
from oscar_sync.semantics.normal_form import normal_form

ASSUMED: Final = (4, 1, 2)
"""What an unstamped build (``devel``) is taken for."""

_RELEASE: Final = r"v?(\d+)\.(\d+)(?:\.(\d+))?"

LISTED_PORTS_SINCE: Final = (4, 1, 0)


def release_of(version: str) -> tuple[int, int, int]:
    """Return the release that ``/system/info`` names; ``devel`` and blank count as the newest."""
    found = re.match(_RELEASE, version.strip())
    if not found:
        return ASSUMED
    return int(found[1]), int(found[2]), int(found[3] or 0)


def named_release(text: str) -> tuple[int, int, int] | None:
    """Return the release that somebody names (``4.1``, ``v4.1.2``), None if it is none."""
    return release_of(text) if re.fullmatch(_RELEASE, text.strip()) else None


def unsupported(
    form: Mapping[str, Value], release: tuple[int, int, int]
) -> tuple[tuple[str, str], ...]:
    """Return path and first release of each field that *form* sets and *release* does not have."""
    if release >= _NEWEST:
        return ()
    plain = normal_form({"name": form["name"]}, is_live=False)
    return tuple(
        (path, "v" + ".".join(map(str, field.since)))
        for path, field, value, default in _walk(SERVICE, form, plain, "")
        if field.since > release and value != default
    )


def _walk(
    fields: tuple[Field, ...], form: Mapping[str, Value], plain: Mapping[str, Value], path: str
) -> Iterator[tuple[str, Field, Value, Value]]:
    for field in fields:
        value, default = form.get(field.name), plain.get(field.name)
        yield f"{path}{field.name}", field, value, default
        if field.kind is Kind.BLOCK and isinstance(value, dict) and isinstance(default, dict):
            yield from _walk(field.children, value, default, f"{path}{field.name}.")


def _newest(fields: tuple[Field, ...]) -> tuple[int, int, int]:
    return max(max(field.since, _newest(field.children)) for field in fields) if fields else _FIRST


_FIRST: Final = (0, 0, 0)
_NEWEST: Final = _newest(SERVICE)
"""The first release that has every field."""
