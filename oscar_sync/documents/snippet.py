"""A line of source with a caret under the place that is meant, secrets masked.

The source is shown as it is written: what a variable puts in is never part of it. A value is masked
where the line's own key or one above it looks like a secret's, also where it is misspelt: a typing
error is what most findings are about.
"""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

from msgspec import Struct

_WIDEST: Final = 100
_MASK: Final = "(sensitive)"
_KEY: Final = re.compile(
    r"""(?P<key>[A-Za-z_][\w.-]*)["']?\s*[:=](?=\s|$|["'\[{])\s*|(?P<old>[A-Za-z_][\w.-]*)="""
)
_VALUE: Final = re.compile(r"^(?P<shown>\s*(?:-\s+)*[^:]*:\s*)\S.*$")
_ANCHOR: Final = re.compile(r"&(?P<name>[^\s,\[\]{}]+)[ \t]*")
_ALIAS: Final = re.compile(r"\*(?P<name>[^\s,\[\]{}]+)")
_USER: Final = re.compile(r"(?<=://)[^/\s\"'@]+@")
_PARTS: Final = (
    "secret",
    "passw",
    "passphrase",
    "token",
    "access_key",
    "accesskey",
    "api_key",
    "apikey",
    "credential",
)
_WORDS: Final = (
    "secret",
    "secrets",
    "password",
    "passwd",
    "token",
    "access",
    "credential",
    "credentials",
)
_PLAIN: Final = frozenset({"secrets_from_env", "token_file"})
"""Settings that name where a secret is, never a secret."""
_LEAST_ALIKE: Final = 0.75
_MOST_OF_A_FLOW: Final = 200
_DEEPEST: Final = 100


class _Line(Struct, frozen=True):
    """A line's start, the line that holds it (-1: none), and how many brackets are open before."""

    text: str
    above: int
    open_before: int


def snippet(text: str, line: int, column: int) -> str:
    """Return the *line* of *text* (from 1) with a caret at *column*; blank if there is none."""
    lines = _lines(text)
    if not 1 <= line <= len(lines):
        return ""
    source = _masked(text, line - 1).expandtabs(1).rstrip()
    number = f"{line:>4} | "
    caret = " " * min(column - 1, len(source))
    return f"{number}{source}\n{' ' * (len(number) - 2)}| {caret}^"


def _masked(text: str, place: int) -> str:
    line = _lines(text)[place].text
    if not line.strip():
        return line
    if _is_below_secret(text, place) or (_names(line) & _secret_anchors(text)):
        match = None if line.lstrip().startswith(":") else _VALUE.match(line)
        return f"{match['shown']}{_MASK}"[:_WIDEST] if match else _MASK
    start = next((end for key, end in _keys(line) if _is_secret(key)), None)
    if start is not None and line[start:].strip():
        line = f"{line[:start]}{_MASK}"
    return _USER.sub(f"{_MASK}@", line)[:_WIDEST]


def _keys(line: str) -> Iterator[tuple[str, int]]:
    for match in _KEY.finditer(line):
        yield match["key"] or match["old"], match.end()


@lru_cache(maxsize=4096)
def _is_secret(key: str) -> bool:
    """Tell whether *key* is a secret's, or is one misspelt."""
    lowered = key.lower()
    if lowered in _PLAIN:
        return False
    if any(part in lowered for part in _PARTS):
        return True
    return any(
        SequenceMatcher(None, word, known).ratio() >= _LEAST_ALIKE
        for word in re.split(r"[_.\-]+", lowered)[-4:]
        if 4 <= len(word) <= 16
        for known in _WORDS
    )


def _is_below_secret(text: str, place: int) -> bool:
    lines = _lines(text)
    for holder in _holders(lines, lines[place].above):
        if _has_secret_key(holder) or _names(holder.text) & _secret_anchors(text):
            return True
    first = place
    while lines[first].open_before > 0 and first > 0 and place - first < _MOST_OF_A_FLOW:
        first -= 1
        if _has_secret_key(lines[first]):
            return True
    return lines[place].text.lstrip().startswith(":")  # the value of a key that stands above


def _names(line: str) -> frozenset[str]:
    return (
        frozenset(match["name"] for match in _ANCHOR.finditer(line)) if "&" in line else frozenset()
    )


@lru_cache(maxsize=4)
def _secret_anchors(text: str) -> frozenset[str]:
    """Return the anchors whose alias is the value of a secret, or stands below one."""
    if "&" not in text or "*" not in text:
        return frozenset()
    names: set[str] = set()
    lines = _lines(text)
    for place, line in enumerate(lines):
        if "*" in line.text and any(map(_has_secret_key, _holders(lines, place))):
            names.update(match["name"] for match in _ALIAS.finditer(line.text))
    return frozenset(names)


def _holders(lines: tuple[_Line, ...], place: int) -> Iterator[_Line]:
    for _ in range(_DEEPEST):
        if place < 0:
            return
        yield lines[place]
        place = lines[place].above


def _has_secret_key(line: _Line) -> bool:
    return any(_is_secret(key) for key, _ in _keys(line.text))


@lru_cache(maxsize=4)
def _lines(text: str) -> tuple[_Line, ...]:
    """Return the lines of *text*, kept for its next finding: a hostile file has thousands."""
    kept: list[_Line] = []
    above: list[tuple[int, int]] = []
    is_open = 0
    for line in text.splitlines():
        holder = -1
        bare = line.strip()
        if bare:
            # A list may have the indent of its key: its items belong to it all the same.
            indent = 2 * (len(line) - len(line.lstrip())) + bare.startswith("- ")
            while above and above[-1][0] >= indent:
                above.pop()
            holder = above[-1][1] if above else -1
            above.append((indent, len(kept)))
        kept.append(_Line(line[:_WIDEST], holder, is_open))
        is_open = max(0, is_open + _opened(line))
    return tuple(kept)


def _opened(line: str) -> int:
    return sum(map(line.count, "[{")) - sum(map(line.count, "]}"))
