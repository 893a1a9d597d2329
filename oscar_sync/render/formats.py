"""The table of formats: what `-o` offers beside text and events."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

from msgspec import Struct

from oscar_sync.model.diagnostic import Diagnostic
from oscar_sync.render.subject import Subject


class Format(Struct, frozen=True):
    """A format by its module, which is imported when a document is written.

    The module ``NAME`` offers ``NAME(subject)`` and ``NAME_of_input(diagnostics)``. ``budget`` are
    the bytes that a document keeps within; 0: what it lists is never cut.
    """

    module: str
    budget: int = 0

    def write(self, subject: Subject) -> str:
        """Return *subject* in this format."""
        return str(getattr(self._module, self.module)(subject))

    def write_input(self, found: Sequence[Diagnostic]) -> str:
        """Return what is wrong with the files, where no plan could be made."""
        return str(getattr(self._module, f"{self.module}_of_input")(found))

    @property
    def _module(self) -> Any:
        return import_module(f"oscar_sync.render.{self.module}")


FORMATS: Final[dict[str, Format]] = {
    "json": Format("json_report"),
    "markdown": Format("markdown", 65_536),
    "html": Format("html", 8_000_000),
    "junit": Format("junit", 30_000_000),
    "sarif": Format("sarif", 10_000_000),
    "github": Format("github", 65_536),
    "gitlab": Format("gitlab", 10_000_000),
}
