"""Which cluster one command or program speaks to, in the order of the whole program."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.documents.findings import Findings
from oscar_sync.errors import InputError, UsageError
from oscar_sync.manifests.load.files import ReadScope
from oscar_sync.model.cluster import Cluster, Login, TokenFileLogin
from oscar_sync.model.diagnostic import Diagnostic
from oscar_sync.settings.cluster_lookup import ClusterLookup, flags_of
from oscar_sync.settings.clusters import Resolver
from oscar_sync.settings.entries import STAR, ClusterSettings, Known
from oscar_sync.settings.load import load_known, load_settings
from oscar_sync.settings.load.discovery import Where
from oscar_sync.settings.load.named_files import absolute, check_paths, environment_of
from oscar_sync.settings.reading import Loaded
from oscar_sync.wire.address import shown

_LOGINS: Final = (
    "auth_user",
    "auth_password",
    "oidc_account_name",
    "oidc_refresh_token",
    "token",
    "token_file",
)


class Wanted(Struct, frozen=True):
    """What names a cluster: ``targets`` as ``--cluster`` takes them; blank files: the usual ones.

    A ``login`` replaces the one that the entry has.
    """

    targets: tuple[str, ...] = ()
    settings_file: str = ""
    config: str = ""
    token_file: str = ""
    login: Login | None = None
    endpoints_allowed: tuple[str, ...] = ()
    allow_outside: tuple[str, ...] = ()


def chosen(wanted: Wanted, environ: Mapping[str, str]) -> tuple[Cluster, tuple[Diagnostic, ...]]:
    """Return the cluster that is meant, and what is worth knowing about it; nothing is sent.

    Without a target: where the settings send every key (``"*"``), else oscar-cli's default where
    the settings name no cluster, else the only one known.

    Raises:
        UsageError: none is named and several are known, or several are named.
        InputError: the settings cannot be read, or give no log-in.
    """
    findings = Findings()
    where = Where((".",), str(Path.cwd()), wanted.settings_file, environ)
    loaded = load_settings(where, findings)
    flags = flags_of(wanted.targets)
    has_url = any("://" in target for target in flags.targets)
    known = load_known(loaded, where, wanted.config, findings, has_url=has_url)
    entry = _entry(ClusterLookup(known, flags, (), findings))
    if wanted.login is not None:
        rest = {key: text for key, text in entry.fields.items() if key not in _LOGINS}
        entry = replace(entry, fields={**rest, "token": "given"})
    environment = environment_of(where, wanted.token_file, wanted.endpoints_allowed)
    scope = ReadScope(loaded.folder, (absolute(where.cwd, path) for path in wanted.allow_outside))
    check_paths(loaded, scope.holds, findings)
    clusters = Resolver(known, environment, findings).clusters([entry])
    if findings.has_error or not clusters:
        raise InputError(tuple(sorted(findings.diagnostics)))
    return _with_paths(clusters[0], loaded), tuple(sorted(findings.diagnostics))


class KnownCluster(Struct, frozen=True):
    """A cluster that can be named; ``endpoint`` as written, ``source`` the file that names it."""

    id: str
    endpoint: str
    source: str
    is_default: bool = False


def known_clusters(
    wanted: Wanted, environ: Mapping[str, str]
) -> tuple[tuple[KnownCluster, ...], tuple[Diagnostic, ...]]:
    """Return the clusters of the settings and of oscar-cli's file, and what is wrong with these.

    The default is what a command without ``--cluster`` uses; nothing is sent.
    """
    findings = Findings()
    where = Where((".",), str(Path.cwd()), wanted.settings_file, environ)
    loaded = load_settings(where, findings)
    known = load_known(loaded, where, wanted.config, findings, has_url=False)
    default = _default_of(known)
    entries = {**known.cli, **known.settings}
    if known.environment is not None:
        entries.setdefault(str(known.environment.id), known.environment)
    clusters = tuple(
        KnownCluster(name, shown(entry.fields.get("endpoint", "")), entry.source, entry is default)
        for name, entry in sorted(entries.items())
        if name != STAR
    )
    return clusters, tuple(sorted(findings.diagnostics))


def _default_of(known: Known) -> ClusterSettings | None:
    try:
        return _entry(ClusterLookup(known, flags_of(()), (), Findings()))
    except UsageError:
        return None


def _entry(lookup: ClusterLookup) -> ClusterSettings:
    if len(lookup.targets) > 1:
        names = ", ".join(str(entry.id) for entry in lookup.targets)
        raise UsageError(f"--cluster: name one cluster, not several: {names}")
    if lookup.targets:
        return lookup.targets[0]
    known = lookup.known
    star = lookup.entry_of(STAR) if STAR in {*known.settings, *known.aliases} else None
    return star or _only(known)


def _only(known: Known) -> ClusterSettings:
    entries = known.all
    if not known.settings and known.cli_default in known.cli:
        return known.cli[known.cli_default]
    if len(entries) == 1:
        return entries[0]
    names = ", ".join(str(entry.id) for entry in entries) or "none"
    raise UsageError(
        "name one cluster by --cluster ID-or-URL, or set OSCAR_ENDPOINT; those known are: " + names
    )


def _with_paths(cluster: Cluster, loaded: Loaded) -> Cluster:
    """Return *cluster* with the files it names made absolute: from the settings' folder."""
    login = cluster.login
    if isinstance(login, TokenFileLogin):
        login = TokenFileLogin(absolute(loaded.folder, login.path))
    bundle = cluster.ca_bundle and absolute(loaded.folder, cluster.ca_bundle)
    return replace(cluster, ca_bundle=bundle, login=login)
