"""Lines folded at the width of a terminal: at blanks, never within a word or a command."""

import re
from typing import Final

DEFAULT_WIDTH: Final = 100
_COLOUR: Final = re.compile(r"\x1b\[\d+m")
_PROGRAMS: Final = "oscar-sync|kubectl|mc|pip|export"
_WORDS: Final = re.compile(
    rf"""(?P<gap>[ ]*)(?P<word>(?:
        `[^`\n]*`                                                # what is to be typed
        | (?<![\w/.'-])(?:{_PROGRAMS})\b                    # a command, up to two words of it,
          (?:[ ][a-z][\w-]*){{0,2}}                              # options with a value, and what no
          (?:[ ](?:--?\w\S*(?:[ ][^\s;,-][^\s;,]*)?              # word of prose looks like
             | [^\s;,]*[/=:'"*@<>][^\s;,]*
             | [A-Z][A-Z_]+\b))*
        | \S
    )+)""",
    re.VERBOSE,
)
_COLUMN: Final = re.compile(r"^ *\S+(?: \S+){0,2} {2,}(?=\S)")
"""The first column of a line, with the blanks behind it."""
_COMMAND: Final = re.compile(rf" *(?:{_PROGRAMS}) ")
_SOURCE: Final = re.compile(r"^ +\d* \| ")
"""A line of a file, and the caret below it."""
_SCRIPT: Final = re.compile(r"^ {9}(?:\x1b\[\d+m)?[+-] ")
_DEEPEST: Final = 40
_STEP: Final = 4
_CELL_GAP: Final = 3


def folded(text: str, width: int) -> str:
    """Return *text* in lines of at most *width* columns where its words are not longer.

    Lines of scripts stay as they are, and lines of a file are cut.
    """
    return "\n".join(
        line if _columns(line) <= width else _folded(line, width) for line in text.split("\n")
    )


def _columns(text: str) -> int:
    return len(_COLOUR.sub("", text))


def _folded(line: str, width: int) -> str:
    if _SCRIPT.match(line) or (_COMMAND.match(line) and " " * _CELL_GAP not in line.lstrip()):
        return line
    if _SOURCE.match(line):
        return f"{line[: width - 1]}…"
    indent = len(line) - len(line.lstrip(" "))
    column = _COLUMN.match(_COLOUR.sub("", line))
    hang = column.end() if column and column.end() <= _DEEPEST else indent + _STEP
    lines, used = [""], 0
    for match in _WORDS.finditer(line):
        gap, word = match["gap"], match["word"]
        needed = _columns(word)
        if len(gap) >= _CELL_GAP:  # what has a column of its own is kept together if it can
            cell = _columns(line[match.start("word") :].partition(" " * _CELL_GAP)[0])
            needed = cell if hang + cell <= width else needed
        if used and used + len(gap) + needed > width:
            start = hang if hang + needed <= width else min(hang, indent + _STEP)
            lines.append(" " * start)
            gap, used = "", start
        lines[-1] += gap + word
        used += len(gap) + _columns(word)
    return "\n".join(lines)
