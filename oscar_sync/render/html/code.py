"""Two texts side by side, line by line, with the colours of their syntax."""

import difflib
import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from oscar_sync.model.amounts import plural
from oscar_sync.model.field import Json
from oscar_sync.render.markup import rendered
from oscar_sync.render.words import safe

_LINES: Final = 4_000
_ROWS: Final = 300
_COLUMNS: Final = 400
_AROUND: Final = 3

_WORDS: Final = (
    "and|as|break|case|class|continue|def|do|done|elif|else|esac|except|exit|export|false|fi|finally|"
    "for|from|function|if|import|in|is|lambda|local|not|null|or|pass|raise|return|set|then|true|try|"
    "until|while|with|yield|False|None|True"
)
_TOKENS: Final = re.compile(
    r"(?P<c>(?<!\S)\#.*)"
    r"|(?P<s>\"(?:[^\"\\]|\\.)*\"?|'[^']*'?)"
    r"|(?P<v>\$\{[^}]*\}?|\$[A-Za-z_0-9@#?*!]+)"
    rf"|(?P<k>(?<![\w.-])(?:{_WORDS})(?![\w-]))"
    r"|(?P<n>(?<![\w.-])\d+(?:\.\d+)?(?![\w.]))"
)


def coloured(line: str) -> list[tuple[str, str]]:
    """Return one line of a script or of JSON in pieces, each with the class of its colour."""
    # Comments (``tc``), strings, words and variables have one.
    text = safe(line.expandtabs(4))
    if len(text) > _COLUMNS:
        text = f"{text[:_COLUMNS]}… ({len(text) - _COLUMNS:,} characters more)"
    pieces, at = [], 0
    for match in _TOKENS.finditer(text):
        pieces += [("", text[at : match.start()]), (f"t{match.lastgroup}", match.group())]
        at = match.end()
    return [*pieces, ("", text[at:])]


def lines_of(content: Json) -> list[str]:
    """Return a value as lines: a text as it is, anything else as JSON with one item a line."""
    if content is None or content == "":
        return []
    if isinstance(content, str):
        return content.splitlines()
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True).splitlines()


class _Row(Struct, frozen=True):
    kind: str
    before: int | None = None
    after: int | None = None


def side_by_side(before: Json, after: Json, caption: str) -> str:
    """Return a table: live to the left, wanted to the right; a side without lines is left out."""
    # Equal lines far from those that differ are left out too.
    old, new = lines_of(before)[:_LINES], lines_of(after)[:_LINES]
    rows = list(_rows(old, new))
    cut = len(rows) - _ROWS
    sides = [name for name, lines in (("live", old), ("wanted", new)) if lines]
    return rendered(
        "side_by_side.html",
        caption=f"{caption}, {' and '.join(sides)}",
        sides=sides,
        rows=[_cells(row, old, new) for row in rows[:_ROWS]],
        cut=f"{plural(cut, 'more line')} cut to fit" if cut > 0 else "",
    )


def _rows(old: Sequence[str], new: Sequence[str]) -> Iterator[_Row]:
    groups = difflib.SequenceMatcher(None, old, new).get_grouped_opcodes(_AROUND)
    for number, group in enumerate(groups):
        if number or group[0][1] or group[0][3]:
            yield _Row("gap")
        for _, a, b, c, d in group:
            for at in range(max(b - a, d - c)):
                left = a + at if a + at < b else None
                right = c + at if c + at < d else None
                is_same = left is not None and right is not None and old[left] == new[right]
                yield _Row("same" if is_same else "differs", left, right)


class _Cell(Struct, frozen=True):
    """One line of one side; ``mark`` is the HTML element of what differs."""

    number: int | None
    mark: str = ""
    pieces: Sequence[tuple[str, str]] = ()


def _cells(row: _Row, old: Sequence[str], new: Sequence[str]) -> list[_Cell]:
    if row.kind == "gap":
        return []
    is_same = row.kind == "same"
    left = [_cell(row.before, old, "" if is_same else "del")] if old else []
    return left + ([_cell(row.after, new, "" if is_same else "ins")] if new else [])


def _cell(at: int | None, lines: Sequence[str], mark: str) -> _Cell:
    return _Cell(None) if at is None else _Cell(at + 1, mark, coloured(lines[at]))
