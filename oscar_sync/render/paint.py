"""Colour that only repeats what words and symbols say."""

from collections.abc import Callable
from typing import Final, TypeAlias

Paint: TypeAlias = Callable[[str, str], str]
"""Paints a text in a colour by name; without colour it returns the text."""

_CODES: Final = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "cyan": 36, "bold": 1, "dim": 2}


def plain(text: str, colour: str) -> str:
    del colour
    return text


def ansi(text: str, colour: str) -> str:
    return f"\x1b[{_CODES[colour]}m{text}\x1b[0m" if text else text


SYMBOL_COLOURS: Final = {
    "+": "green", "~": "yellow", "-": "red", "-/+": "red", ">": "blue", "@": "cyan", "&": "cyan",
    "->": "yellow", "=": "blue", "<": "blue", "x": "red", "?": "red", "!": "yellow", "r": "cyan",
}  # fmt: skip
