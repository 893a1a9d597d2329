"""A place in a file that set a value, and the side table that finds it."""

from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct

FieldPath: TypeAlias = tuple[str | int, ...]
"""Where a value stands inside a service: keys and list positions, outermost first."""


class Origin(Struct, frozen=True):
    """File, line and column (both from 1, as editors count) of a value, and the layer it came by.

    ``layer`` is ``fdl``, ``overlay NAME``, ``env_file``, ``environment`` or ``settings``.
    """

    file: str
    line: int = 1
    column: int = 1
    layer: str = "fdl"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}"
        return f"{place}, from the environment" if self.layer == "environment" else place


Locate: TypeAlias = Callable[[FieldPath], Origin]
"""The origin of the nearest known place at or above a path; never fails."""
