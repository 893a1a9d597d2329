"""The second stage: each service on its cluster, and which of them the run looks at."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from oscar_sync.documents.findings import Findings
from oscar_sync.manifests.assembly import Manifest
from oscar_sync.manifests.load import Manifests
from oscar_sync.model.identity import ServiceKey
from oscar_sync.model.selection import Narrowing
from oscar_sync.model.state import DesiredService
from oscar_sync.reconcile.desire.opening import OpenedSettings
from oscar_sync.reconcile.desire.selecting import narrowing_of, refuse_none_wanted
from oscar_sync.settings.cluster_lookup import (
    ClusterLookup,
    flags_of,
    note_broken_aliases,
    note_unknown_keys,
    unknown_key,
)
from oscar_sync.settings.entries import Known, note_nothing_for
from oscar_sync.settings.load import load_known


class Placed(Struct, frozen=True):
    """The services on their clusters: all that are wanted there, and the *chosen* ones.

    ``others`` are what the files want beside those, also on clusters that are not read.
    """

    lookup: ClusterLookup
    narrowing: Narrowing = Narrowing()
    services: Sequence[DesiredService] = ()
    chosen: Sequence[DesiredService] = ()
    others: tuple[DesiredService, ...] = ()


def place(opened: OpenedSettings, manifests: Manifests, findings: Findings) -> Placed:
    """Raises UsageError: ``--only`` or ``--label`` selects nothing."""
    request = opened.request
    lookup = lookup_of(opened, manifests.services, findings)
    services = _on_clusters(manifests.services, lookup, findings, opened)
    if request.needs_manifests and lookup.keys and not manifests.left_out:
        note_unknown_keys(lookup, findings)
    if not request.clusters:
        is_complete = request.needs_clusters
        note_broken_aliases(lookup, opened.loaded.places, findings, is_complete=is_complete)
    narrowing = narrowing_of(request.only, request.labels, lookup, manifests.left_out)
    if request.needs_manifests:
        refuse_none_wanted(narrowing, services, opened.loaded.storage)
        selected = narrowing
    else:
        # Live services are selected by what the clusters show, whatever the files say of them.
        selected = Narrowing(clusters=narrowing.clusters)
    chosen = [one for one in services if selected.selects(one.key, one.form.labels)]
    return Placed(lookup, narrowing, services, chosen, _others(manifests.services, chosen, lookup))


def lookup_of(
    opened: OpenedSettings, manifests: Sequence[Manifest], findings: Findings
) -> ClusterLookup:
    request, loaded = opened.request, opened.loaded
    flags = flags_of(request.clusters)
    if request.needs_clusters:
        has_url = any("://" in target for target in flags.targets)
        config = request.config or ""
        known = load_known(loaded, opened.where, config, findings, has_url=has_url)
    else:
        known, flags = Known(loaded.clusters, loaded.aliases), flags_of(())
    return ClusterLookup(known, flags, [one.cluster_key for one in manifests], findings)


def _on_clusters(
    manifests: Iterable[Manifest], lookup: ClusterLookup, findings: Findings, opened: OpenedSettings
) -> list[DesiredService]:
    """Return the services on their clusters; with ``--cluster`` those of other ones not."""
    targets = {entry.id for entry in lookup.targets}
    missing: set[str] = set()
    places = opened.loaded.places
    services = []
    for manifest in manifests:
        entry = lookup.entry_of(manifest.cluster_key)
        if targets and (entry is None or entry.id not in targets):
            continue
        is_unknown = entry is None and opened.request.needs_clusters
        if is_unknown and manifest.cluster_key not in missing:
            missing.add(manifest.cluster_key)
            unknown_key(lookup, manifest.cluster_key, manifest.locate(()), places, findings)
        if manifest.name:
            services.append(manifest.on(lookup.id_of(manifest.cluster_key)))
    if lookup.keys and not services and opened.request.needs_manifests:
        for target in lookup.targets:
            note_nothing_for(target.id, lookup.keys, findings)
    return services


def _others(
    manifests: Iterable[Manifest], chosen: Sequence[DesiredService], lookup: ClusterLookup
) -> tuple[DesiredService, ...]:
    known = {service.key for service in chosen}
    named = ((manifest, lookup.id_of(manifest.cluster_key)) for manifest in manifests)
    return tuple(
        manifest.on(cluster)
        for manifest, cluster in named
        if manifest.name and ServiceKey(cluster, manifest.name) not in known
    )
