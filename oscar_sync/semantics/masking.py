"""A live service as it may be shown: its secrets are masked, whoever put them there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from oscar_sync.model.fdl_fields import SERVICE
from oscar_sync.model.field import Field
from oscar_sync.model.secret import MASK

_OF_USERS: Final = frozenset({"variables", "labels", "annotations"})
"""Maps whose keys are chosen by users: a variable called TOKEN is not a field called token."""


def _secret_names(fields: Sequence[Field]) -> Iterator[str]:
    for field in fields:
        if field.is_secret:
            yield field.name
        yield from _secret_names(field.children)


_SECRET: Final = frozenset({"token", *_secret_names(SERVICE)})


def masked_service(raw: Mapping[str, object]) -> dict[str, object]:
    """Return *raw* (what a server shows) with each secret that is not blank as ``(sensitive)``."""
    # Values of ``environment.secrets`` come blank and are masked too (oscar-server 3.2).
    return {key: _masked(key, value) for key, value in raw.items()}


def _masked(key: str, value: object) -> object:
    name = key.lower()
    if name in _OF_USERS:
        return value
    if name in _SECRET:
        return _hidden(value)
    return _within(value)


def _within(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _masked(str(key), item) for key, item in value.items()}
    return [_within(item) for item in value] if isinstance(value, list) else value


def _hidden(value: object) -> object:
    if isinstance(value, Mapping):
        return dict.fromkeys(value, MASK)
    return MASK if value else value
