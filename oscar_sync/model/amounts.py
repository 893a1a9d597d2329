"""A number and its noun, singular and plural; names, and how many more."""

from collections.abc import Sequence


def plural(count: int, one: str, many: str = "") -> str:
    """Return the count with its noun: ``1 service``, ``1,204 objects``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def several(names: Sequence[str], most: int = 5) -> str:
    """Return the first of *names*, and how many more there are."""
    rest = names[most:]
    return ", ".join(names[:most]) + (f" and {len(rest)} more" if rest else "")
