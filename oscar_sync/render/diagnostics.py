"""Diagnostics as text."""

from collections.abc import Sequence

from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.render.paint import Paint, plain
from oscar_sync.render.words import plural, safe

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def diagnostics_text(diagnostics: Sequence[Diagnostic], *, paint: Paint = plain) -> str:
    return "".join(f"{_one(item, paint)}\n" for item in diagnostics)


def _one(item: Diagnostic, paint: Paint) -> str:
    place = f"{item.file}:{item.line}:{item.column}" if item.line else item.file
    path = f"{item.path}: " if item.path and item.path not in item.message else ""
    word = paint(str(item.severity), _COLOURS[item.severity])
    lines = [f"{safe(place)}: {word} {item.code}: {safe(path + item.message)}"]
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
