"""The page of reasons: why a step is blocked, gathered from the calls that block one."""

import ast
import re
import textwrap
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

PLANNING = Path(__file__).parents[1] / "oscar_sync" / "planning"
_INTRODUCTION = """\
A blocked step is not sent; the rest of the plan is, and `apply` ends with 7. The plan names the
code, the reason, and how to continue. `…` is what differs: a name, a bucket, a field. What the
words of `--allow` let happen: [consent.md](consent.md)."""


class Reason(NamedTuple):
    """A code with one of its sentences and the ways out that go with it."""

    code: str
    sentence: str
    ways_out: tuple[str, ...]


def reasons() -> list[Reason]:
    """Return every reason that planning can give, by code; text that is computed is `…`."""
    found = {
        reason
        for path in PLANNING.glob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        for reason in _reason(call)
    }
    return sorted(found)


def page() -> str:
    """Return the page."""
    lines = ["# Why a step is blocked", "", _INTRODUCTION, ""]
    for code, found in groupby(reasons(), key=lambda reason: reason.code):
        told = [*found]
        # A sentence that is computed says nothing beside another one.
        told = [one for one in told if one.sentence != "…"] or told
        if len(told) == 1:
            lines.append(_item(f"- `{code}`: ", told[0]))
        else:
            lines += [f"- `{code}`:", *(_item("  - ", one) for one in told)]
    return "\n".join(lines) + "\n"


def _item(start: str, reason: Reason) -> str:
    end = "" if reason.sentence.endswith("…") else "."
    text = f"{start}{reason.sentence}{end} To continue: {'; '.join(reason.ways_out)}"
    indent = "    " if start.startswith(" ") else "  "
    return textwrap.fill(
        text, 100, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _reason(call: ast.Call) -> Iterator[Reason]:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name not in {"Reason", "needs_consent"} or not isinstance(call.args[0], ast.Constant):
        return
    code, sentence, *rest = map(_text, call.args)
    ways = rest[1:] if name == "needs_consent" else rest
    if name == "needs_consent":
        ways.append(f"--allow {_word(call.args[2])}")
    yield Reason(code, sentence, tuple(way for way in ways if way))


def _text(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return re.sub(r"…(\W*…)*", "…", "".join(map(_text, parts)))
        case ast.Tuple(elts=parts):
            return "; ".join(map(_text, parts))
        case _:
            return "…"


def _word(node: ast.expr) -> str:
    match node:
        case ast.Call(args=[ast.Attribute(attr=word), *_]):
            return f"{word.lower().replace('_', '-')}:…"
        case _:
            return "…"
