"""What is shown in place of values that ``${NAME}`` put into a service (trust 4.1)."""

import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

SHORTEST: Final = 4
"""Characters of a value that is masked within a text: a shorter one may be any word (trust 3.8)."""


class Masked(Struct, frozen=True):
    """A text as it became and as it is written, below a top-level field."""

    field: str
    text: str
    written: str

    def __repr__(self) -> str:
        return f"Masked({self.field}: {self.written})"


class Masks(Struct, frozen=True):
    """Everything that variables put into one service: whole scalars, and each value in them.

    ``given`` are the names of an env file, declared or not: what they were before is hidden too.
    """

    wholes: tuple[Masked, ...] = ()
    parts: tuple[Masked, ...] = ()
    given: frozenset[str] = frozenset()

    def __add__(self, other: "Masks") -> "Masks":
        wholes, parts = self.wholes + other.wholes, self.parts + other.parts
        return Masks(wholes, parts, self.given | other.given)

    def shown(self, field: str, value: object) -> str | None:
        """Return how a value of *field* is shown, None if no variable is in it."""
        text = "true" if value is True else "false" if value is False else str(value)
        for one in self.wholes:
            if one.field == field and one.text.strip() == text.strip():
                return one.written
        written = _replaced(text, [one for one in self.parts if one.field == field])
        return written if written != text else None


def _replaced(text: str, masks: Iterable[Masked]) -> str:
    written: dict[str, str] = {}
    for one in masks:
        if len(one.text) >= SHORTEST and one.text != one.written:
            written.setdefault(one.text, one.written)
    if not written:
        return text
    # In one pass, the longest first: a name that was put in may hold another variable's value.
    values = sorted(written, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, values)), lambda match: written[match[0]], text)
