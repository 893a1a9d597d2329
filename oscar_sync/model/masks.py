"""What is shown in place of values that ``${NAME}`` put into a service (trust 4.1)."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

_SHORTEST: Final = 4
"""Shorter values are masked as a whole only: within other text they are anything."""


class Masked(Struct, frozen=True):
    """A text as it became and as it is written, below a top-level field."""

    field: str
    text: str
    written: str

    def __repr__(self) -> str:
        """Return it without the text."""
        return f"Masked({self.field}: {self.written})"


class Masks(Struct, frozen=True):
    """Everything that variables put into one service: whole scalars, and each value in them."""

    wholes: tuple[Masked, ...] = ()
    parts: tuple[Masked, ...] = ()

    def __add__(self, other: "Masks") -> "Masks":
        """Return both."""
        return Masks(self.wholes + other.wholes, self.parts + other.parts)

    def shown(self, field: str, value: object) -> str | None:
        """Return how a value of *field* is shown, None if no variable is in it."""
        text = "true" if value is True else "false" if value is False else str(value)
        for one in self.wholes:
            if one.field == field and one.text.strip() == text.strip():
                return one.written
        found = _replaced(text, [one for one in self.parts if one.field == field])
        return found if found != text else None

    def in_words(self, text: str) -> str:
        """Return a sentence with what variables put in as it is written."""
        return _replaced(text, (*self.wholes, *self.parts))


def _replaced(text: str, masks: Iterable[Masked]) -> str:
    for one in sorted(masks, key=lambda mask: len(mask.text), reverse=True):
        if len(one.text) >= _SHORTEST and one.text != one.written:
            text = text.replace(one.text, one.written)
    return text
