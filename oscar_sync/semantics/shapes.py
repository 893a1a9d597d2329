"""JSON values as the shape that a reader expects; what is of another shape is empty."""

from collections.abc import Mapping, Sequence
from typing import TypeGuard


def is_mapping(value: object) -> TypeGuard[Mapping[str, object]]:
    return value is not None and isinstance(value, Mapping)


def mapping_of(value: object) -> Mapping[str, object]:
    if type(value) is dict:  # asking `Mapping` itself takes ten times as long
        return value
    return value if is_mapping(value) else {}


def list_of(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def text_of(value: object) -> str:
    if type(value) is str:
        return value
    return "" if value is None else str(value)


def text_at(entry: Mapping[str, object], key: str) -> str:
    """Return the text at *key*, blank where there is none or something else."""
    value = entry.get(key)
    return value if isinstance(value, str) else ""


def text_map_of(value: object) -> dict[str, str]:
    return {key: text_of(item) for key, item in mapping_of(value).items()}
