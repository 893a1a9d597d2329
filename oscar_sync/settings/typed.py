"""`oscar-sync.yaml` to typed values, by the table of its keys: strict, every key has a value."""

from collections.abc import Iterable, Mapping
from typing import Any

from oscar_sync.documents.findings import ERROR, Findings
from oscar_sync.documents.paths import dotted
from oscar_sync.documents.places import Places
from oscar_sync.documents.scalars import Tree
from oscar_sync.documents.suggestion import did_you_mean
from oscar_sync.documents.typed import FieldReader, Wrong
from oscar_sync.model.field import Field
from oscar_sync.model.origin import FieldPath
from oscar_sync.model.settings_fields import ALIAS, CLUSTER
from oscar_sync.settings.codes import SettingsCode


class SettingsReader(FieldReader):
    """Notes faults as findings; defaults stand for what cannot be used."""

    is_strict = True

    def __init__(self, places: Places, findings: Findings) -> None:
        self.places = places
        self.findings = findings

    def block(
        self, fields: tuple[Field, ...], raw: Mapping[str, Tree], path: FieldPath
    ) -> dict[str, Any]:
        """Return the values of all *fields*, the default of what *raw* does not hold."""
        return {field.name: field.default for field in fields} | super().block(fields, raw, path)

    def say(self, wrong: Wrong, path: FieldPath, message: str, remedy: str) -> None:
        del wrong
        self.findings.at(SettingsCode.VALUE, ERROR, self.places, path, message, remedy)

    def unknown(self, key: str, known: Iterable[str], path: FieldPath) -> None:
        hint = did_you_mean(key, known)
        what = f"unknown key {dotted((*path, key))}"
        remedy = "correct or delete it; `oscar-sync schema settings` lists all keys"
        if key == ALIAS[0].name and CLUSTER[0].name in known:
            remedy = f"write `{path[-1]}: OTHER-KEY`"
        self.findings.at(
            SettingsCode.UNKNOWN_KEY, ERROR, self.places, (*path, key),
            f"{what}; {hint}" if hint else what, remedy,
        )  # fmt: skip
