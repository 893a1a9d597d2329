"""``NAME=value`` of an env file, as docker compose reads it, but for its ``$NAME``.

A comment begins behind a space; a value in quotes may have several lines; ``export`` is left out.
Nothing is expanded, as oscar-cli v2 does not (oscar-clients 1.3).
"""

import re
from typing import Final

from msgspec import Struct

from oscar_sync.documents.reading import Fault, FaultKind
from oscar_sync.documents.text import unix_lines


class EnvValue(Struct, frozen=True):
    value: str
    line: int
    column: int


_NAME: Final = re.compile(r"(?P<lead>\s*(?:export\s+)?)(?P<name>[^=\s]+)\s*=")
_QUOTED: Final = re.compile(
    r"""[^\S\n]*(?:'(?P<line>[^'\n]*)'|'(?P<one>(?:[^'\\]|\\.)*)'|"(?P<two>(?:[^"\\]|\\.)*)")"""
    r"[^\S\n]*(?:#[^\n]*)?$",
    re.DOTALL | re.MULTILINE,
)
"""A value in quotes, up to the end of its last line."""
_COMMENT: Final = re.compile(r"\s#")


def read_dotenv(text: str) -> tuple[dict[str, EnvValue], tuple[Fault, ...]]:
    """Return the values by name (the last of a name holds) and the lines that are none."""
    text = unix_lines(text)
    values: dict[str, EnvValue] = {}
    faults: list[Fault] = []
    at, number = 0, 1
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        row = text[at:end]
        if row.strip() and not row.lstrip().startswith("#"):
            named = _NAME.match(row)
            rest = row[named.end() :] if named else ""
            quoted = _QUOTED.match(text, at + named.end()) if named else None
            if named is None or (quoted is None and rest.lstrip()[:1] in {"'", '"'}):
                faults.append(_fault(row, number, is_named=named is not None))
            else:
                value = _unquoted(quoted) if quoted else _COMMENT.split(rest)[0].strip()
                values[named["name"]] = EnvValue(value, number, len(named["lead"]) + 1)
            end = quoted.end() if quoted else end
        number += text.count("\n", at, end + 1)
        at = end + 1
    return values, tuple(faults)


def _unquoted(found: re.Match[str]) -> str:
    if found["two"] is not None:
        return _ESCAPE.sub(_escaped, found["two"])
    return found["line"] if found["line"] is not None else found["one"].replace("\\'", "'")


_ESCAPE: Final = re.compile(r"\\(.)")
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r"}


def _escaped(match: re.Match[str]) -> str:
    return _ESCAPES.get(match[1], match[1])


_COLON: Final = re.compile(r"\s*(?:export\s+)?[A-Za-z_]\w*\s*:(?:\s|$)")


def _fault(row: str, line: int, *, is_named: bool) -> Fault:
    """Return what is wrong with *row*; a value is never shown."""
    message, remedy = "not a line of an env file", "write NAME=value, or # before a comment"
    if is_named:
        message, remedy = (
            "a quote is not closed, or text follows it",
            "close it at the end of the value; write # before a comment",
        )
    elif _COLON.match(row):
        message, remedy = "`:` in the place of `=`", "write NAME=value"
    return Fault(FaultKind.SYNTAX, line, len(row) - len(row.lstrip()) + 1, message, remedy)
