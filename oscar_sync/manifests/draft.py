"""A service on its way from raw mapping to normal form."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from oscar_sync.documents.paths import dotted
from oscar_sync.manifests.codes import ManifestCode
from oscar_sync.manifests.findings import Findings
from oscar_sync.manifests.locator import Locator
from oscar_sync.model.diagnostic import Severity
from oscar_sync.model.masks import Masks
from oscar_sync.model.origin import FieldPath, Origin
from oscar_sync.semantics.echoes import as_written


class ServiceDraft(Struct, frozen=True):
    """A service whose values have the types of the table.

    ``values`` holds only what is given; ``raw`` is what it was typed from, layers applied.
    """

    cluster_key: str
    values: dict[str, Any]
    raw: Mapping[str, Any]
    locator: Locator
    findings: Findings
    elsewhere: dict[FieldPath, Origin]
    has_old_spelling: bool = False
    masks: Masks = Masks()

    @property
    def name(self) -> str:
        return str(self.values.get("name", ""))

    def say(
        self,
        code: ManifestCode,
        path: FieldPath,
        message: str,
        remedy: str,
        *,
        severity: Severity | None = None,
    ) -> None:
        origin, text = self.locator.written(path)
        shown = self.dotted(path)
        words = (as_written(message, self.masks), as_written(remedy, self.masks))
        self.findings.add(code, origin, shown, *words, text, severity=severity)

    def dotted(self, path: FieldPath) -> str:
        """Return *path* as it is printed, ``Variables`` where the file spells it so."""
        if self.has_old_spelling and path[:2] == ("environment", "variables"):
            path = ("environment", "Variables", *path[2:])
        return dotted(path)

    def blocks(self, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
        yield from enumerate(self.values.get(name, ()))

    def block(self, name: str) -> dict[str, Any]:
        value = self.values.get(name)
        return value if isinstance(value, dict) else {}
