"""Where a text stops being YAML or JSON: the place that has to be changed, and how.

A parser stops where it cannot go on, which is often far behind the mistake: an unclosed quote ends
at the next one.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import yaml

from oscar_sync.documents.reading import Fault, FaultKind

_MARKER: Final = re.compile(r"^(?:<{7}|\|{7}|>{7})(?: .*)?$|^={7}$", re.MULTILINE)
_INDENT_WITH_TAB: Final = re.compile(r" *\t")
_OPENED: Final = {"while parsing a flow sequence": "[", "while parsing a flow mapping": "{"}
_NO_KEY: Final = ("did not find expected key", "expected <block end>")  # libyaml's and PyYAML's
_MOST_SCANNED: Final = 1 << 16
"""Characters: a second look in Python takes long, and a manifest has few thousand."""
_QUOTES: Final = ("'", '"')


def yaml_fault(error: yaml.MarkedYAMLError, text: str, loader: Any) -> Fault:
    """Return the fault behind *error*; *loader* is what a second look at *text* is taken with."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem, context = error.problem or "not YAML", error.context or ""
    start = error.context_mark
    opening = (start.line + 1, start.column + 1) if start else (line, column)
    merge = _unmerged(text)
    if merge:
        return merge
    lines = text.splitlines()
    at = lines[line - 1] if line <= len(lines) else ""
    if tab := _INDENT_WITH_TAB.match(at):
        return _fault((line, tab.end()), "a tab is used to indent", "indent with spaces")
    if "scanning a quoted scalar" in context:
        return _unclosed(opening)
    if quote := _unclosed_quote(text, (line, column), loader):
        return quote
    if context in _OPENED and opening[0] < line:
        words = f"the {_OPENED[context]} that opens here is not closed, or a comma is missing"
        return _fault(opening, words, "close it, or quote a value that begins with it")
    if "scanning a simple key" in context:
        return _fault(
            opening,
            "not `KEY: VALUE`, `- ITEM` or the rest of a value",
            "write a colon and a space behind the key",
        )
    above = next((one for one in reversed(lines[: line - 1]) if one.strip()), "")
    indent = len(above) - len(above.lstrip())
    if problem.startswith(_NO_KEY) and at[: column - 1].isspace() and indent:
        words = f"indented by {column - 1}, and the line above by {indent}"
        return _fault((line, column), words, "indent the keys of one mapping alike")
    words = f"not YAML: {problem}{f' {context}' if context else ''}"
    return _fault((line, column), words, _remedy_of(problem))


def json_fault(error: json.JSONDecodeError, text: str) -> Fault:
    """Return the fault behind *error*."""
    if merge := _unmerged(text):
        return merge
    is_cut = text[error.pos : error.pos + 1] in ("\n", "\r") and "control" in error.msg
    if is_cut or error.msg.startswith("Unterminated string"):
        start = text.rfind('"', 0, error.pos + (not is_cut))
        line = text.count("\n", 0, start) + 1
        return _unclosed((line, start - text.rfind("\n", 0, start)))
    remedy = "check commas, quotes and brackets at this place"
    return _fault((error.lineno, error.colno), f"not JSON: {error.msg}", remedy)


def _fault(place: tuple[int, int], message: str, remedy: str) -> Fault:
    return Fault(FaultKind.SYNTAX, *place, message, remedy)


def _unmerged(text: str) -> Fault | None:
    marker = _MARKER.search(text)
    if marker is None:
        return None
    return _fault(
        (text.count("\n", 0, marker.start()) + 1, 1),
        "a merge conflict is not resolved",
        "keep one of the two sides, and delete the lines <<<<<<<, ======= and >>>>>>>",
    )


def _unclosed(place: tuple[int, int]) -> Fault:
    return _fault(place, "the quote that opens here is not closed", "close it, or delete it")


def _unclosed_quote(text: str, place: tuple[int, int], loader: Any) -> Fault | None:
    """Return the fault of a quote that the next one closed, in the line of the error's *place*."""
    line, column = place
    if len(text) > _MOST_SCANNED:
        return None
    last = None
    for scalar in _scalars(text, loader):
        if (scalar.end_mark.line + 1, scalar.end_mark.column + 1) > place:
            break
        last = scalar
    if last is None or last.style not in _QUOTES or last.end_mark.line + 1 != line:
        return None
    if last.start_mark.line < last.end_mark.line:
        return _unclosed((last.start_mark.line + 1, last.start_mark.column + 1))
    return _fault(
        (line, column),
        "text follows the quote that closes the value",
        'put the value in \'…\', or write \\" for a quote inside of "…"',
    )


def _scalars(text: str, loader: Any) -> Iterator[Any]:
    """Yield the scalars of *text* as far as they can be recognised."""
    try:
        for token in yaml.scan(text, Loader=loader):
            if isinstance(token, yaml.ScalarToken):
                yield token
    except yaml.YAMLError:
        return


def _remedy_of(problem: str) -> str:
    if "cannot start any token" in problem:
        return "quote a value that begins with @, ` or %"
    if "mapping values are not allowed" in problem:
        return 'check the indentation, and quote a value that contains ": "'
    if "undefined alias" in problem or "duplicate anchor" in problem:
        return "quote the value if it should be text: * and & have a meaning in YAML"
    return "check the indentation and the quotes at this place"
