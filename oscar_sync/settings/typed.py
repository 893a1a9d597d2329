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
from oscar_sync.model.fdl_fields import BY_NAME
from oscar_sync.model.field import Field
from oscar_sync.model.origin import FieldPath
from oscar_sync.model.settings_fields import (
    ALIAS,
    ALWAYS_SHOWN,
    BUCKET,
    CLUSTER,
    OFF,
    SERVICE,
    SETTINGS,
    VOLUME,
)
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


_OTHER_WORDS: Final = {
    **dict.fromkeys(("url", "address", "host", "server", "api", "oscar_endpoint"), "endpoint"),
    **dict.fromkeys(("username", "user", "login", "oscar_username"), "auth_user"),
    **dict.fromkeys(("password", "passwd", "pass", "oscar_password"), "auth_password"),
    **dict.fromkeys(("access_token", "bearer", "bearer_token", "oscar_token"), "token"),
    **dict.fromkeys(("refresh_token",), "oidc_refresh_token"),
    **dict.fromkeys(("oidc_agent", "oidc_agent_account", "shortname"), "oidc_account_name"),
    **dict.fromkeys(("verify", "verify_ssl", "tls_verify", "ssl"), "ssl_verify"),
    **dict.fromkeys(("ca", "cacert", "ca_cert", "ca_file", "cafile"), "ca_bundle"),
}
"""What other tools call the keys of a cluster."""

_HOMES: Final = {
    field.name: f"{home}: {{{name}: {{{field.name}: …}}}}"
    for home, name, fields in (
        ("volumes", "VOLUME", VOLUME),
        ("buckets", "BUCKET", BUCKET),
        ("services", "SERVICE", SERVICE),
        ("clusters", "ID", CLUSTER),
    )
    for field in fields
}
"""Where a key belongs that is at the top of the settings."""
_OF_CLUSTER: Final = {field.name for field in CLUSTER}
_TOP_ONLY: Final = {field.name for field in SETTINGS} - {*BY_NAME}


class SettingsReader(FieldReader):
    """Notes faults as findings; defaults stand for what cannot be used."""

    is_strict = True
    sure = re.compile("")

    def __init__(self, places: Places, findings: Findings) -> None:
        self.places = places
        self.findings = findings
        self._blocks_read: dict[FieldPath, Mapping[str, Tree]] = {}

    def block(
        self, known: Mapping[str, Field], raw: Mapping[str, Tree], path: FieldPath
    ) -> dict[str, Any]:
        """Return the values of all *known* fields, the default of what *raw* does not hold."""
        self._blocks_read[path] = raw
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
        elif place := self._belongs(key, path):
            hint, remedy = "", place
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

    def _belongs(self, key: str, path: FieldPath) -> str:
        """Return what to write for a *key* that belongs elsewhere or has another name, or blank."""
        is_cluster = path[:1] == ("clusters",)
        named = _OTHER_WORDS.get(key.lower().replace("-", "_"), "")
        if is_cluster and named:
            return f"write `{named}:` in place of `{key}:`"
        if path and key in _TOP_ONLY:
            return f"write `{key}:` at the top of the file, not below `{dotted(path)}`"
        if path[:1] == ("services",) and key in BY_NAME:
            return f"write it in the service's FDL file: the settings have no field {key}"
        if path:
            return ""
        value = self._blocks_read[path][key]
        words = {*value, *map(_OTHER_WORDS.get, value)} if isinstance(value, dict) else set()
        clusters = self._blocks_read[path].get("clusters")
        is_alias = isinstance(value, str) and isinstance(clusters, dict) and value in clusters
        if words & _OF_CLUSTER or is_alias or key == "*":
            return "it belongs below `clusters:`: write it there, indented further"
        home = _HOMES.get(named or key)
        return f"it belongs below another key: `{home}`" if home else ""


def _default_of(field: Field, part: ValuePart) -> str:
    """Return what may replace a choice: the blank text of a key left out."""
    return "" if part is ValuePart.WHOLE else field.choices[0]
