"""Diagnostics as text."""

from collections.abc import Sequence
from typing import Final

from oscar_sync.model.amounts import plural
from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.render.paint import Paint, plain
from oscar_sync.render.words import safe

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


_MOST_ALIKE: Final = 3
"""Warnings of one code that are all shown; of more the first is, and the others are counted."""
_PLACES: Final = 3


def diagnostics_text(
    diagnostics: Sequence[Diagnostic], *, paint: Paint = plain, is_brief: bool = False
) -> str:
    """Return each finding with place, fault, snippet and remedy; blank without any.

    With *is_brief* one line sums up many warnings of one code behind the first of them.
    """
    alike: dict[str, list[Diagnostic]] = {}
    for item in diagnostics:
        if is_brief and item.severity is not Severity.ERROR:
            alike.setdefault(item.code, []).append(item)
    lines = []
    for item in diagnostics:
        first, *others = alike.get(item.code, [item])
        is_summed = len(others) >= _MOST_ALIKE and item.severity is not Severity.ERROR
        if item is first or not is_summed:
            lines.append(_one(item, paint))
        if item is first and is_summed:
            lines.append(f"    {_sum(others)}")
    return "".join(f"{line}\n" for line in lines)


def _sum(others: Sequence[Diagnostic]) -> str:
    places = [f"{one.file}:{one.line}" if one.line else one.file for one in others]
    rest = ", …" if len(places) > _PLACES else ""
    shown = safe(", ".join(places[:_PLACES]))
    return f"{len(others):,} more {others[0].code}: {shown}{rest}; -v shows all"


def _one(item: Diagnostic, paint: Paint) -> str:
    path = f"{item.path}: " if item.path and item.path not in item.message else ""
    word = paint(str(item.severity), _COLOURS[item.severity])
    lines = [f"{safe(item.place)}: {word} {item.code}: {safe(path + item.message)}"]
    lines.extend(f"    {safe(line)}" for line in item.snippet.splitlines())
    if item.remedy:
        lines.append(f"    remedy: {safe(item.remedy)}")
    return "\n".join(lines)


def validation_sentence(files: int, services: int, diagnostics: Sequence[Diagnostic]) -> str:
    errors = sum(item.severity is Severity.ERROR for item in diagnostics)
    warnings = sum(item.severity is Severity.WARNING for item in diagnostics)
    counted = f"{plural(files, 'file')}, {plural(services, 'service')}"
    if not errors and not warnings:
        return f"Valid: {counted}."
    return f"{counted}: {plural(errors, 'error')}, {plural(warnings, 'warning')}."
