"""Files to manifests: the only part of the room that touches the file system."""

import os
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.documents.dotenv import read_dotenv
from oscar_sync.documents.json_reader import read_document
from oscar_sync.documents.on_disk import real_path
from oscar_sync.documents.paths import shown_path
from oscar_sync.documents.places import Places
from oscar_sync.documents.reading import Fault
from oscar_sync.documents.suggestion import did_you_mean
from oscar_sync.documents.text import decoded
from oscar_sync.manifests.assembly import Manifest, check_alone, manifest_of
from oscar_sync.manifests.canonical import canonical, with_shared
from oscar_sync.manifests.codes import ManifestCode
from oscar_sync.manifests.draft import ServiceDraft
from oscar_sync.manifests.drafting import drafted
from oscar_sync.manifests.environment import Values, filled
from oscar_sync.manifests.fdl import RawService, services_of
from oscar_sync.manifests.findings import ERROR, NOTE, Findings, note_faults
from oscar_sync.manifests.gaps import gap_of
from oscar_sync.manifests.load.discovery import Discovery
from oscar_sync.manifests.load.files import (
    OutsideError,
    PrivateError,
    ReadScope,
    TooLargeError,
    reason_of,
)
from oscar_sync.manifests.load.reader import Reader
from oscar_sync.manifests.load.scripts import load_script
from oscar_sync.manifests.overlays import (
    Overlay,
    laid_over,
    masks_of,
    names_of,
    overlay_of,
    unknown_services,
)
from oscar_sync.model.diagnostic import Diagnostic
from oscar_sync.model.origin import Origin

Made = TypeVar("Made")

_OVERLAY_ENDS: Final = (".yaml", ".yml")
_LARGEST_NAMED: Final = 16 << 20


class Sources(Struct, frozen=True):
    """What to read. ``folder`` is the settings' folder (absolute), the scope of all files.

    Blank secrets of ``secrets_from_env`` take the variables of their names.
    ``logins`` are the files that clusters are logged in to by, ``config`` is oscar-cli's: private.
    With *is_resolving* undefined ``${NAME}`` of overlays and a missing env file are errors.
    """

    paths: Sequence[str]
    folder: str
    cwd: str
    settings_file: str = ""
    overlays: Sequence[str] = ()
    env_file: str = ""
    allow_outside: Sequence[str] = ()
    environ: Mapping[str, str] = MappingProxyType({})
    secrets_from_env: frozenset[str] = frozenset()
    logins: Sequence[str] = ()
    config: str = ""
    is_resolving: bool = True


class Manifests(Struct, frozen=True):
    """What was read. ``fdl_count`` files of ``file_count`` named at least one service.

    What was skipped, since it is for another program, does not count.

    ``left_out`` are files of the settings' folder that may hold FDL and that no PATH contains.
    ``gaps`` are files that may hold more services than were found, each with the reason.
    """

    services: tuple[Manifest, ...]
    file_count: int
    fdl_count: int
    diagnostics: tuple[Diagnostic, ...]
    left_out: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()

    def text_of(self, file: str) -> str:
        layers = (layer for service in self.services for layer in service.locate.layers)
        return next((one.places.text for one in layers if one.places.file == file), "")


class _Opened(Struct, frozen=True):
    """The services of a file as they are written; ``gap`` as in ``_File``."""

    services: list[RawService]
    findings: Findings
    gap: str = ""


class _File(Struct, frozen=True):
    """The services of a file, what overlays may call them, and what is wrong with them.

    ``gap`` says why there may be more services in it, blank if nothing does.
    """

    services: list[Manifest]
    names: set[str]
    findings: list[Diagnostic]
    gap: str = ""


def load(sources: Sources, reader: Reader | None = None) -> Manifests:
    """Return all services of the files and everything that is wrong with them. Never raises."""
    # A *reader* with a memory makes again only what has changed since its pass before.
    return _Loader(sources, reader or Reader()).manifests()


_FUNCTIONS: Final = re.compile(rb"""^\s*\{?\s*["']?functions["']?\s*:""", re.MULTILINE)


def _is_of_others(findings: Sequence[Diagnostic]) -> bool:
    return any(one.code == ManifestCode.NOT_FDL for one in findings)


def _contains(sources: Sources, path: str) -> bool:
    wanted = real_path(os.path.join(sources.cwd, path)) + os.sep
    return any(
        wanted.startswith(real_path(os.path.join(sources.cwd, given)).rstrip(os.sep) + os.sep)
        for given in sources.paths
    )


class _Loader:
    def __init__(self, sources: Sources, reader: Reader) -> None:
        self.sources = sources
        self.findings = Findings()
        allowed = [os.path.join(sources.cwd, path) for path in sources.allow_outside]
        self.reader = reader
        # The environment as it is now: the mapping itself changes with the process.
        reader.enter(
            ReadScope(sources.folder, allowed, sources.env_file, (*sources.logins, sources.config)),
            replace(sources, environ=dict(sources.environ)),
        )

    def manifests(self) -> Manifests:
        sources = self.sources
        gaps: dict[str, str] = {}
        own = (sources.settings_file, sources.config)
        discovery = Discovery(self.reader, sources.cwd, own, self.findings, gaps)
        files = discovery.files(sources.paths)
        overlays = [self.overlay(name) for name in sources.overlays]
        values = self.values()
        make = partial(self.read_files, overlays, values)
        read = self.reader.made_each(files, (values, *overlays), make)
        for one in read:
            self.findings.diagnostics.extend(one.findings)
        names = {name for one in read for name in one.names}
        unknown_services(names, overlays, self.findings)
        gaps |= {
            shown_path(path, sources.cwd): one.gap
            for path, one in zip(files, read, strict=True)
            if one.gap
        }
        left_out = self.left_out(files, gaps)
        return Manifests(
            tuple(service for one in read for service in one.services),
            sum(not _is_of_others(one.findings) for one in read),
            sum(bool(one.services) for one in read),
            tuple(self.findings.diagnostics),
            left_out,
            tuple(f"{file} {gap}" for file, gap in sorted(gaps.items())),
        )

    def left_out(self, files: Sequence[str], gaps: dict[str, str]) -> tuple[str, ...]:
        """Return which files of the settings' folder may hold FDL beside *files* (trust 1.6)."""
        # What cannot be read, or is too large to be, may hold some. One that shows no FDL and may
        # have held some before is added to *gaps*.
        sources = self.sources
        if not sources.settings_file or _contains(sources, sources.folder):
            return ()
        unread = Findings()
        own = (sources.settings_file, sources.config)
        discovery = Discovery(self.reader, sources.cwd, own, unread, gaps)
        known = set(files)
        others = [path for path in discovery.files((sources.folder,)) if path not in known]
        named = [shown_path(path, sources.cwd) for path in others if self.may_hold_fdl(path)]
        for path in others:
            shown = shown_path(path, sources.cwd)
            if shown not in named and (gap := self.gap_beside(path)):
                gaps[shown] = gap
        outside = [one.file for one in unread.diagnostics if not _contains(sources, one.file)]
        return tuple(dict.fromkeys((*named, *outside)))

    def may_hold_fdl(self, path: str) -> bool:
        """Tell whether a file has a top-level key that FDL begins with, or cannot be read."""
        try:
            content = self.reader.read(path, _LARGEST_NAMED)
        except OSError:
            return True
        return _FUNCTIONS.search(content) is not None

    def gap_beside(self, path: str) -> str:
        """Return the gap of a file that no PATH contains and that shows no FDL."""
        text = decoded(self.reader.read(path, _LARGEST_NAMED))
        if isinstance(text, Fault):
            return "is not UTF-8 text"
        return gap_of(text, read_document(text, is_json=path.endswith(".json")), 0)

    def read_files(
        self, overlays: Sequence[Overlay], values: Values, paths: Sequence[str]
    ) -> list[_File]:
        # One stage for all files, then the next: what is done many times in a row is done faster.
        opened = [self.opened(path) for path in paths]
        drafts = [
            [self.draft(raw, overlays, values, one.findings) for raw in one.services]
            for one in opened
        ]
        every = [draft for of_file in drafts for draft in of_file]
        for draft in every:
            load_script(draft, self.reader, self.sources.cwd)
        for draft in every:
            check_alone(draft)
        return [
            _File(
                [manifest_of(draft) for draft in of_file],
                {name for raw in one.services for name in names_of(raw)} if overlays else set(),
                one.findings.diagnostics,
                one.gap,
            )
            for one, of_file in zip(opened, drafts, strict=True)
        ]

    def made(
        self, kind: str, key: Hashable, inputs: Sequence[object], make: Callable[[], Made]
    ) -> Made:
        """Return what *make* returns, kept from the pass before where nothing it needs moved."""
        # What could not be read is looked for again each time.
        return self.reader.made((kind, key), inputs, self.findings.diagnostics, make)

    def text(
        self,
        path: str,
        most: int,
        code: ManifestCode,
        findings: Findings,
        *,
        is_env_file: bool = False,
    ) -> Places | None:
        shown = shown_path(path, self.sources.cwd)
        try:
            text = decoded(self.reader.read(path, most, is_env_file=is_env_file))
        except OutsideError:
            findings.of_file(
                ManifestCode.SCRIPT_OUTSIDE, shown, "lies outside the settings' folder",
                f"allow it by --allow-outside {shown}",
            )  # fmt: skip
            return None
        except PrivateError:
            findings.of_file(
                ManifestCode.PRIVATE, shown, "is private (.git, .env, keys): it is not read",
                "remove it from the manifests, or name it in .oscar-syncignore",
            )  # fmt: skip
            return None
        except TooLargeError:
            findings.of_file(code, shown, f"over {most >> 20} MiB", "split it")
            return None
        except OSError as error:
            findings.of_file(
                code, shown, f"cannot be read: {reason_of(error)}",
                "make it readable, or name it in .oscar-syncignore",
            )  # fmt: skip
            return None
        if isinstance(text, Fault):
            note_faults(findings, (text,), Places("", shown), "or name it in .oscar-syncignore")
            return None
        return Places(text, shown)

    def opened(self, path: str) -> _Opened:
        findings = Findings()
        places = self.text(path, _LARGEST_NAMED, ManifestCode.UNREADABLE, findings)
        if places is None:
            return _Opened([], findings)  # an error, which ends the run
        reading = read_document(places.text, is_json=path.endswith(".json"))
        services = services_of(reading, places, os.path.dirname(path), findings)
        return _Opened(services, findings, gap_of(places.text, reading, len(services)))

    def overlay(self, name: str) -> Overlay:
        path = self._overlay_path(name)
        self.reader.looked_for(path)
        if not os.path.lexists(path):
            self._no_overlay(name, path)
            return Overlay(Places("", name), "", {})
        return self.made("overlay", (name, path), (), partial(self.read_overlay, name, path))

    def read_overlay(self, name: str, path: str) -> Overlay:
        places = self.text(path, _LARGEST_NAMED, ManifestCode.OVERLAY, self.findings)
        if places is None:
            return Overlay(Places("", name), "", {})
        places.layer = f"overlay {name}"
        reading = read_document(places.text, is_json=path.endswith(".json"))
        return overlay_of(
            reading, places, os.path.dirname(path), self.sources.environ, self.findings,
            is_strict=self.sources.is_resolving,
        )  # fmt: skip

    def _no_overlay(self, name: str, path: str) -> None:
        folder = os.path.dirname(path)
        files = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        known = [stem for stem, end in map(os.path.splitext, files) if end in _OVERLAY_ENDS]
        hint = did_you_mean(name, known)
        self.findings.of_file(
            ManifestCode.OVERLAY,
            shown_path(path, self.sources.cwd),
            f"there is no overlay {name}" + (f"; {hint}" if hint else ""),
            f"there are: {', '.join(known)}" if known else "write the file, or drop --overlay",
        )

    def _overlay_path(self, name: str) -> str:
        folder = os.path.join(self.sources.folder, "overlays")
        for suffix in _OVERLAY_ENDS:
            path = os.path.normpath(os.path.join(folder, f"{name}{suffix}"))
            self.reader.looked_for(path)
            if os.path.exists(path):
                return path
        return os.path.normpath(os.path.join(folder, f"{name}.yaml"))

    def values(self) -> Values:
        path = self.sources.env_file
        if not path:
            blank = partial(Values, environ=self.secret_values())
            return self.made("values", "", (), blank)
        self.reader.looked_for(path)
        return self.made("values", path, (os.path.exists(path),), partial(self.read_values, path))

    def secret_values(self) -> Mapping[str, str]:
        environ = self.sources.environ
        return {name: environ[name] for name in self.sources.secrets_from_env if name in environ}

    def read_values(self, path: str) -> Values:
        environ = self.secret_values()
        shown = shown_path(path, self.sources.cwd)
        is_inside = self.reader.scope.holds(real_path(path))
        if is_inside and not os.path.exists(path):
            severity = ERROR if self.sources.is_resolving else NOTE
            self.findings.of_file(
                ManifestCode.ENV_FILE,
                shown,
                "the env file does not exist",
                "write it, or leave out env_file of the settings or --env-file",
                severity=severity,
            )
            return Values(environ=environ)
        places = self.text(
            path, _LARGEST_NAMED, ManifestCode.ENV_FILE, self.findings, is_env_file=True
        )
        if places is None:
            return Values(environ=environ)
        values, faults = read_dotenv(places.text)
        for fault in faults:
            # Without the text: the line may hold a secret.
            place = Origin(shown, fault.line, fault.column, "env_file")
            self.findings.add(ManifestCode.ENV_FILE, place, "", fault.message, fault.remedy)
        return Values(shown, values, environ)

    def draft(
        self, raw: RawService, overlays: Sequence[Overlay], values: Values, findings: Findings
    ) -> ServiceDraft:
        fields = with_shared(canonical(raw.fields), raw.shared)
        fields, added = laid_over(raw, fields, overlays) if overlays else (fields, ())
        return filled(drafted(raw, fields, added, masks_of(raw, overlays), findings), values)
