"""JSON values as the shape that a reader expects; what is of another shape is empty."""

from collections.abc import Mapping


def mapping_of(value: object) -> Mapping[str, object]:
    """Return *value* if it is a mapping, else an empty one."""
    if type(value) is dict:  # asking `Mapping` itself takes ten times as long
        return value
    return value if value is not None and isinstance(value, Mapping) else {}


def text_of(value: object) -> str:
    """Return *value* as text, blank for None."""
    if type(value) is str:
        return value
    return "" if value is None else str(value)
