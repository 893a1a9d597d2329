"""What is wrong with an input, where, and what to write instead."""

from enum import StrEnum

from msgspec import Struct


class Severity(StrEnum):
    """How much a diagnostic weighs: an error stops the run (exit 3), a warning does not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Diagnostic(Struct, frozen=True, order=True):
    """One finding: ``code`` is stable (OSY1xx manifests, 2xx settings, 3xx clusters ...).

    ``line`` and ``column`` count from 1; 0 means that the file as a whole is meant. ``path`` is the
    dotted path inside the file, ``message`` the fault, ``remedy`` what to write instead,
    ``snippet`` the lines of source with a caret (may be empty).
    """

    file: str
    line: int
    column: int
    code: str
    severity: Severity
    path: str
    message: str
    remedy: str
    snippet: str = ""

    @property
    def place(self) -> str:
        """Return the place as an editor opens it; the file alone where it is meant as a whole."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"
