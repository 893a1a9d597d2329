"""A text that never shows itself."""

from typing import Final

MASK: Final = "(sensitive)"


class Secret:
    """A secret text: equal by value, shown as a mask, revealed in the wire and storage rooms."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself: for requests, fingerprints and nothing else."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(("Secret", self._text))

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __reduce__(self) -> tuple[object, ...]:
        """Refuse to be pickled: a pickle is a file with the secret in it."""
        message = "a secret cannot be pickled"
        raise TypeError(message)
