"""Diagnostics as text, JSON and GitHub annotations."""

from collections.abc import Sequence

from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.model.field import Json
from oscar_sync.render.documents import json_text
from oscar_sync.render.paint import Paint, plain
from oscar_sync.render.plan_json import FORMAT_VERSION, diagnostic_document
from oscar_sync.render.words import plural, safe

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def diagnostics_text(found: Sequence[Diagnostic], *, paint: Paint = plain) -> str:
    """Return each finding with place, fault, snippet and remedy; blank without any."""
    return "".join(f"{_one(item, paint)}\n" for item in found)


def _one(item: Diagnostic, paint: Paint) -> str:
    place = f"{item.file}:{item.line}:{item.column}" if item.line else item.file
    path = f"{item.path}: " if item.path and item.path not in item.message else ""
    word = paint(str(item.severity), _COLOURS[item.severity])
    lines = [f"{safe(place)}: {word} {item.code}: {safe(path + item.message)}"]
    lines.extend(f"    {safe(line)}" for line in item.snippet.splitlines())
    if item.remedy:
        lines.append(f"    remedy: {safe(item.remedy)}")
    return "\n".join(lines)


def diagnostics_document(found: Sequence[Diagnostic], **facts: Json) -> str:
    """Return the findings as a JSON document with *facts* beside them."""
    document = {
        "format_version": FORMAT_VERSION,
        **facts,
        "diagnostics": [diagnostic_document(item) for item in found],
        "summary": {
            str(severity): sum(item.severity is severity for item in found) for severity in Severity
        },
    }
    return json_text(document)


def diagnostics_github(found: Sequence[Diagnostic]) -> str:
    """Return the findings as GitHub workflow commands, which annotate the pull request."""
    return "".join(f"{_command(item)}\n" for item in found)


_WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def _command(item: Diagnostic) -> str:
    place = f"file={_property(item.file)}"
    if item.line:
        place += f",line={item.line},col={item.column}"
    is_named = not item.path or item.path in item.message
    message = item.message if is_named else f"{item.path}: {item.message}"
    text = f"{message}; {item.remedy}" if item.remedy else message
    return f"::{_WORDS[item.severity]} {place},title={item.code}::{_escaped(text)}"


def _escaped(text: str) -> str:
    lines = (safe(line) for line in text.splitlines())
    return "%0A".join(line.replace("%", "%25") for line in lines)


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def validation_sentence(files: int, services: int, found: Sequence[Diagnostic]) -> str:
    """Return the closing line of ``validate``."""
    errors = sum(item.severity is Severity.ERROR for item in found)
    warnings = sum(item.severity is Severity.WARNING for item in found)
    counted = f"{plural(files, 'file')}, {plural(services, 'service')}"
    if not errors and not warnings:
        return f"Valid: {counted}."
    return f"{counted}: {plural(errors, 'error')}, {plural(warnings, 'warning')}."
