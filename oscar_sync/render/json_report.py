"""The plan document, with what moved or what became of it."""

from collections.abc import Sequence

from oscar_sync.model.diagnostic import Diagnostic
from oscar_sync.render.diagnostics import diagnostics_document
from oscar_sync.render.drift import drift_json
from oscar_sync.render.plan_json import plan_json
from oscar_sync.render.report import report_json
from oscar_sync.render.subject import Subject


def json_report(subject: Subject) -> str:
    """Return *subject* as a JSON document."""
    if subject.report is not None:
        return report_json(subject.report)
    return drift_json(subject.plan) if subject.is_drift else plan_json(subject.plan)


def json_report_of_input(found: Sequence[Diagnostic]) -> str:
    """Return what is wrong with the files as a JSON document."""
    return diagnostics_document(found)
