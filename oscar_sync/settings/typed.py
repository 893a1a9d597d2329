"""`oscar-sync.yaml` to typed values, by the table of its keys: strict, every key has a value."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from oscar_sync.documents.findings import Findings
from oscar_sync.documents.paths import dotted
from oscar_sync.documents.places import Places
from oscar_sync.documents.scalars import Tree
from oscar_sync.documents.suggestion import did_you_mean
from oscar_sync.documents.typed import FieldReader, ValuePart, Wrong
from oscar_sync.model.field import Field
from oscar_sync.model.origin import FieldPath
from oscar_sync.model.settings_fields import ALIAS, ALWAYS_SHOWN, CLUSTER, OFF
from oscar_sync.settings.codes import SettingsCode

_CODE: Final = re.compile(r"OSY\d{3}")

_OTHER_FILES: Final = {
    "oscar": (
        "`oscar` is a key of oscar-cli's configuration, which is not a settings file",
        "rename the file, such as to oscar-cli.yaml, then: oscar-sync init --config oscar-cli.yaml",
    ),
    "functions": (
        "`functions` is a key of a manifest (FDL), which is not a settings file",
        "rename the file, such as to services.yaml, then: oscar-sync init",
    ),
}


class SettingsReader(FieldReader):
    """Notes faults as findings; defaults stand for what cannot be used."""

    is_strict = True
    sure = re.compile("")

    def __init__(self, places: Places, findings: Findings) -> None:
        self.places = places
        self.findings = findings

    def block(
        self, known: Mapping[str, Field], raw: Mapping[str, Tree], path: FieldPath
    ) -> dict[str, Any]:
        """Return the values of all *known* fields, the default of what *raw* does not hold."""
        defaults = {name: field.default for name, field in known.items()}
        return defaults | super().block(known, raw, path)

    def say(self, wrong: Wrong, path: FieldPath, message: str, remedy: str) -> None:
        del wrong
        self.findings.at(SettingsCode.VALUE, self.places, path, message, remedy)

    def check(self, field: Field, part: ValuePart, text: str, path: FieldPath) -> None:
        """Note a text that is not one of its choices; a blank one stands for the default."""
        if part is ValuePart.KEY:
            return
        if field.choices and text not in (*field.choices, _default_of(field, part)):
            hint = did_you_mean(text, field.choices)
            self.findings.at(
                SettingsCode.VALUE, self.places, path,
                f"{dotted(path)} cannot be `{text}`" + (f"; {hint}" if hint else ""),
                f"write one of {', '.join(field.choices)}",
            )  # fmt: skip
        elif text == OFF and path[-1] in ALWAYS_SHOWN:
            self.findings.at(
                SettingsCode.VALUE, self.places, path,
                f"{dotted(path)} cannot be turned off: it warns of what these files decide",
                "write `error`, or delete the line",
            )  # fmt: skip

    def unknown(self, key: str, known: Iterable[str], path: FieldPath) -> None:
        hint = did_you_mean(key, known)
        what = f"unknown key {dotted((*path, key))}"
        remedy = "correct or delete it; `oscar-sync schema settings` lists all keys"
        if key == ALIAS[0].name and CLUSTER[0].name in known:
            remedy = f"write `{path[-1]}: OTHER-KEY`"
        if not path and key in _OTHER_FILES:
            what, remedy = _OTHER_FILES[key]
        if path == ("rules",):
            what = f"rules.{key}: no warning has this code"
            remedy = "write the code that a warning shows; an error cannot be turned off"
            hint = "" if _CODE.fullmatch(key) else hint  # a number is not like another one
        self.findings.at(
            SettingsCode.UNKNOWN_KEY, self.places, (*path, key),
            f"{what}; {hint}" if hint else what, remedy,
        )  # fmt: skip


def _default_of(field: Field, part: ValuePart) -> str:
    """Return what may replace a choice: the blank text of a key left out."""
    return "" if part is ValuePart.WHOLE else field.choices[0]
