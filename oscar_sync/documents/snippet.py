"""A line of source with a caret under the place that is meant, secrets masked."""

import re
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
    lines = text.splitlines()
    if not 1 <= line <= len(lines):
        return ""
    source = _masked(lines, line - 1).expandtabs(1)[:_WIDEST].rstrip()
    number = f"{line:>4} | "
    caret = " " * min(column - 1, len(source))
    return f"{number}{source}\n{' ' * (len(number) - 2)}| {caret}^"


def _masked(lines: list[str], at: int) -> str:
    line = lines[at]
    match = _SECRET.match(line)
    if match is None and _is_below_secrets(lines, at):
        match = _VALUE.match(line)
        if match is None:
            return _MASK
    return f"{match['shown']}{_MASK}" if match else line


def _is_below_secrets(lines: list[str], at: int) -> bool:
    """Tell whether the line stands inside a ``secrets`` mapping, by its indentation."""
    indent = _indent(lines[at])
    for line in reversed(lines[:at]):
        if line.strip() and _indent(line) < indent:
            if _SECRETS_BLOCK.search(line):
                return True
            indent = _indent(line)
    return False


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
