"""Files, options and environment to a desired state: the first half of every command.

One stage after the other: settings opened, manifests read, services placed on clusters, clusters
with their log-ins, and everything checked side by side. All of them note what they find.
"""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.documents.findings import Findings
from oscar_sync.errors import InputError, UsageError
from oscar_sync.manifests.checks import together
from oscar_sync.manifests.load.reader import Reader
from oscar_sync.model.cluster import Cluster, login_kind
from oscar_sync.model.diagnostic import Severity
from oscar_sync.model.state import DesiredState
from oscar_sync.reconcile.desire.checking import CheckTogether, check, judged
from oscar_sync.reconcile.desire.clusters import clusters_of, entries_of
from oscar_sync.reconcile.desire.opening import open_settings, read_manifests
from oscar_sync.reconcile.desire.placing import Placed, lookup_of, place
from oscar_sync.reconcile.desire.request import DesireRequest
from oscar_sync.reconcile.memory import WatchMemory
from oscar_sync.settings.assembly import settings_of
from oscar_sync.settings.entries import ClusterSettings
from oscar_sync.settings.reading import Loaded


def desire(
    request: DesireRequest, environ: Mapping[str, str], memory: WatchMemory | None = None
) -> DesiredState:
    """Return everything the files say.

    With a *memory* only what has changed since its last pass is read and parsed, and it knows
    afterwards what the files were, also where they could not be used.

    Raises:
        InputError: there is an error in any file (or a warning, with ``strict``); it holds all
            diagnostics.
        UsageError: the options cannot be used.
    """
    if memory is not None:
        return _desired(request, environ, memory.files, memory.checked.check)
    return _desired(request, environ, Reader(), together.check)


def _desired(
    request: DesireRequest,
    environ: Mapping[str, str],
    reader: Reader,
    check_together: CheckTogether,
) -> DesiredState:
    findings = Findings()
    opened = open_settings(request, environ, reader, findings)
    manifests = read_manifests(opened, findings)
    try:
        placed = place(opened, manifests, findings)
    except UsageError:
        # What nothing is called may be in a file that cannot be read, and that comes first.
        judged(opened, manifests, findings)
        raise
    clusters = clusters_of(opened, placed, findings)
    id_of_name = placed.lookup.id_of_name
    settings = settings_of(opened.loaded, clusters, opened.allow, id_of_name, opened.env_file)
    check(opened, placed, settings, check_together, findings)
    return DesiredState(
        tuple(sorted(placed.chosen, key=lambda service: service.key)),
        settings,
        manifests.file_count,
        placed.narrowing,
        judged(opened, manifests, findings),
        is_partial=any(one.severity is Severity.ERROR for one in manifests.diagnostics),
        gaps=manifests.gaps,
        others=placed.others,
        contents={**reader.contents, **_settings_content(opened.loaded)},
    )


def _settings_content(loaded: Loaded) -> Mapping[str, bytes]:
    return {loaded.path: loaded.text.encode()} if loaded.path else {}


class MeantClusters(Struct, frozen=True):
    """The clusters that a run without manifests reads.

    ``resolved`` are those of the *entries* that have a log-in; ``names`` are of all known ones.
    """

    entries: tuple[ClusterSettings, ...]
    resolved: tuple[Cluster, ...]
    names: tuple[str, ...]


def clusters_meant(request: DesireRequest, environ: Mapping[str, str]) -> MeantClusters:
    """Return which clusters the settings, options and the environment mean; no manifest is read.

    Raises:
        InputError: the settings or oscar-cli's file cannot be read.
        UsageError: the options cannot be used.
    """
    request = replace(request, needs_clusters=True, needs_manifests=False)
    findings = Findings()
    opened = open_settings(request, environ, Reader(), findings)
    placed = Placed(lookup_of(opened, (), findings))
    entries = entries_of(opened, placed, findings)
    if findings.has_error:
        raise InputError(tuple(sorted(findings.diagnostics)))
    resolved = clusters_of(opened, placed, Findings()) if entries else ()
    return MeantClusters(tuple(entries), resolved, placed.lookup.names)


def explain_settings(
    request: DesireRequest, environ: Mapping[str, str]
) -> tuple[tuple[str, str, str], ...]:
    """Return name, value and source of every setting; secrets are masked.

    Raises:
        InputError: the settings cannot be read.
        UsageError: the options cannot be used.
    """
    from oscar_sync.settings.explanation import explained

    findings = Findings()
    opened = open_settings(request, environ, Reader(), findings)
    if findings.has_error:
        raise InputError(tuple(sorted(findings.diagnostics)))
    rows = explained(opened.loaded, opened.env_file, from_flag=bool(request.env_file))
    return (*rows, *_logins(request, environ))


def _logins(request: DesireRequest, environ: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    try:
        meant = clusters_meant(request, environ)
    except (InputError, UsageError):
        return ()
    rows = [
        (f"clusters.{cluster.id}.login", login_kind(cluster.login), cluster.login_source)
        for cluster in meant.resolved
    ]
    missing = {entry.id for entry in meant.entries} - {cluster.id for cluster in meant.resolved}
    return (
        *rows,
        *((f"clusters.{name}.login", "(none)", "nothing gives one") for name in sorted(missing)),
    )
