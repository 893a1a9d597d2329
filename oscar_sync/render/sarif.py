"""SARIF 2.1.0, as code scanning reads it. Written to the OASIS standard of that name."""

import posixpath
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from oscar_sync.model.amounts import plural
from oscar_sync.model.diagnostic import Diagnostic
from oscar_sync.model.field import Json
from oscar_sync.model.origin import Origin
from oscar_sync.render.documents import json_text
from oscar_sync.render.findings import (
    ReportFinding,
    as_many,
    findings_of,
    findings_of_input,
    without_twins,
)
from oscar_sync.render.subject import Subject

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LIMIT: Final = 5_000
"""GitHub shows no more than so many results of a file."""
_ROOM: Final = 9_000_000


def sarif(subject: Subject) -> str:
    return _document(findings_of(subject), subject.plan.source.settings_file)


def sarif_of_input(diagnostics: Sequence[Diagnostic]) -> str:
    return _document(findings_of_input(diagnostics), "")


def _document(findings: Sequence[ReportFinding], fallback: str) -> str:
    shown = list(without_twins(as_many(findings, _LIMIT, _ROOM)))
    rules = sorted({item.rule for item, _ in shown})
    run = {
        "tool": {"driver": {"name": "oscar-sync", "rules": [_rule(name) for name in rules]}},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, **_cut(len(findings) - len(shown))}],
        "results": [
            _result(item, rules.index(item.rule), print_, fallback) for item, print_ in shown
        ],
    }
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(name: str) -> dict[str, Json]:
    return {"id": name, "shortDescription": {"text": name.replace("-", " ")}}


def _cut(count: int) -> dict[str, Json]:
    if not count:
        return {}
    text = f"{plural(count, 'more finding')} cut to fit, the mildest"
    return {"toolExecutionNotifications": [{"level": "note", "message": {"text": text}}]}


def _result(item: ReportFinding, index: int, fingerprint: str, fallback: str) -> dict[str, Json]:
    document: dict[str, Json] = {
        "ruleId": item.rule,
        "ruleIndex": index,
        "level": str(item.severity),
        "message": {"text": _message(item.sentence)},
        "partialFingerprints": {"oscarSync/v1": fingerprint},
    }
    if item.was_due is not None:
        # What is no longer due is left out: code scanning would open an alert for "absent".
        document["baselineState"] = "unchanged" if item.was_due else "new"
    place = item.origin if item.origin.file else Origin(fallback, 0, 0)
    if place.file:
        document["locations"] = [{"physicalLocation": _location(place)}]
    return document


def _location(place: Origin) -> dict[str, Json]:
    document: dict[str, Json] = {"artifactLocation": {"uri": uri(place.file)}}
    if place.line > 0:
        document["region"] = {"startLine": place.line, "startColumn": max(1, place.column)}
    return document


def uri(file: str) -> str:
    path = quote(posixpath.normpath(file), safe="/", errors="replace")
    return f"file://{path}" if path.startswith("/") else path


def _message(text: str) -> str:
    """Return *text* so that no part of it is a link (3.11.6 of the standard)."""
    return text.replace("\\", "\\\\").replace("[", "\\[") if "](" in text else text
