"""A line of source with a caret under the place that is meant, secrets masked."""

import re
from functools import lru_cache
from typing import Final

_WIDEST: Final = 100
_MASK: Final = "(sensitive)"
_SECRET: Final = re.compile(
    r"""^(?P<shown>.*?(?:secret|passw|token|access_key)[\w-]*["']?\s*[:=]\s*)\S.*$""",
    re.IGNORECASE,
)
_SECRETS_BLOCK: Final = re.compile(r"""["']?secrets["']?\s*:""")
_VALUE: Final = re.compile(r"^(?P<shown>\s*(?:-\s+)*[^:]*:\s*)\S.*$")


def snippet(text: str, line: int, column: int) -> str:
    """Return the *line* of *text* (from 1) with a caret at *column*; blank if there is none."""
    lines = _lines(text)
    if not 1 <= line <= len(lines):
        return ""
    source = _masked(*lines[line - 1]).expandtabs(1).rstrip()
    number = f"{line:>4} | "
    caret = " " * min(column - 1, len(source))
    return f"{number}{source}\n{' ' * (len(number) - 2)}| {caret}^"


def _masked(line: str, is_below_secrets: bool) -> str:  # noqa: FBT001 - a field of a line
    match = _SECRET.match(line)
    if match is None and is_below_secrets:
        match = _VALUE.match(line)
        if match is None:
            return _MASK
    return f"{match['shown']}{_MASK}"[:_WIDEST] if match else line


@lru_cache(maxsize=4)
def _lines(text: str) -> tuple[tuple[str, bool], ...]:
    """Return the start of each line, and whether a ``secrets`` mapping holds it, by indentation.

    Kept for the next finding of the same text: a hostile file has thousands.
    """
    found: list[tuple[str, bool]] = []
    above: list[tuple[int, bool]] = []
    for line in text.splitlines():
        is_below_secrets = False
        if line.strip():
            indent = len(line) - len(line.lstrip())
            while above and above[-1][0] >= indent:
                above.pop()
            is_below_secrets = bool(above) and above[-1][1]
            above.append((indent, is_below_secrets or bool(_SECRETS_BLOCK.search(line))))
        found.append((line[:_WIDEST], is_below_secrets))
    return tuple(found)
