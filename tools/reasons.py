"""The page of reasons: why a step is blocked, gathered from the calls that block one."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
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


def row(*cells: str) -> str:
    """Return the line of a table, where a bar in a cell would begin another one."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def page() -> str:
    """Return the page."""
    codes = Counter(reason.code for reason in reasons())
    lines = ["# Why a step is blocked", "", _INTRODUCTION, "", "| code | reason | to continue |"]
    lines.append("|---|---|---|")
    for reason in reasons():
        if reason.sentence == "…" and codes[reason.code] > 1:
            continue  # computed: the row would say nothing
        cells = f"`{reason.code}`", reason.sentence, "; ".join(reason.ways_out)
        lines.append(row(*cells))
    return "\n".join(lines) + "\n"


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
