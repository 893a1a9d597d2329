"""Files, options and environment to a desired state: the first half of every command."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.documents.findings import Findings
from oscar_sync.documents.suggestion import did_you_mean
from oscar_sync.errors import InputError, UsageError
from oscar_sync.manifests.assembly import Manifest
from oscar_sync.manifests.checks import together
from oscar_sync.manifests.codes import ManifestCode
from oscar_sync.manifests.load import Manifests, Sources
from oscar_sync.manifests.load import load as load_manifests
from oscar_sync.manifests.load.files import ReadScope
from oscar_sync.manifests.load.reader import Reader
from oscar_sync.model.cluster import Cluster, TokenFileLogin, login_kind
from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.model.identity import ServiceKey
from oscar_sync.model.settings import Seed, Settings
from oscar_sync.model.state import DesiredService, DesiredState, Narrowing
from oscar_sync.reconcile.memory import WatchMemory
from oscar_sync.settings.assembly import allowed, check_removed, check_services, settings_of
from oscar_sync.settings.clusters import ClusterLookup, Resolver, flags_of, unknown_key
from oscar_sync.settings.codes import SettingsCode
from oscar_sync.settings.entries import DEFAULT_KEYS, ClusterSettings, Known
from oscar_sync.settings.load import (
    Where,
    absolute,
    check_paths,
    check_seeds,
    cli_file,
    environment_of,
    load_known,
    load_settings,
    token_files,
)
from oscar_sync.settings.secret_names import note_unused, secret_names
from oscar_sync.storage.files import walk


class DesireRequest(Struct, frozen=True):
    """What a command asks for, flags and ``OSCAR_SYNC_<FLAG>`` already put together.

    Without ``needs_clusters`` (validate, schema, graph) neither endpoints nor credentials are
    resolved. Without ``needs_manifests`` (remove, forget, doctor) they come from the settings'
    folder, and what cannot be read is a warning. Errors of the ``tolerated`` codes are warnings.
    """

    paths: tuple[str, ...] = (".",)
    settings_file: str | None = None
    overlays: tuple[str, ...] = ()
    env_file: str | None = None
    only: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    config: str | None = None
    token_file: str | None = None
    allow_outside: tuple[str, ...] = ()
    endpoints_allowed: tuple[str, ...] = ()
    secret_env: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    strict: bool = False
    needs_clusters: bool = True
    needs_manifests: bool = True
    tolerated: frozenset[str] = frozenset()
    cwd: str = "."


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
        return _Pass(request, environ, memory.files, memory.checked.check).state()
    return _Pass(request, environ).state()


def explain_settings(
    request: DesireRequest, environ: Mapping[str, str]
) -> tuple[tuple[str, str, str], ...]:
    """Return name, value and source of every setting; secrets are masked.

    Raises:
        InputError: the settings cannot be read.
        UsageError: the options cannot be used.
    """
    from oscar_sync.settings.explanation import explained

    run = _Pass(replace(request, needs_clusters=False), environ)
    if run.findings.has_error:
        raise InputError(tuple(sorted(run.findings.found)))
    rows = explained(run.loaded, run.env_file(), from_flag=bool(request.env_file))
    return (*rows, *_logins(request, environ))


def _logins(request: DesireRequest, environ: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    """Return, for each cluster that a run would read, which log-in won (product 2.3)."""
    run = _Pass(replace(request, needs_clusters=True, needs_manifests=False), environ)
    try:
        entries = run.entries(run.lookup(()), (), Narrowing())
        clusters = run.clusters(run.lookup(()), (), Narrowing()) if entries else ()
    except (InputError, UsageError):
        return ()
    rows = [
        (f"clusters.{cluster.id}.login", login_kind(cluster.login), cluster.login_source)
        for cluster in clusters
    ]
    missing = {entry.id for entry in entries} - {cluster.id for cluster in clusters}
    return (
        *rows,
        *((f"clusters.{name}.login", "(none)", "nothing gives one") for name in sorted(missing)),
    )


_CheckTogether = Callable[[Sequence[DesiredService], Sequence[Seed]], list[Diagnostic]]


class _Pass:
    """One way from files to a desired state; findings are gathered on it."""

    def __init__(
        self,
        request: DesireRequest,
        environ: Mapping[str, str],
        reader: Reader | None = None,
        check_together: _CheckTogether = together.check,
    ) -> None:
        self.reader = reader or Reader()
        self.check_together = check_together
        self.reader.begin()
        self.request = request
        self.environ = environ
        self.findings = Findings()
        self.cwd = os.path.realpath(request.cwd)
        self.allow = allowed(request.allow)
        self.flags = flags_of(request.clusters)
        paths, settings_file = request.paths or (".",), request.settings_file or ""
        self.where = Where(paths, self.cwd, settings_file, environ, self.reader.looked_for)
        self.loaded = load_settings(self.where, self.findings)

    def state(self) -> DesiredState:
        manifests = self.manifests()
        if self.request.needs_manifests and not manifests.left_out:
            declared = frozenset(name for one in manifests.services for name in one.secrets)
            note_unused(self.request.secret_env, declared, self.findings)
        lookup = self.lookup(manifests.services)
        placed = self.placed(manifests.services, lookup)
        narrowing = self.narrowing(placed, lookup, manifests.left_out)
        chosen = _chosen(placed, narrowing)
        clusters = self.clusters(lookup, chosen, narrowing)
        settings = settings_of(
            self.loaded, clusters, self.allow, lookup.id_of_name, self.env_file()
        )
        self.check(settings, placed, narrowing)
        return DesiredState(
            tuple(sorted(chosen, key=lambda service: service.key)),
            settings,
            manifests.file_count,
            narrowing,
            self.judged(manifests),
            is_partial=any(found.severity is Severity.ERROR for found in manifests.diagnostics),
            gaps=manifests.gaps,
            others=_others(manifests.services, chosen, lookup),
        )

    def env_file(self) -> str:
        """Return the absolute path of the env file, blank without one."""
        if self.request.env_file:
            return absolute(self.cwd, self.request.env_file)
        if self.loaded.env_file:
            return absolute(self.loaded.folder, self.loaded.env_file)
        return ""

    def named_outside(self) -> tuple[str, ...]:
        """Return the env file of the command line where it lies outside: whoever runs it named it.

        A path through the folder is the repository's: a link there may lead anywhere (trust 4.3).
        """
        if not self.request.env_file:
            return ()
        path, folder = Path(self.env_file()), os.path.realpath(self.loaded.folder)
        through = (Path(os.path.realpath(parent)) for parent in path.parents)
        return () if any(real.is_relative_to(folder) for real in through) else (str(path),)

    def config(self) -> str:
        return cli_file(self.where, self.request.config or "")

    def login_files(self) -> tuple[str, ...]:
        return token_files(self.loaded, self.where, self.request.token_file or "")

    def manifests(self) -> Manifests:
        request, loaded = self.request, self.loaded
        sources = Sources(
            paths=request.paths if request.needs_manifests else (loaded.folder,),
            folder=loaded.folder,
            cwd=self.cwd,
            settings_file=loaded.path,
            overlays=request.overlays,
            env_file=self.env_file(),
            allow_outside=(*request.allow_outside, *self.named_outside()),
            environ=self.environ,
            secrets_from_env=secret_names(loaded.secrets_from_env, request.secret_env),
            logins=self.login_files(),
            config=self.config(),
            is_resolving=request.needs_clusters,
        )
        return load_manifests(sources, self.reader)

    def lookup(self, manifests: Sequence[Manifest]) -> ClusterLookup:
        needs_clusters = self.request.needs_clusters
        has_url = any("://" in target for target in self.flags.targets)
        known = (
            load_known(
                self.loaded, self.where, self.request.config or "", self.findings, has_url=has_url
            )
            if needs_clusters
            else Known(self.loaded.clusters, self.loaded.aliases)
        )
        flags = self.flags if needs_clusters else flags_of(())
        keys = [manifest.cluster_key for manifest in manifests]
        return ClusterLookup(known, flags, keys, self.findings)

    def placed(self, manifests: Iterable[Manifest], lookup: ClusterLookup) -> list[DesiredService]:
        """Return the services on their clusters; with ``--cluster`` those of other ones not."""
        targets = {entry.id for entry in lookup.targets}
        missing: set[str] = set()
        placed = []
        for manifest in manifests:
            entry = lookup.entry_of(manifest.cluster_key)
            if targets and (entry is None or entry.id not in targets):
                continue
            is_unknown = entry is None and self.request.needs_clusters
            if is_unknown and manifest.cluster_key not in missing:
                missing.add(manifest.cluster_key)
                unknown_key(lookup, manifest.cluster_key, manifest.locate(()), "", self.findings)
            if manifest.name:
                placed.append(manifest.on(lookup.id_of(manifest.cluster_key)))
        return placed

    def narrowing(
        self, placed: Sequence[DesiredService], lookup: ClusterLookup, left_out: tuple[str, ...]
    ) -> Narrowing:
        """Return what the run looks at (trust 1.6).

        Raises:
            UsageError: ``--only`` names nothing.
        """
        names, clusters = [], []
        for only in self.request.only:
            if only.endswith("/"):
                clusters.append(lookup.id_of_name(only[:-1]))
                continue
            cluster, slash, name = only.rpartition("/")
            known = {str(service.key.name): service.key.cluster for service in placed}
            wanted = f"{lookup.id_of_name(cluster)}/{name}" if slash else name
            keys = {str(service.key) for service in placed}
            if wanted not in keys and wanted not in known:
                hint = did_you_mean(wanted, (*known, *keys))
                raise UsageError(
                    f"--only {only}: no manifest has such a service" + (f"; {hint}" if hint else "")
                )
            names.append(wanted)
        return Narrowing(tuple(names), tuple(clusters), left_out)

    def clusters(
        self, lookup: ClusterLookup, chosen: Sequence[DesiredService], narrowing: Narrowing
    ) -> tuple[Cluster, ...]:
        if not self.request.needs_clusters:
            return ()
        environment = environment_of(
            self.where, self.request.token_file or "", self.request.endpoints_allowed
        )
        entries = self.entries(lookup, chosen, narrowing)
        if not entries and not self.findings.has_error and not self.request.needs_manifests:
            raise UsageError(
                "no cluster is known: write `clusters:` in oscar-sync.yaml, use --cluster "
                "ID-or-URL, or set OSCAR_ENDPOINT"
            )
        found = Resolver(lookup.known, environment, self.findings).clusters(entries)
        return tuple(self.with_paths(cluster) for cluster in found)

    def entries(
        self, lookup: ClusterLookup, chosen: Sequence[DesiredService], narrowing: Narrowing
    ) -> list[ClusterSettings]:
        """Return the clusters that are read (product 2.3)."""
        named = self.named(lookup)
        if lookup.targets:
            entries = list(lookup.targets)
        else:
            entries = [entry for key in lookup.keys if (entry := lookup.entry_of(key))]
            entries += named
            entries += self.loaded.clusters.values()
            if not entries and not lookup.keys and (default := self.default(lookup)):
                entries.append(default)
        if narrowing.clusters or narrowing.services:
            read = {service.key.cluster for service in chosen} | set(narrowing.clusters)
            entries = [entry for entry in entries if entry.id in read]
        return entries

    def default(self, lookup: ClusterLookup) -> ClusterSettings | None:
        """Return the cluster that is meant where no file names one."""
        return next(
            (entry for key in sorted(DEFAULT_KEYS) if (entry := lookup.entry_of(key))), None
        )

    def named(self, lookup: ClusterLookup) -> list[ClusterSettings]:
        """Return the clusters that ``removed`` names; nobody would look at a misspelt one."""
        entries = []
        for removed in self.loaded.removed:
            cluster = removed.which.cluster
            entry = lookup.entry_called(cluster) if cluster else None
            if entry is not None:
                entries.append(entry)
            elif cluster:
                hint = did_you_mean(cluster, lookup.names)
                self.findings.add(
                    SettingsCode.UNKNOWN_CLUSTER, Severity.ERROR, removed.origin, "removed",
                    f"no cluster is called {cluster}" + (f"; {hint}" if hint else ""),
                    f"write one of {', '.join(lookup.names) or 'the ids under `clusters`'}",
                    self.loaded.text,
                )  # fmt: skip
        return entries

    def with_paths(self, cluster: Cluster) -> Cluster:
        """Return *cluster* with the files it names made absolute: from the settings' folder."""
        bundle = cluster.ca_bundle
        login = cluster.login
        if bundle:
            bundle = absolute(self.loaded.folder, bundle)
            self.reader.looked_for(bundle)
        if isinstance(login, TokenFileLogin):
            login = TokenFileLogin(absolute(self.loaded.folder, login.path))
        return replace(cluster, ca_bundle=bundle, login=login)

    def check(
        self, settings: Settings, placed: Sequence[DesiredService], narrowing: Narrowing
    ) -> None:
        """Note what is wrong only when everything is seen side by side."""
        seeds = [seed for entry in settings.services for seed in entry.seeds]
        for seed in seeds:
            self.reader.seeded(seed.source)
        self.findings.found.extend(self.check_together(placed, seeds))
        allowed_paths = [absolute(self.cwd, path) for path in self.request.allow_outside]
        scope = ReadScope(self.loaded.folder, allowed_paths)
        check_seeds(self.loaded, scope.holds, self.cwd, self.findings)
        self.check_seeded(seeds)
        check_paths(self.loaded, scope.holds, self.findings)
        check_removed(settings, placed, self.loaded.text, self.findings)
        if narrowing.is_full and not self.request.clusters:
            check_services(settings, placed, self.loaded.text, self.findings)

    def check_seeded(self, seeds: Iterable[Seed]) -> None:
        """Note seeds that hold what a cluster is logged in to by, or the env file (trust 4.3)."""
        named = filter(None, (self.env_file(), self.config(), *self.login_files()))
        private = frozenset(map(os.path.realpath, named))
        for seed in seeds:
            source = os.path.realpath(seed.source)
            if not any(f"{path}/".startswith(f"{source}/") for path in private):
                continue  # few folders hold such a file: the others are walked once, not twice
            for item in walk(Path(seed.source)).files:
                if os.path.realpath(item.path) in private:
                    self.findings.add(
                        SettingsCode.SEED, Severity.ERROR, seed.origin, "",
                        f"seed {seed.shown_source}: {item.relative} is private: this run takes "
                        "its log-in or its secrets from there",
                        "move that file, or name it in .oscar-syncignore in the seed's folder",
                        self.loaded.text,
                    )  # fmt: skip

    def judged(self, manifests: Manifests) -> tuple[Diagnostic, ...]:
        """Return all diagnostics, sorted.

        Raises:
            InputError: there is an error among them.
        """
        of_manifests = list(manifests.diagnostics)
        if not self.request.needs_manifests:
            of_manifests = [_softened(found) for found in of_manifests]
            self.findings.found = [
                _softened(found) if found.code in _OF_MANIFESTS else found
                for found in self.findings.found
            ]
        elif not manifests.fdl_count and not self.loaded.removed:
            self.no_fdl(of_manifests)
        self.findings.found = [
            _softened(found) if found.code in self.request.tolerated else found
            for found in self.findings.found
        ]
        found = tuple(
            sorted(
                self.illustrated(one, manifests) for one in {*of_manifests, *self.findings.found}
            )
        )
        if any(_stops(diagnostic, strict=self.request.strict) for diagnostic in found):
            raise InputError(found)
        return found

    def illustrated(self, found: Diagnostic, manifests: Manifests) -> Diagnostic:
        """Return a finding with its line of source, where it was found without the text."""
        if found.snippet or not found.line:
            return found
        from oscar_sync.documents.snippet import snippet

        is_settings = found.file == self.loaded.file
        text = self.loaded.text if is_settings else manifests.text_of(found.file)
        return replace(found, snippet=snippet(text, found.line, found.column))

    def no_fdl(self, found: Sequence[Diagnostic]) -> None:
        if any(diagnostic.severity is Severity.ERROR for diagnostic in found):
            return
        self.findings.of_file(
            ManifestCode.NO_FDL,
            Severity.ERROR,
            ", ".join(self.request.paths),
            "no FDL was found",
            "name the folder of your FDL files; an empty set needs `removed:` in oscar-sync.yaml",
        )


def _chosen(placed: Sequence[DesiredService], narrowing: Narrowing) -> list[DesiredService]:
    names, clusters = set(narrowing.services), set(narrowing.clusters)
    return [
        service
        for service in placed
        if (not names or str(service.key.name) in names or str(service.key) in names)
        and (not clusters or service.key.cluster in clusters)
    ]


def _others(
    manifests: Iterable[Manifest], chosen: Sequence[DesiredService], lookup: ClusterLookup
) -> tuple[DesiredService, ...]:
    """Return what the files want beside the services *chosen*, also on clusters not read."""
    known = {service.key for service in chosen}
    named = ((manifest, lookup.id_of(manifest.cluster_key)) for manifest in manifests)
    return tuple(
        manifest.on(cluster)
        for manifest, cluster in named
        if manifest.name and ServiceKey(cluster, manifest.name) not in known
    )


_OF_MANIFESTS: Final = frozenset({*ManifestCode, SettingsCode.REMOVED_AND_WANTED})
"""What does not stop a command that does without manifests."""


def _softened(diagnostic: Diagnostic) -> Diagnostic:
    is_error = diagnostic.severity is Severity.ERROR
    return replace(diagnostic, severity=Severity.WARNING) if is_error else diagnostic


def _stops(diagnostic: Diagnostic, *, strict: bool) -> bool:
    return diagnostic.severity is Severity.ERROR or (
        strict and diagnostic.severity is Severity.WARNING
    )
