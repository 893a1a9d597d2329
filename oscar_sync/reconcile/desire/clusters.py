"""The third stage: the clusters that are read, with their log-ins."""

from msgspec.structs import replace

from oscar_sync.documents.findings import Findings
from oscar_sync.documents.suggestion import did_you_mean
from oscar_sync.errors import UsageError
from oscar_sync.model.cluster import Cluster, TokenFileLogin
from oscar_sync.model.settings import Declared, RemovedEntry
from oscar_sync.reconcile.desire.opening import OpenedSettings
from oscar_sync.reconcile.desire.placing import Placed
from oscar_sync.settings.cluster_lookup import ClusterLookup
from oscar_sync.settings.clusters import Resolver
from oscar_sync.settings.codes import SettingsCode
from oscar_sync.settings.entries import DEFAULT_KEYS, STAR, ClusterSettings
from oscar_sync.settings.load.named_files import absolute, environment_of


def clusters_of(opened: OpenedSettings, placed: Placed, findings: Findings) -> tuple[Cluster, ...]:
    """Raises UsageError: no cluster is known."""
    request = opened.request
    if not request.needs_clusters:
        return ()
    environment = environment_of(opened.where, request.token_file or "", request.endpoints_allowed)
    entries = entries_of(opened, placed, findings)
    _check_waves(opened, placed.lookup, findings)
    if not entries and not findings.has_error and not request.needs_manifests:
        raise UsageError(
            "no cluster is known: write `clusters:` in oscar-sync.yaml, use --cluster "
            "ID-or-URL, or set OSCAR_ENDPOINT"
        )
    resolved = Resolver(placed.lookup.known, environment, findings).clusters(entries)
    return tuple(_with_paths(opened, cluster) for cluster in resolved)


def entries_of(opened: OpenedSettings, placed: Placed, findings: Findings) -> list[ClusterSettings]:
    lookup, narrowing = placed.lookup, placed.narrowing
    named = _named_by_entries(opened, lookup, findings)
    if lookup.targets:
        entries = list(lookup.targets)
    else:
        entries = [entry for key in lookup.keys if (entry := lookup.entry_of(key))]
        entries += named
        entries += opened.loaded.clusters.values()
        if not entries and not lookup.keys:
            defaults = map(lookup.entry_of, sorted(DEFAULT_KEYS))
            entries += list(filter(None, defaults))[:1]  # what is meant where no file names one
    entries = [entry for entry in entries if narrowing.reaches(entry.id)]
    if opened.request.needs_manifests and (narrowing.services or narrowing.labels):
        read = {service.key.cluster for service in placed.chosen}
        entries = [entry for entry in entries if entry.id in read]
    return entries


def _named_by_entries(
    opened: OpenedSettings, lookup: ClusterLookup, findings: Findings
) -> list[ClusterSettings]:
    """Return the clusters that ``removed``, ``buckets`` and ``volumes`` name."""
    # Nobody would look at a misspelt one.
    entries = []
    storage = opened.loaded.storage
    named: list[tuple[str, RemovedEntry | Declared]] = [
        *(("removed", one) for one in opened.loaded.removed),
        *(("removed", one) for one in storage.removed),
        *(("buckets", one) for one in storage.buckets),
        *(("volumes", one) for one in storage.volumes),
    ]
    for key, one in named:
        cluster = one.which.cluster
        entry = lookup.entry_called(cluster) if cluster else None
        if entry is not None:
            entries.append(entry)
        elif cluster and one.origin is not None:
            findings.add(
                SettingsCode.UNKNOWN_CLUSTER, one.origin, key,
                *_unknown_words(cluster, lookup), opened.loaded.text,
            )  # fmt: skip
    return entries


def _unknown_words(name: str, lookup: ClusterLookup) -> tuple[str, str]:
    """Return what is wrong with *name*, which no cluster has, and what to do."""
    hint = did_you_mean(name, lookup.names)
    return (
        f"no cluster is called {name}" + (f"; {hint}" if hint else ""),
        f"write one of {', '.join(lookup.names) or 'the ids under `clusters`'}",
    )


def _check_waves(opened: OpenedSettings, lookup: ClusterLookup, findings: Findings) -> None:
    """Note what ``waves`` names that is not a cluster, and what it names twice."""
    loaded, seen = opened.loaded, set[str]()
    if loaded.places is None:
        return
    for number, wave in enumerate(loaded.waves):
        for place, name in enumerate(wave):
            if not name:
                continue  # a wave with a blank name is an error already
            entry = lookup.entry_called(name) if name != STAR else None
            called, path = entry.id if entry else name, ("waves", number, place)
            if called in seen:
                words = f"{name} is in a wave already", "name it once"
                findings.at(SettingsCode.VALUE, loaded.places, path, *words)
            elif entry is None and name != STAR:
                code, words = SettingsCode.UNKNOWN_CLUSTER, _unknown_words(name, lookup)
                findings.at(code, loaded.places, path, *words)
            seen.add(called)


def _with_paths(opened: OpenedSettings, cluster: Cluster) -> Cluster:
    folder, bundle, login = opened.loaded.folder, cluster.ca_bundle, cluster.login
    if bundle:
        bundle = absolute(folder, bundle)
        opened.reader.looked_for(bundle)
    if isinstance(login, TokenFileLogin):
        login = TokenFileLogin(absolute(folder, login.path))
    return replace(cluster, ca_bundle=bundle, login=login)
