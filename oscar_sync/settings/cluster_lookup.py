"""Cluster keys and names, of manifests, settings and ``--cluster``, to clusters (product 2.3)."""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from oscar_sync.documents.findings import WARNING, Findings
from oscar_sync.documents.paths import dotted, path_from
from oscar_sync.documents.places import Places
from oscar_sync.documents.suggestion import closest, did_you_mean
from oscar_sync.errors import UsageError
from oscar_sync.model.diagnostic import Diagnostic
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

    def written(self, target: str) -> str:
        """Return the first flag that names *target*, as it was given."""
        keys = [f"{key}=" for key, named in self.by_key.items() if named == target]
        star = [f"{STAR}="] if self.star == target else []
        plain = [""] if target in self.plain else []
        return f"--cluster {next(iter((*plain, *keys, *star)), '')}{target}"


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
        self.targets = tuple(map(self.target, flags.targets))
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
            flag = self.flags.written(text)
            if text in self.known.aliases and (broken := self.broken_alias(text)):
                alias, target = broken
                place = dotted(("clusters", alias))
                raise UsageError(f"{flag}: {place} {self.broken_words(target)}")
            hint = did_you_mean(text, self.ids)
            if not hint and "." in text:
                hint = f"an address begins with https://, as in --cluster https://{text}"
            words = f"{flag}: no such cluster; known are: {_listed(self.ids)}"
            raise UsageError(f"{words}; {hint}" if hint else words)
        return entry

    @property
    def ids(self) -> tuple[str, ...]:
        """The names that lead to a cluster: ids, and aliases with a target."""
        return tuple(name for name in self.known.names if self.known.entry(self._unaliased(name)))

    def broken_alias(self, key: str) -> tuple[str, str] | None:
        """Return the alias that *key* ends at and the target that it lacks; None if it has one."""
        aliases = self.known.aliases
        at, seen = key if key in self.known.settings or key in aliases else STAR, set[str]()
        while (target := aliases.get(at, "")) in aliases and target not in seen:
            seen.add(target)
            at = target
        return (at, target) if target and self.known.entry(target) is None else None

    def broken_words(self, target: str) -> str:
        hint = did_you_mean(target, self.ids) or f"clusters known: {_listed(self.ids)}"
        return f"goes to {target}, which is not a known cluster; {hint}"

    def note_broken(
        self, broken: tuple[str, str], code: SettingsCode, places: Places | None
    ) -> None:
        alias, target = broken
        path = ("clusters", alias)
        if places is not None and not self.findings.has_at(path):
            remedy = f"correct `{alias!r}: {target}`, or add an entry {target}"
            self.findings.at(code, places, path, self.broken_words(target), remedy)

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


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


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


def _is_misplaced(one: Diagnostic) -> bool:
    """Tell a key that the top of the settings does not have: it may be meant for a cluster."""
    return one.code == SettingsCode.UNKNOWN_KEY and len(path_from(one.path) or ()) == 1


def note_broken_aliases(
    lookup: ClusterLookup, places: Places | None, findings: Findings, *, is_complete: bool
) -> None:
    """Warn of each alias that no key of the run uses and whose target is not a known cluster.

    Unless *is_complete*, oscar-cli's file may have more clusters: then only of one that is named
    like a cluster of the settings.
    """
    for alias in lookup.known.aliases if not findings.has_error else ():
        broken = lookup.broken_alias(alias)
        if broken and (is_complete or closest(broken[1], lookup.ids)):
            lookup.note_broken(broken, SettingsCode.BROKEN_ALIAS, places)


def unknown_key(
    lookup: ClusterLookup, key: str, origin: Origin, places: Places | None, findings: Findings
) -> None:
    if any(
        one.code in _UNREAD or one.path in _places_of(key) or _is_misplaced(one)
        for one in findings.diagnostics
    ):
        return  # what is wrong there is noted, and nobody knows what it would say
    if broken := lookup.broken_alias(key):
        lookup.note_broken(broken, SettingsCode.NO_CLUSTER, places)
        return
    keys = ", ".join(one or "(none)" for one in lookup.keys)
    names = _listed(lookup.known.names)
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
    )
