"""Lines ``NAME=value`` of an env file, by the rule of oscar-cli v2 (oscar-clients 1.3)."""

import re
from typing import Final

from msgspec import Struct

from oscar_sync.documents.reading import Fault, FaultKind


class EnvValue(Struct, frozen=True):
    value: str
    line: int
    column: int


_LINE: Final = re.compile(r"(?P<lead>\s*(?:export\s+)?)(?P<name>[^=\s]+)\s*=\s*(?P<value>.*)")


def read_dotenv(text: str) -> tuple[dict[str, EnvValue], tuple[Fault, ...]]:
    """Return the values by name (the last of a name holds) and the lines that are none."""
    values: dict[str, EnvValue] = {}
    faults: list[Fault] = []
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        match = _LINE.fullmatch(line.rstrip())
        value = _unquoted(match["value"]) if match else None
        if match is None or value is None:
            faults.append(_fault(number))
            continue
        values[match["name"]] = EnvValue(value, number, len(match["lead"]) + 1)
    return values, tuple(faults)


def _unquoted(text: str) -> str | None:
    for quote in ("'", '"'):
        if text.startswith(quote):
            if len(text) < len(quote) * 2 or not text.endswith(quote):
                return None
            inner = text[1:-1]
            return inner if quote == "'" else _ESCAPE.sub(_escaped, inner)
    return text


_ESCAPE: Final = re.compile(r"\\(.)")
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r"}


def _escaped(match: re.Match[str]) -> str:
    return _ESCAPES.get(match[1], match[1])


def _fault(line: int) -> Fault:
    return Fault(
        FaultKind.SYNTAX,
        line,
        1,
        "not a line of an env file",
        "write NAME=value, quotes closed, # before a comment",
    )
