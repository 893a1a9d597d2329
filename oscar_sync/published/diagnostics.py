"""What is wrong with the files, as a document."""

from collections.abc import Sequence
from typing import Literal, Self

from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.published.base import DOCUMENT_VERSION, Published, where_given
from oscar_sync.published.plan import DiagnosticEntry


class SeverityCounts(Published):
    """How many there are of each severity."""

    error: int
    warning: int
    note: int

    @classmethod
    def of(cls, severities: Sequence[Severity]) -> Self:
        """Return the counts of *severities*."""
        return cls.model_validate({str(one): severities.count(one) for one in Severity})


class DiagnosticsDocument(Published):
    """The diagnostics of files; ``validate`` says how many files and services they are of."""

    format_version: Literal["1.0"]
    files: int | None = where_given()
    services: int | None = where_given()
    diagnostics: tuple[DiagnosticEntry, ...]
    summary: SeverityCounts

    @classmethod
    def of(
        cls,
        diagnostics: Sequence[Diagnostic],
        *,
        files: int | None = None,
        services: int | None = None,
    ) -> Self:
        """Return the document of *diagnostics*."""
        return cls(
            format_version=DOCUMENT_VERSION,
            files=files,
            services=services,
            diagnostics=tuple(map(DiagnosticEntry.model_validate, diagnostics)),
            summary=SeverityCounts.of([item.severity for item in diagnostics]),
        )
