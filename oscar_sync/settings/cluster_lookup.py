"""Cluster keys and names, of manifests, settings and ``--cluster``, to clusters (product 2.3)."""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from oscar_sync.documents.findings import WARNING, Findings
from oscar_sync.documents.paths import dotted
from oscar_sync.documents.suggestion import did_you_mean
from oscar_sync.errors import UsageError
from oscar_sync.model.identity import ClusterId
from oscar_sync.model.origin import Origin
from oscar_sync.settings.codes import SettingsCode
from oscar_sync.settings.entries import (
    DEFAULT_KEYS,
    STAR,
    ClusterSettings,
    Known,
    endpoint_entry,
    identity_of,
    note_only_cluster,
)


class Flags(Struct, frozen=True):
    """``--cluster`` flags: by key, for every key (``*=``), and plain ones.

    A plain one that names a cluster of the settings means that cluster alone; another one says
    where the manifests' only key goes.
    """

    by_key: dict[str, str]
    star: str = ""
    plain: tuple[str, ...] = ()

    @property
    def targets(self) -> tuple[str, ...]:
        star = (self.star,) if self.star else ()
        return tuple(dict.fromkeys((*self.plain, *self.by_key.values(), *star)))


def flags_of(texts: Iterable[str]) -> Flags:
    """Return what ``[KEY=]ID-or-URL`` flags say."""
    by_key: dict[str, str] = {}
    star, plain = "", []
    for text in texts:
        key, equals, target = text.partition("=")
        if not equals or "://" in key:
            plain.append(text)
        elif not key or not target:
            raise UsageError(f"--cluster {text}: write ID, URL, KEY=ID or KEY=URL")
        elif key == STAR:
            star = target
        else:
            by_key[key] = target
    return Flags(by_key, star, tuple(plain))


class ClusterLookup:
    def __init__(self, known: Known, flags: Flags, keys: Sequence[str], findings: Findings) -> None:
        """Check the *flags* against the *keys* of the run.

        Raises:
            UsageError: a plain flag for another cluster than the settings', where the run has
                several keys; or an unknown id.
        """
        self.known = known
        self.flags = flags
        self.findings = findings
        self.keys = tuple(sorted(set(keys)))
        self._entries: dict[str, ClusterSettings | None] = {}
        self.targets = tuple(self.target(text) for text in flags.targets)
        self._sent_to = [text for text in flags.plain if self.target(text).id not in known.settings]
        if self._sent_to and len(self.keys) > 1:
            target, listed = self._sent_to[0], ", ".join(key or "(none)" for key in self.keys)
            raise UsageError(
                f"--cluster {target}: the manifests use several cluster keys ({listed}), and "
                f"{target} is not in oscar-sync.yaml; to send the services of one key there: "
                f"--cluster KEY={target}"
            )
        if len(self._sent_to) > 1 and self.keys:
            raise UsageError("--cluster: with several clusters, write KEY=ID for each")

    def target(self, text: str) -> ClusterSettings:
        """Raises UsageError: nothing has this name."""
        if "://" in text:
            return self._by_endpoint(text) or endpoint_entry(text, "--cluster")
        entry = self.known.entry(self._unaliased(text))
        if entry is None:
            names = ", ".join(self.known.names) or "none"
            hint = did_you_mean(text, self.known.names)
            if not hint and "." in text:
                hint = f"an address begins with https://, as in --cluster https://{text}"
            words = f"--cluster {text}: no such cluster; known are: {names}"
            raise UsageError(f"{words}; {hint}" if hint else words)
        return entry

    def _by_endpoint(self, url: str) -> ClusterSettings | None:
        """Return the settings' entry of that address; oscar-cli's only gives its login."""
        identity = identity_of(url)
        for entry in self.known.settings.values():
            if identity_of(entry.fields.get("endpoint", "")) == identity:
                return entry
        return None

    def _unaliased(self, key: str) -> str:
        seen = {key}
        while key in self.known.aliases:
            key = self.known.aliases[key]
            if key in seen:
                return key
            seen.add(key)
        return key

    def entry_of(self, key: str) -> ClusterSettings | None:
        if key not in self._entries:
            self._entries[key] = self._entry_of(key)
        return self._entries[key]

    def _entry_of(self, key: str) -> ClusterSettings | None:
        flags, known = self.flags, self.known
        target = flags.by_key.get(key) or flags.star or next(iter(self._sent_to), "")
        if target:
            return self.target(target)
        named = self._unaliased(key)
        if key in known.settings or key in known.aliases:
            return known.entry(named)
        star = self._unaliased(STAR)
        if star in known.settings or star != STAR:
            return known.entry(star)
        if key in known.cli:
            return known.cli[key]
        if key in DEFAULT_KEYS and known.cli_default in known.cli:
            return known.cli[known.cli_default]
        return self._only(key)

    def _only(self, key: str) -> ClusterSettings | None:
        entries = self.known.all
        if len(entries) == 1 and len(self.keys) <= 1:
            if key in self.keys and not self.findings.has_error:
                note_only_cluster(key, entries[0], self.findings)
            return entries[0]
        return None

    def id_of(self, key: str) -> ClusterId:
        entry = self.entry_of(key)
        return entry.id if entry else ClusterId(key)

    def entry_of_name(self, name: str) -> ClusterSettings | None:
        """Return the cluster that settings or options call *name*: an id, else an FDL key."""
        known = self.known.entry(name)
        if known is not None:
            return known
        named = next((entry for entry in self.targets if entry.id == name), None)
        return named or self.entry_of(name)

    @property
    def names(self) -> tuple[str, ...]:
        others = [*self.targets, *([self.known.environment] if self.known.environment else [])]
        ids = (*self.known.names, *(str(entry.id) for entry in others))
        return tuple(dict.fromkeys((*ids, *filter(None, self.keys))))

    def entry_called(self, name: str) -> ClusterSettings | None:
        """Return the cluster that is called *name*; unlike a key it goes nowhere by default."""
        return self.entry_of_name(name) if name in self.names else None

    def id_of_name(self, name: str) -> ClusterId:
        if name not in self.known.aliases and name not in self.keys:
            return ClusterId(name)
        entry = self.entry_of_name(name)
        return entry.id if entry else ClusterId(name)


def note_unknown_keys(lookup: ClusterLookup, findings: Findings) -> None:
    """Warn of each ``--cluster KEY=…`` whose key no manifest has: it sends nothing anywhere."""
    for key in sorted({*lookup.flags.by_key} - {*lookup.keys, *lookup.known.names}):
        hint = did_you_mean(key, lookup.keys)
        findings.of_file(
            SettingsCode.NOTHING_FOR_CLUSTER, f"--cluster {key}={lookup.flags.by_key[key]}",
            f"no manifest has the cluster key {key}" + (f"; {hint}" if hint else ""),
            f"keys of the manifests: {', '.join(one or '(none)' for one in lookup.keys)}",
            severity=WARNING,
        )  # fmt: skip


_UNREAD: Final = frozenset(
    {
        SettingsCode.NOT_YAML,
        SettingsCode.DUPLICATE_KEY,
        SettingsCode.UNREADABLE,
        SettingsCode.ALIAS_LOOP,
    }
)


def _places_of(key: str) -> tuple[str, ...]:
    return "clusters", dotted(("clusters", key)), dotted(("clusters", STAR))


def unknown_key(
    lookup: ClusterLookup, key: str, origin: Origin, text: str, findings: Findings
) -> None:
    if any(one.code in _UNREAD or one.path in _places_of(key) for one in findings.diagnostics):
        return  # what is wrong there is noted, and nobody knows what it would say
    keys = ", ".join(one or "(none)" for one in lookup.keys)
    names = ", ".join(lookup.known.names) or "none"
    if target := lookup.known.aliases.get(key):
        known = [name for name in lookup.known.names if name not in lookup.known.aliases]
        hint = did_you_mean(target, known) or f"clusters known: {', '.join(known) or 'none'}"
        findings.add(
            SettingsCode.NO_CLUSTER, origin, "",
            f"clusters.{key} goes to {target}, which is not a known cluster; {hint}",
            f"correct `{key}: {target}` in oscar-sync.yaml, or add an entry {target}", text,
        )  # fmt: skip
        return
    findings.add(
        SettingsCode.NO_CLUSTER,
        origin,
        "",
        f"no cluster is known for the key {key or '(none)'}; keys of the manifests: {keys}; "
        f"clusters known: {names}",
        f"write `{key or STAR!r}: ID` below `clusters:` in oscar-sync.yaml, or "
        f"--cluster {key + '=' if key else ''}ID-or-URL"
        if lookup.known.names
        else "give its address: export OSCAR_ENDPOINT=https://HOST; `oscar-sync init` writes it to "
        "a settings file",
        text,
    )
