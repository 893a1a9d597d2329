"""Where the settings file is: the first one above the PATHs, within their git work tree."""

import os
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from oscar_sync.documents.findings import Findings
from oscar_sync.documents.on_disk import real_path
from oscar_sync.documents.paths import shown_path
from oscar_sync.documents.private import is_private
from oscar_sync.errors import UsageError
from oscar_sync.settings.codes import SettingsCode

FILE_NAME: Final = "oscar-sync.yaml"
MISNAMED: Final = "oscar-sync.yml"  # as some write it: never read, since one name means one file


def _nothing(path: str) -> None:
    del path


class Where(Struct, frozen=True):
    """Where to look. ``paths`` are the PATHs of the command; relative ones count from ``cwd``.

    ``looked_for`` is called with every file that decides, also of one that does not exist.
    """

    paths: Sequence[str]
    cwd: str
    settings_file: str = ""
    environ: Mapping[str, str] = MappingProxyType({})
    looked_for: Callable[[str], None] = _nothing


def find(where: Where) -> str:
    if where.settings_file:
        path = os.path.normpath(os.path.join(where.cwd, where.settings_file))
        where.looked_for(path)
        if not os.path.isfile(path):
            raise UsageError(f"--settings {where.settings_file}: no such file")
        return path
    folder = first_folder(where)
    root = _work_tree(folder)
    while True:
        path = os.path.join(folder, FILE_NAME)
        where.looked_for(path)
        if os.path.lexists(path):
            return path  # a folder or a link that leads nowhere is reported, not passed over
        if folder == root or folder == os.path.dirname(folder):
            return ""
        folder = os.path.dirname(folder)


def leads_outside(path: str, *, is_named: bool) -> bool:
    """Tell whether *path* is a link out of its work tree, or to a private file, existing or not."""
    # A path that was named is still the repository's where it leads through a work tree: a link
    # there may lead anywhere (trust 4.3).
    tree = _work_tree(os.path.dirname(path))
    if not (os.path.exists(os.path.join(tree, ".git")) if is_named else os.path.islink(path)):
        return False
    below = os.path.relpath(real_path(path), real_path(tree))
    if below == os.path.relpath(path, tree):
        return False
    return below.split(os.sep)[0] == os.pardir or is_private(below)


def note_passed_over(where: Where, used: str, findings: Findings) -> None:
    """Warn of a settings file that a reader would expect to be used, and is not (trust 1.6)."""
    # Looked at are the working directory and every folder between it and the PATHs.
    if where.settings_file:
        return
    for folder in dict.fromkeys(folder for path in where.paths for folder in _between(where, path)):
        path = os.path.join(folder, FILE_NAME)
        where.looked_for(path)
        if path != used and os.path.lexists(path):
            shown = shown_path(path, where.cwd)
            instead = shown_path(used, where.cwd) if used else "none"
            findings.of_file(
                SettingsCode.PASSED_OVER, shown,
                f"is not used; the settings of {where.paths[0]} are: {instead}",
                f"use it by --settings {shown}",
            )  # fmt: skip
        misnamed = os.path.join(folder, MISNAMED)
        where.looked_for(misnamed)
        if os.path.lexists(misnamed):
            findings.of_file(
                SettingsCode.PASSED_OVER, shown_path(misnamed, where.cwd),
                f"is not read: settings are called {FILE_NAME}", f"rename it to {FILE_NAME}",
            )  # fmt: skip


def _between(where: Where, path: str) -> list[str]:
    place = os.path.normpath(os.path.join(where.cwd, path))
    folder = place if os.path.isdir(place) else os.path.dirname(place)
    above, below = sorted((where.cwd, folder), key=len)
    if not f"{below}{os.sep}".startswith(above.rstrip(os.sep) + os.sep):
        return [where.cwd]
    folders = [below]
    while folders[-1] != above:
        folders.append(os.path.dirname(folders[-1]))
    return folders


def first_folder(where: Where) -> str:
    path = os.path.normpath(os.path.join(where.cwd, where.paths[0] if where.paths else "."))
    return path if os.path.isdir(path) else os.path.dirname(path)


def _work_tree(folder: str) -> str:
    """Return the root of the git work tree of *folder*, *folder* itself outside of one."""
    above = folder
    while True:
        if os.path.exists(os.path.join(above, ".git")):
            return above
        if above == os.path.dirname(above):
            return folder
        above = os.path.dirname(above)
