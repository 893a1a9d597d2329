"""The published documents as YAML."""

from collections.abc import Sequence

from oscar_sync.model.diagnostic import Diagnostic
from oscar_sync.published.diagnostics import DiagnosticsDocument
from oscar_sync.reconcile.json_report import published
from oscar_sync.render.documents import yaml_text
from oscar_sync.render.subject import Subject


def yaml_report(subject: Subject) -> str:
    return yaml_text(published(subject))


def yaml_report_of_input(diagnostics: Sequence[Diagnostic]) -> str:
    return yaml_text(DiagnosticsDocument.of(diagnostics).data)
