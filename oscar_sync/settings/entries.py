"""What is known about clusters, still as written: from the settings and from oscar-cli's file."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from oscar_sync.documents.findings import Findings
from oscar_sync.documents.places import Places
from oscar_sync.documents.scalars import Tree, flag_of, is_null
from oscar_sync.model.identity import ClusterId
from oscar_sync.model.origin import FieldPath
from oscar_sync.settings.codes import SettingsCode

STAR: Final = "*"
DEFAULT_KEYS: Final = frozenset({"", "default-cluster", "oscar_service"})
"""Keys that mean the configured default (oscar-clients 1.3, 3.2)."""


class ClusterSettings(Struct, frozen=True):
    """One cluster as written. ``source`` says where it comes from, ``at`` its place there."""

    id: ClusterId
    source: str
    fields: Mapping[str, str]
    ssl_verify: bool | None = None
    places: Places | None = None
    at: FieldPath = ()
    is_cli: bool = False


class Known(Struct, frozen=True):
    """All entries: by id, the settings' first; aliases lead from key to id."""

    settings: Mapping[str, ClusterSettings] = MappingProxyType({})
    aliases: Mapping[str, str] = MappingProxyType({})
    cli: Mapping[str, ClusterSettings] = MappingProxyType({})
    cli_default: str = ""
    environment: ClusterSettings | None = None

    def entry(self, cluster: str) -> ClusterSettings | None:
        return self.settings.get(cluster) or self.cli.get(cluster)

    @property
    def all(self) -> tuple[ClusterSettings, ...]:
        """The entries that may be meant where none is named."""
        if self.settings:
            return tuple(self.settings.values())
        if self.cli:
            return tuple(self.cli.values())
        return (self.environment,) if self.environment else ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted({*self.settings, *self.aliases, *self.cli} - {STAR}))


def endpoint_entry(url: str, source: str) -> ClusterSettings:
    return ClusterSettings(ClusterId(host_of(url)), source, {"endpoint": url})


def host_of(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2] or url


def identity_of(url: str) -> str:
    """Return host[:port][path], so that everybody's names for a cluster agree (safety 3)."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2].lower()
    usual = {"https": ":443", "http": ":80"}.get(parts.scheme, "")
    return (host.removesuffix(usual) if usual else host) + parts.path.rstrip("/")


_IGNORED: Final = frozenset({"memory", "log_level"})


def cli_entries(
    tree: Tree, places: Places, findings: Findings
) -> tuple[dict[str, ClusterSettings], str]:
    """Return the clusters of oscar-cli's file, and its default (oscar-clients 1.2)."""
    oscar = tree.get("oscar") if isinstance(tree, dict) else None
    if not isinstance(tree, dict) or not (oscar is None or isinstance(oscar, dict)):
        findings.at(
            SettingsCode.CLI_FILE, places, (), "not a configuration of oscar-cli",
            "it is a mapping with `oscar:` and `default:`; or name another file by --config",
        )  # fmt: skip
        return {}, ""
    entries = {}
    for name, fields in (oscar or {}).items():
        if isinstance(fields, dict):
            entries[name] = _cli_entry(name, fields, places)
        elif not is_null(fields):
            findings.at(SettingsCode.CLI_FILE, places, ("oscar", name),
                        f"the cluster {name} must be a mapping", "correct the file")  # fmt: skip
    default = tree.get("default", "")
    return entries, default if isinstance(default, str) and not is_null(default) else ""


def _cli_entry(name: str, fields: dict[str, Tree], places: Places) -> ClusterSettings:
    texts = {
        key: "" if is_null(value) else str(value)
        for key, value in fields.items()
        if isinstance(value, str) and key not in _IGNORED and key != "ssl_verify"
    }
    verify = flag_of(fields.get("ssl_verify"))
    return ClusterSettings(
        ClusterId(name), places.file, texts, verify, places, ("oscar", name), is_cli=True
    )


def note_nothing_for(cluster: ClusterId, keys: Iterable[str], findings: Findings) -> None:
    listed = ", ".join(key or "(none)" for key in keys)
    findings.of_file(
        SettingsCode.NOTHING_FOR_CLUSTER,
        "--cluster",
        f"no manifest is for {cluster}; keys of the manifests: {listed}",
        f"to send the services of a key there: --cluster KEY={cluster}",
    )


def note_only_cluster(key: str, entry: ClusterSettings, findings: Findings) -> None:
    findings.of_file(
        SettingsCode.ONLY_CLUSTER,
        entry.source,
        f"the cluster key {key or '(none)'} goes to {entry.id}, the only cluster known",
        f"to write that down: {_routing(key or STAR, entry)} in oscar-sync.yaml",
    )


def _routing(key: str, entry: ClusterSettings) -> str:
    if entry.places is None:  # an address alone: no entry that another could name
        return f'`clusters: {{{key!r}: {{endpoint: "${{OSCAR_ENDPOINT}}"}}}}`'
    if entry.is_cli:
        return f"`clusters: {{{key!r}: {entry.id}}}`"
    return f"`{key!r}: {entry.id}` below `clusters:`"
