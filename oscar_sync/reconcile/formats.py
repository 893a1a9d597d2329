"""The table of formats: what `-o` offers beside text and events."""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Final

from msgspec import Struct

from oscar_sync.model.diagnostic import Diagnostic
from oscar_sync.render.subject import Subject


class Format(Struct, frozen=True):
    """A format by its module, which is imported when a document is written.

    The module ``room.NAME`` offers ``NAME(subject)`` and ``NAME_of_input(diagnostics)``. ``budget``
    are the bytes that a document keeps within; 0: what it lists is never cut.
    """

    module: str
    budget: int = 0

    def write(self, subject: Subject) -> str:
        return self._writer("")(subject)

    def write_input(self, diagnostics: Sequence[Diagnostic]) -> str:
        return self._writer("_of_input")(diagnostics)

    def _writer(self, suffix: str) -> Callable[..., str]:
        name = self.module.rpartition(".")[2]
        writer: Callable[..., str] = getattr(
            import_module(f"oscar_sync.{self.module}"), f"{name}{suffix}"
        )
        return writer


FORMATS: Final[dict[str, Format]] = {
    "json": Format("reconcile.json_report"),
    "yaml": Format("reconcile.yaml_report"),
    "markdown": Format("render.markdown", 65_536),
    "html": Format("render.html", 8_000_000),
    "junit": Format("render.junit", 30_000_000),
    "sarif": Format("render.sarif", 10_000_000),
    "github": Format("render.github", 65_536),
    "gitlab": Format("render.gitlab", 10_000_000),
}
