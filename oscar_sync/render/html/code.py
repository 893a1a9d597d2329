"""Two texts side by side, line by line, with the colours of their syntax."""

import difflib
import html
import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from oscar_sync.model.field import Json
from oscar_sync.render.words import plural, safe

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


def coloured(line: str) -> str:
    """Return one line of a script or of JSON as HTML: comments, strings, words, variables."""
    text = safe(line.expandtabs(4))
    if len(text) > _COLUMNS:
        text = f"{text[:_COLUMNS]}… ({len(text) - _COLUMNS:,} characters more)"
    parts, at = [], 0
    for found in _TOKENS.finditer(text):
        parts.append(html.escape(text[at : found.start()]))
        parts.append(f'<span class="t{found.lastgroup}">{html.escape(found.group())}</span>')
        at = found.end()
    return "".join(parts) + html.escape(text[at:])


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
    """Return a table: live to the left, wanted to the right; a side without any line is left out.

    Equal lines far from those that differ are left out too.
    """
    old, new = lines_of(before)[:_LINES], lines_of(after)[:_LINES]
    sides = [name for name, lines in (("live", old), ("wanted", new)) if lines]
    rows = list(_rows(old, new))
    lost = len(rows) - _ROWS
    body = [_html(row, old, new) for row in rows[:_ROWS]]
    if lost > 0:
        body.append(_gap(f"{plural(lost, 'more line')} cut to fit"))
    head = "".join(
        f'<th scope="col" class="at">line</th><th scope="col">{name}</th>' for name in sides
    )
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{html.escape(safe(caption))}">'
        f'<table class="code{" two" if len(sides) > 1 else ""}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
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


def _html(row: _Row, old: Sequence[str], new: Sequence[str]) -> str:
    if row.kind == "gap":
        return _gap("equal lines left out")
    is_same = row.kind == "same"
    left = _cell(row.before, old, "" if is_same else "del") if old else ""
    right = _cell(row.after, new, "" if is_same else "ins") if new else ""
    return f"<tr>{left}{right}</tr>"


def _cell(at: int | None, lines: Sequence[str], mark: str) -> str:
    if at is None:
        return '<td class="at"></td><td class="none"></td>'
    text = coloured(lines[at])
    inner = f"<{mark}>{text}</{mark}>" if mark else text
    return f'<td class="at">{at + 1}</td><td class="{mark or "same"}">{inner}</td>'


def _gap(words: str) -> str:
    return f'<tr class="gap"><td colspan="4">⋯ {html.escape(words)}</td></tr>'
