"""The last stage: what is wrong side by side, and whether a command may go on."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from msgspec.structs import replace

from oscar_sync.documents.findings import Findings
from oscar_sync.documents.on_disk import real_path
from oscar_sync.errors import InputError
from oscar_sync.manifests.codes import ManifestCode
from oscar_sync.manifests.load import Manifests
from oscar_sync.manifests.load.files import ReadScope
from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.model.settings import Seed, Settings
from oscar_sync.model.settings_fields import OFF
from oscar_sync.model.state import DesiredService
from oscar_sync.reconcile.desire.opening import OpenedSettings
from oscar_sync.reconcile.desire.placing import Placed
from oscar_sync.settings.assembly import check_buckets, check_removed, check_services
from oscar_sync.settings.codes import SettingsCode
from oscar_sync.settings.declared import DeclaredStorage, check_declared
from oscar_sync.settings.ignored import check_ignored
from oscar_sync.settings.load.named_files import absolute, check_paths, check_seeds
from oscar_sync.settings.reading import Loaded
from oscar_sync.settings.renames import check_moved, check_new_names
from oscar_sync.storage.files import walk

CheckTogether: TypeAlias = Callable[[Sequence[DesiredService], Sequence[Seed]], list[Diagnostic]]
"""Looks at the services of a run side by side, as ``manifests.checks.together.check`` does."""


def check(
    opened: OpenedSettings,
    placed: Placed,
    settings: Settings,
    check_together: CheckTogether,
    findings: Findings,
) -> None:
    loaded, request, services = opened.loaded, opened.request, placed.services
    seeds = settings.seeds
    for seed in seeds:
        opened.reader.seeded(seed.source)
    findings.diagnostics.extend(check_together(services, seeds))
    scope = ReadScope(loaded.folder, [absolute(opened.cwd, path) for path in request.allow_outside])
    check_seeds(loaded, scope.holds, opened.cwd, findings)
    _check_seeded(opened, seeds, findings)
    check_paths(loaded, scope.holds, findings)
    check_removed(settings, services, loaded.text, findings)
    check_declared(settings, loaded.text, findings)
    check_buckets(settings, services, findings)
    check_moved(settings, (*services, *placed.others), loaded.text, findings)
    check_ignored(settings, services, loaded.text, findings)
    if placed.narrowing.is_full and not request.clusters:
        check_services(settings, services, loaded.text, findings)
        check_new_names(settings, services, loaded.text, findings)


def _check_seeded(opened: OpenedSettings, seeds: Iterable[Seed], findings: Findings) -> None:
    named = filter(None, (opened.env_file, opened.config, *opened.login_files))
    private = frozenset(map(real_path, named))
    for seed in seeds:
        source = real_path(seed.source)
        if not any(f"{path}/".startswith(f"{source}/") for path in private):
            continue  # few folders hold such a file: the others are walked once, not twice
        for item in walk(Path(seed.source)).files:
            if real_path(item.path) in private:
                findings.add(
                    SettingsCode.SEED, seed.origin, "",
                    f"seed {seed.shown_source}: {item.relative} is private: this run takes "
                    "its log-in or its secrets from there",
                    "move that file, or name it in .oscar-syncignore in the seed's folder",
                    opened.loaded.text,
                )  # fmt: skip


def judged(
    opened: OpenedSettings, manifests: Manifests, findings: Findings
) -> tuple[Diagnostic, ...]:
    """Return all diagnostics, sorted, each with the severity that `rules` give it.

    Raises:
        InputError: there is an error among them.
    """
    request, tolerated = opened.request, opened.request.tolerated
    if not request.needs_manifests:
        tolerated |= _OF_MANIFESTS
    elif not (manifests.fdl_count or opened.loaded.removed or _has_storage(opened.loaded)):
        _note_no_fdl(request.paths, (*manifests.diagnostics, *findings.diagnostics), findings)
    every = [
        _softened(one) if one.code in tolerated else one
        for one in _ruled(opened.loaded, {*manifests.diagnostics, *findings.diagnostics})
    ]
    diagnostics = tuple(sorted(_illustrated(opened, manifests, one) for one in every))
    stopping = {Severity.ERROR, Severity.WARNING} if request.strict else {Severity.ERROR}
    if any(one.severity in stopping for one in diagnostics):
        raise InputError(diagnostics)
    return diagnostics


def _has_storage(loaded: Loaded) -> bool:
    return loaded.storage != DeclaredStorage()


def _ruled(loaded: Loaded, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return *diagnostics* with the severities that `rules` give; what they turn off is counted."""
    rules = loaded.values.get("rules") or {}
    kept, off = [], Counter[str]()
    for one in diagnostics:
        level = rules.get(one.code)
        if level == OFF and one.severity is not Severity.ERROR:
            off[one.code] += 1
        elif level in _RAISED and one.severity is not Severity.ERROR:
            kept.append(replace(one, severity=Severity(level)))
        else:
            kept.append(one)
    if off and loaded.places is not None:
        counts = ", ".join(f"{code} ({count:,})" for code, count in sorted(off.items()))
        counted = Findings()
        counted.at(SettingsCode.SILENCED, loaded.places, ("rules",),
                   f"rules turn off {counts}", "")  # fmt: skip
        kept += counted.diagnostics
    return kept


_RAISED: Final = frozenset({Severity.WARNING, Severity.ERROR})


def _illustrated(opened: OpenedSettings, manifests: Manifests, one: Diagnostic) -> Diagnostic:
    """Return a finding with its line of source, where it was found without the text."""
    if one.snippet or not one.line:
        return one
    from oscar_sync.documents.snippet import snippet

    is_settings = one.file == opened.loaded.file
    text = opened.loaded.text if is_settings else manifests.text_of(one.file)
    return replace(one, snippet=snippet(text, one.line, one.column) if text else "")


def _note_no_fdl(
    paths: Iterable[str], of_manifests: Sequence[Diagnostic], findings: Findings
) -> None:
    if any(diagnostic.severity is Severity.ERROR for diagnostic in of_manifests):
        return
    findings.of_file(
        ManifestCode.NO_FDL,
        ", ".join(paths),
        "no FDL was found",
        "name the folder of your FDL files; a set without any needs an entry under `buckets:`, "
        "`volumes:` or `removed:` in oscar-sync.yaml",
    )


_OF_MANIFESTS: Final[frozenset[str]] = frozenset(
    {*ManifestCode, SettingsCode.REMOVED_AND_WANTED, SettingsCode.MOVED}
)
"""What does not stop a command that does without manifests."""


def _softened(diagnostic: Diagnostic) -> Diagnostic:
    is_error = diagnostic.severity is Severity.ERROR
    return replace(diagnostic, severity=Severity.WARNING) if is_error else diagnostic
