"""Which files below a PATH are manifests (product 2.1)."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct, field

from oscar_sync.documents.ignore_file import (
    IGNORE_FILE,
    LARGEST_BYTES,
    OVER_LIMIT,
    Ignored,
    ignored_by,
)
from oscar_sync.documents.on_disk import real_path
from oscar_sync.documents.paths import shown_path
from oscar_sync.documents.suggestion import did_you_mean
from oscar_sync.manifests.codes import ManifestCode
from oscar_sync.manifests.findings import Findings
from oscar_sync.manifests.gaps import (
    LEADS_OUTSIDE,
    NOT_CHECKED_OUT,
    NOT_REGULAR,
    OTHER_NAME,
    TOO_LARGE,
    holds_fdl,
)
from oscar_sync.manifests.load.files import TooLargeError, reason_of
from oscar_sync.manifests.load.reader import Reader

SUFFIXES: Final = (".yaml", ".yml", ".fdl.json")
LARGEST_DISCOVERED: Final = 2 << 20
SETTINGS_FILE: Final = "oscar-sync.yaml"
_SKIPPED_FOLDERS: Final = frozenset({"overlays", "node_modules", "site-packages"})
_LIKE_A_MANIFEST: Final = re.compile(
    r"\.(ya?ml|fdl)(?![a-z])|\.json$|^[^.]+(\.txt)?$", re.IGNORECASE
)
_SUBMODULE: Final = re.compile(r"^\s*path\s*=\s*(.*?)/?\s*$", re.MULTILINE)
_ENVIRONMENT_MARK: Final = "pyvenv.cfg"


def _meant(missing: str) -> str:
    """Return what to write in place of a PATH that is not there."""
    folder, name = os.path.split(missing)
    if any(sign in name for sign in "*?["):
        return "write the pattern without quotes, so that the shell expands it, or name the folder"
    try:
        hint = did_you_mean(name, os.listdir(folder))
    except OSError:
        hint = ""
    return hint or "check the PATH on the command line"


class Discovery(Struct, frozen=True):
    """What a walk needs to know: who reads, where names are shown from, what is left out.

    ``own`` are the settings file and oscar-cli's: no manifests. ``gaps`` grows with the files that
    may hold services and are not read, each with the reason. ``linked`` grows with the links to
    folders, and where they lead: each place is walked once. ``left_out`` grows with what is ignored
    below each such place.
    """

    reader: Reader
    cwd: str
    own: tuple[str, str]
    findings: Findings
    gaps: dict[str, str]
    linked: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, dict[str, None]] = field(default_factory=dict)

    def files(self, paths: Sequence[str]) -> list[str]:
        """Return the absolute paths of all manifests of *paths*, each once, sorted within each."""
        manifests: dict[str, None] = {}
        for path in paths:
            absolute = os.path.normpath(os.path.join(self.cwd, path))
            self.reader.looked_for(absolute)
            if os.path.isdir(absolute):
                manifests.update(dict.fromkeys(self._walk(absolute, absolute, (), None)))
            elif os.path.lexists(absolute):
                manifests[absolute] = None
            else:
                self.findings.of_file(
                    ManifestCode.NO_SUCH_PATH,
                    shown_path(absolute, self.cwd),
                    "no such file or folder",
                    _meant(absolute),
                )
        return self._once(manifests) if self.linked or len(paths) > 1 else list(manifests)

    def _once(self, manifests: Iterable[str]) -> list[str]:
        """Return each file once; of several ways to it the one without a link."""
        ways: dict[str, list[str]] = {}
        for path in manifests:
            ways.setdefault(real_path(path), []).append(path)
        links = tuple(f"{link}{os.sep}" for link in self.linked.values())
        return [
            next((path for path in one if not path.startswith(links)), one[0])
            for one in ways.values()
        ]

    def _walk(
        self, folder: str, root: str, above: tuple[str, ...], ignored: Ignored | None
    ) -> Iterator[str]:
        self.reader.listed(folder)
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            self._unreadable(folder, reason_of(error))
            return
        names = {entry.name for entry in entries}
        if _ENVIRONMENT_MARK in names and folder != root:
            return
        if folder == root and IGNORE_FILE in names:
            ignored = self._ignore_spec(folder)
        for entry in entries:
            yield from self._entry(entry, root, above, ignored)

    def _entry(
        self, entry: "os.DirEntry[str]", root: str, above: tuple[str, ...], ignored: Ignored | None
    ) -> Iterator[str]:
        is_barred = self._leads_outside(entry)  # first: what is outside is not even looked at
        is_folder = not is_barred and _is_folder(entry)
        if not (is_barred or _is_looked_at(entry.name, is_folder=is_folder)):
            return
        below = _below(entry.path, root, is_folder=is_folder)
        if ignored is not None and ignored.match_file(below):
            for real in above:
                path = _below(entry.path, self.linked[real], is_folder=is_folder)
                self.left_out.setdefault(real, {})[path] = None
            return
        if is_barred:
            self._barred(entry)
        elif is_folder:
            yield from self._folder(entry, root, above, ignored)
        elif not entry.name.endswith(SUFFIXES):
            self._look_into(entry)
        elif self._is_wanted(entry):
            yield entry.path

    def _leads_outside(self, entry: "os.DirEntry[str]") -> bool:
        """Tell a link that leads outside, existing or not; one to a folder above is a loop."""
        if entry.name.startswith(".") or not entry.is_symlink():
            return False
        real = real_path(entry.path)
        here = real_path(os.path.dirname(entry.path))
        is_loop = f"{here}{os.sep}".startswith(f"{real}{os.sep}")
        return not is_loop and not self.reader.scope.holds(real)

    def _barred(self, entry: "os.DirEntry[str]") -> None:
        if real_path(entry.path) == os.devnull:
            self._gap(entry.path, NOT_REGULAR)  # how some switch a file off
            return
        if entry.name.endswith(SUFFIXES) or "." not in entry.name:
            self._outside(entry.path)
        else:
            self._gap(entry.path, LEADS_OUTSIDE)

    def _folder(
        self, entry: "os.DirEntry[str]", root: str, above: tuple[str, ...], ignored: Ignored | None
    ) -> Iterator[str]:
        if _is_empty(entry.path) and _is_submodule(entry.path):
            self._gap(entry.path, NOT_CHECKED_OUT)
        if entry.is_symlink():
            real = real_path(entry.path)
            here = real_path(os.path.dirname(entry.path))
            if f"{here}{os.sep}".startswith(f"{real}{os.sep}") or real in above:
                self.findings.of_file(
                    ManifestCode.SYMLINK_LOOP,
                    shown_path(entry.path, self.cwd),
                    "the symbolic link leads back to a folder above it",
                    f"remove the link, or name it in {IGNORE_FILE}",
                )
                return
            if real in self.linked:
                self._check_left_out(real, entry.path, root, ignored)
                return
            self.linked[real] = entry.path
            above = (*above, real)
        yield from self._walk(entry.path, root, above, ignored)

    def _check_left_out(self, real: str, link: str, root: str, ignored: Ignored | None) -> None:
        """Note what *link* would show of a place that was walked by a link whose files it hides."""
        way = _below(link, root, is_folder=True)
        for path in self.left_out.get(real, ()):
            if ignored is None or not ignored.match_file(way + path):
                other = shown_path(os.path.join(self.linked[real], path), self.cwd)
                self.findings.of_file(
                    ManifestCode.SYMLINK_LOOP,
                    shown_path(link, self.cwd),
                    f"leads to the same folder as another link, and {IGNORE_FILE} leaves out only "
                    f"{other}",
                    "remove one of the links, or ignore the file by both",
                )
                return

    def _is_wanted(self, entry: "os.DirEntry[str]") -> bool:
        if entry.path in self.own or entry.name == SETTINGS_FILE:
            return False
        try:
            stated = entry.stat()
        except OSError as error:
            self._unreadable(entry.path, reason_of(error))
            return False
        size = stated.st_size
        if size > LARGEST_DISCOVERED:
            self.findings.of_file(
                ManifestCode.TOO_LARGE_FILE,
                shown_path(entry.path, self.cwd),
                f"over 2 MiB ({size:,} bytes): not parsed",
                f"name it in {IGNORE_FILE}, or name it as a PATH if it is an FDL",
            )
            self._gap(entry.path, TOO_LARGE)
            return False
        self.reader.looked_for(entry.path, stated)
        if not entry.is_file():
            self._gap(entry.path, NOT_REGULAR)
            return False
        return True

    def _look_into(self, entry: "os.DirEntry[str]") -> None:
        if not _is_regular(entry):
            return
        try:
            head = self.reader.read(entry.path, LARGEST_DISCOVERED).decode(errors="replace")
        except OSError:
            return  # no manifest by its name: what it holds does not matter here
        if holds_fdl(head):
            self._gap(entry.path, OTHER_NAME)

    def _gap(self, path: str, reason: str) -> None:
        self.gaps[shown_path(path, self.cwd)] = reason

    def _ignore_spec(self, folder: str) -> Ignored | None:
        path = os.path.join(folder, IGNORE_FILE)
        try:
            ignored = ignored_by(self.reader.read(path, LARGEST_BYTES))
        except TooLargeError:
            ignored = OVER_LIMIT
        except OSError as error:
            ignored = reason_of(error)
        if isinstance(ignored, str):
            self._unreadable(path, ignored)
            return None
        return ignored

    def _unreadable(self, path: str, reason: str) -> None:
        self.findings.of_file(
            ManifestCode.UNREADABLE,
            shown_path(path, self.cwd),
            f"cannot be read: {reason}",
            f"make it readable, or name it in {IGNORE_FILE}",
        )

    def _outside(self, path: str) -> None:
        self.findings.of_file(
            ManifestCode.SCRIPT_OUTSIDE,
            shown_path(path, self.cwd),
            "the link leads outside the settings' folder",
            "allow what it leads to by --allow-outside, or remove the link",
        )


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    """Tell a folder, or a link to one, from the rest; a link to itself leads to none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_regular(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def _is_looked_at(name: str, *, is_folder: bool) -> bool:
    if name.startswith("."):
        return False
    if is_folder:
        return name not in _SKIPPED_FOLDERS
    return name.endswith(SUFFIXES) or _may_be_manifest(name)


def _may_be_manifest(name: str) -> bool:
    """Tell a name that a manifest may have got by renaming: A.YAML, a.yaml.bak, a.yml~, a.fdl."""
    return _LIKE_A_MANIFEST.search(name) is not None


def _is_empty(folder: str) -> bool:
    try:
        with os.scandir(folder) as listing:
            return next(listing, None) is None
    except OSError:
        return False  # reported by who walks it


def _is_submodule(folder: str) -> bool:
    """Tell whether git checks out a repository of its own in *folder*, by `.gitmodules` above."""
    above = os.path.dirname(folder)
    while above != os.path.dirname(above):
        try:
            with open(os.path.join(above, ".gitmodules"), "rb") as stream:
                listed = stream.read(LARGEST_DISCOVERED).decode(errors="replace")
        except OSError:
            above = os.path.dirname(above)
            continue
        below = os.path.relpath(folder, above).replace(os.sep, "/")
        return below in _SUBMODULE.findall(listed)
    return False


def _below(path: str, root: str, *, is_folder: bool) -> str:
    below = path[len(root) :].lstrip(os.sep).replace(os.sep, "/")
    return f"{below}/" if is_folder else below
