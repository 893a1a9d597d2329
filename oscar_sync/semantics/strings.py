"""What becomes of a string on its way through the server (oscar-server 3.4, strings.json).

The server keeps a definition as YAML, written and read back by goccy/go-yaml 1.9.8. A string is
quoted where it must be, else it stands plain or, with line breaks, as a literal block; each way
has its own losses. A script is kept apart from that YAML.
"""

import re
from enum import StrEnum
from typing import Final

from msgspec import Struct


class StringPlace(StrEnum):
    SCRIPT = "script"
    ENV_VALUE = "env value"
    ENV_NAME = "env name"
    ANNOTATION_VALUE = "annotation value"
    KEY = "key"
    FIELD = "field"
    ITEM = "item"


class Fate(StrEnum):
    SAME = "same"
    CHANGED = "changed"
    REFUSED = "refused"
    POISONS = "poisons"


class Verdict(Struct, frozen=True):
    """A fate; ``becomes`` is what a changed string reads as afterwards, where that is known."""

    fate: Fate
    becomes: str | None = None


SAME: Final = Verdict(Fate.SAME)
_POISONS: Final = Verdict(Fate.POISONS)
_CHANGED: Final = Verdict(Fate.CHANGED)
_KEYS: Final = frozenset({StringPlace.ENV_NAME, StringPlace.KEY})

SURE: Final = re.compile(r"(?![ ?-])[ !#-\[\]-~]*+(?<! )(?<!<<)")
"""A string that matches wholly comes back as it was sent: a quick look before a verdict."""


_HALF: Final = re.compile(r"[\ud800-\udfff]")
_OF_PROCESSES: Final = frozenset({StringPlace.SCRIPT, StringPlace.ENV_VALUE, StringPlace.ENV_NAME})


def unusable(text: str, place: StringPlace) -> str:
    """Return why nobody can use *text* at *place*, whatever the server makes of it; else blank."""
    if _HALF.search(text):
        return "has half of a character in it (a lone surrogate), which is not UTF-8"
    if "\0" in text and place in _OF_PROCESSES:  # the server keeps it
        return "contains a NUL character, which no process accepts"
    return ""


def verdict(text: str, place: StringPlace) -> Verdict:
    if place is StringPlace.SCRIPT:
        return _script(text)
    if "\r" in text:
        return _with_return(text, place)
    if _is_quoted(text):
        return _quoted(text)
    if place in _KEYS:
        return _plain_key(text)
    if _TAB_THEN_INDICATOR.match(text):
        return _POISONS
    if place is StringPlace.ITEM and not text.strip(" \t"):
        return _POISONS
    return _block(text, place) if "\n" in text else _plain(text)


def _script(text: str) -> Verdict:
    if not text:
        return Verdict(Fate.REFUSED)
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return SAME if lines == text else Verdict(Fate.CHANGED, lines)


def _with_return(text: str, place: StringPlace) -> Verdict:
    """CRLF gains a line break in front, a lone CR becomes LF; no key takes either."""
    if place in _KEYS:
        return _POISONS
    if "\r\n" in text and not _is_quoted(text):
        return Verdict(Fate.CHANGED, f"\n{text}")
    return _CHANGED


_RESERVED: Final = frozenset(
    {"null", "Null", "NULL", "~", "true", "True", "TRUE", "false", "False", "FALSE"}
    | {".inf", ".Inf", ".INF", "-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN"}
)
_QUOTED_BEGINNINGS: Final = frozenset("*&[{}],!|>%'\"")
_DIGITS_AND_COLONS: Final = re.compile(r"[:1-9][:0-9]*")
_TAB_THEN_INDICATOR: Final = re.compile(r"[\t ]*\t[\t ]*[-!\"'&*>\[\]{}|?#<:%]")


def _is_quoted(text: str) -> bool:
    """Tell whether the server writes *text* in double quotes (numbers lose nothing either way)."""
    if not text or text in _RESERVED or text[0] in _QUOTED_BEGINNINGS or text[-1] == ":":
        return True
    if "#" in text or "\\" in text or ": " in text:
        return True
    return _DIGITS_AND_COLONS.fullmatch(text) is not None


_SHORT_ESCAPES: Final = frozenset('\n\b\f\v"\\')


def _quoted(text: str) -> Verdict:
    """Tab and bell are written as escapes that are not read back."""
    # Every escape makes the reader look for the ``:`` after a key too early, by what it is longer
    # than its character: it takes the string for a key if a colon stands just there.
    if "\t" in text or "\a" in text:
        return Verdict(Fate.CHANGED, text.replace("\t", "\\t").replace("\a", "\\a"))
    written = [(character, _width(character)) for character in text]
    at = len(text) + 1
    position = 0
    rest = ""
    for character, width in (*written, ('"', 1)):
        if position + width > at:
            rest += character if width == 1 else "\\"
        position += width
    return _POISONS if rest.lstrip(" ")[:1] == ":" else SAME


def _width(character: str) -> int:
    """Return how many characters Go's strconv.Quote writes for one."""
    if character in _SHORT_ESCAPES:
        return 2
    if character.isprintable():
        return 1
    if character.isascii():
        return 4
    return 2 + 2 * len(character.encode("utf-16-le", "surrogatepass"))  # \uXXXX or \UXXXXXXXX


def _plain(text: str) -> Verdict:
    """Blanks at both ends go; ``- `` begins a list and ``? `` a key."""
    if text == "-" or text.startswith("- "):
        return _POISONS
    if text.startswith("? "):
        rest = text[2:].strip(" ")
        return Verdict(Fate.CHANGED, rest) if rest else _POISONS
    stripped = text.lstrip(" ").rstrip(" \t")
    if stripped == text:
        return SAME
    if stripped == "-" or stripped.startswith(("- ", "? ")):
        return _POISONS
    if text[0] == " " and stripped[:1] in _QUOTED_BEGINNINGS and stripped:
        return _POISONS
    return Verdict(Fate.CHANGED, None if stripped in _RESERVED else stripped)


def _plain_key(text: str) -> Verdict:
    if "\n" in text or not text.strip(" \t") or text.rstrip(" ").endswith("<<"):
        return _POISONS
    if text.startswith(("- ", "? ")) or _TAB_THEN_INDICATOR.match(text):
        return Verdict(Fate.CHANGED, "") if text == "? " else _POISONS
    stripped = text.lstrip(" ").rstrip(" \t")
    return SAME if stripped == text else Verdict(Fate.CHANGED, stripped)


_BLANKS_AT_END: Final = re.compile(r"[ \t]\n*\Z")


def _block(text: str, place: StringPlace) -> Verdict:
    """A literal block loses the indentation of its first line; in a list, of every line."""
    lines = text.split("\n")
    first = next((line for line in lines if line), "")
    if place is StringPlace.ITEM and any(line.startswith(" ") for line in lines):
        return _CHANGED
    if first.startswith(" "):
        is_first = not any(line.startswith(" ") for line in lines[1:])
        return Verdict(Fate.CHANGED, text.lstrip(" ")) if is_first else _CHANGED
    return _CHANGED if _BLANKS_AT_END.search(text) else SAME
