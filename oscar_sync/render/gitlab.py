"""GitLab's code quality report, by the fields that its documentation names."""

import posixpath
from collections.abc import Sequence
from typing import Final

from oscar_sync.model.amounts import plural
from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.model.field import Json
from oscar_sync.render.documents import json_text
from oscar_sync.render.findings import (
    ReportFinding,
    as_many,
    findings_of_input,
    own_findings,
    without_twins,
)
from oscar_sync.render.subject import Subject

_SEVERITY: Final = {
    Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "info",
}  # fmt: skip
_NOWHERE: Final = "oscar-sync.yaml"
_LIMIT: Final = 5_000
_ROOM: Final = 9_000_000


def gitlab(subject: Subject) -> str:
    return _document(own_findings(subject), subject.plan.source.settings_file or _NOWHERE)


def gitlab_of_input(diagnostics: Sequence[Diagnostic]) -> str:
    return _document(findings_of_input(diagnostics), _NOWHERE)


def _document(findings: Sequence[ReportFinding], fallback: str) -> str:
    shown = list(as_many(findings, _LIMIT, _ROOM))
    if len(findings) > len(shown):
        text = f"{plural(len(findings) - len(shown), 'more finding')} cut to fit, the mildest"
        shown.append(ReportFinding("cut", Severity.NOTE, "", text))
    return json_text([_violation(item, name, fallback) for item, name in without_twins(shown)])


def _violation(item: ReportFinding, fingerprint: str, fallback: str) -> dict[str, Json]:
    path = posixpath.normpath(item.origin.file or fallback)
    return {
        "description": item.sentence,
        "check_name": item.rule,
        "fingerprint": fingerprint,
        "severity": _SEVERITY[item.severity],
        "location": {"path": path, "lines": {"begin": max(1, item.origin.line)}},
    }
