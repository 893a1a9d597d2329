"""Plans, drift, reports and diagnostics as JSON: the published documents."""

from collections.abc import Mapping, Sequence
from typing import Any

from oscar_sync.model.diagnostic import Diagnostic
from oscar_sync.published.diagnostics import DiagnosticsDocument
from oscar_sync.published.plan import DriftDocument, PlanDocument
from oscar_sync.published.report import ReportDocument
from oscar_sync.render.documents import json_text
from oscar_sync.render.subject import Subject


def json_report(subject: Subject) -> str:
    return json_text(published(subject))


def published(subject: Subject) -> Mapping[str, Any]:
    """Return the document of *subject*, of which JSON and YAML are the text."""
    if subject.report is not None:
        return ReportDocument.of_report(subject.report).data
    kind = DriftDocument if subject.is_drift else PlanDocument
    return kind.of(subject.plan).data


def json_report_of_input(diagnostics: Sequence[Diagnostic]) -> str:
    return json_text(DiagnosticsDocument.of(diagnostics).data)
