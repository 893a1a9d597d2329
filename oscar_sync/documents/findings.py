"""Findings are gathered: a run names all of them, not the first."""

from oscar_sync.documents.paths import dotted
from oscar_sync.documents.places import Places
from oscar_sync.model.code import TitledCode
from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.model.origin import FieldPath, Origin

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


class Findings:
    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []

    @property
    def has_error(self) -> bool:
        return any(diagnostic.severity is ERROR for diagnostic in self.diagnostics)

    def has_at(self, path: FieldPath) -> bool:
        """Tell whether something is wrong with the value at *path* already."""
        return any(diagnostic.path == dotted(path) for diagnostic in self.diagnostics)

    def add(  # noqa: PLR0917 - in the order of a diagnostic
        self,
        code: TitledCode,
        origin: Origin,
        path: FieldPath | str,
        message: str,
        remedy: str,
        text: str = "",
        *,
        severity: Severity | None = None,
    ) -> None:
        """Note a finding at *origin*; *text* is the file's, for the snippet."""
        from oscar_sync.documents.snippet import snippet  # files without a finding do without

        self.diagnostics.append(
            Diagnostic(
                file=origin.file,
                line=origin.line,
                column=origin.column,
                code=str(code),
                severity=severity or code.severity,
                path=path if isinstance(path, str) else dotted(path),
                message=message,
                remedy=remedy,
                snippet=snippet(text, origin.line, origin.column) if text else "",
            )
        )

    def of_file(
        self,
        code: TitledCode,
        file: str,
        message: str,
        remedy: str,
        *,
        severity: Severity | None = None,
    ) -> None:
        self.add(code, Origin(file, 0, 0), "", message, remedy, severity=severity)

    def at(
        self, code: TitledCode, places: Places, path: FieldPath, message: str, remedy: str
    ) -> None:
        self.add(code, places.locate(path), path, message, remedy, places.text)
