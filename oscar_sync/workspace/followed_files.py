"""The files of a commit that is followed: what a commit may not hold to be checked out."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from oscar_sync.workspace.followed import Followed
from oscar_sync.workspace.git_objects import LONGEST_WORDS, CommittedFile, files_of
from oscar_sync.workspace.key import FOLDER as OWN_FOLDER

LARGEST_COMMIT: Final = 4 << 30
_LONGEST_NAME_BYTES: Final = 255


def check_files(followed: Followed, commit: str) -> None:
    """Raises RepositoryError: the commit does not hold the path, or what it may not."""
    files = files_of(followed.folder, commit)
    if files is None:
        raise followed.remote.error(f"git cannot list the files of commit {commit}")
    if not _holds(files, followed.path):
        raise followed.remote.error(
            f"commit {commit} does not hold {followed.path}",
            "correct --path; a folder that is gone is never an empty desired state",
        )
    if path := next(filter(_has_long_name, files), ""):
        raise followed.remote.error(
            f"commit {commit} holds {path[:LONGEST_WORDS]}, a name that is too long to write",
            "shorten it in the repository",
        )
    if path := _in_place_of_own(files, followed.folder):
        raise followed.remote.error(
            f"commit {commit} holds {path}, where oscar-sync keeps its key and pause",
            "delete it from the repository",
        )
    if sum(file.size_bytes for file in files.values()) > LARGEST_COMMIT:
        raise followed.remote.error(
            f"the files of commit {commit} are over {LARGEST_COMMIT >> 30} GiB"
        )


def _holds(files: Mapping[str, CommittedFile], path: str) -> bool:
    """Tell whether a commit of *files* has a file at *path*, or a folder with files."""
    wanted = os.path.normpath(path)
    if wanted == ".":
        return bool(files)
    file = files.get(wanted)
    is_file = file is not None and file.mode.startswith("100")
    return is_file or any(name.startswith(f"{wanted}/") for name in files)


def _has_long_name(path: str) -> bool:
    # Git would write the other files before it fails.
    return any(len(os.fsencode(part)) > _LONGEST_NAME_BYTES for part in path.split("/"))


def _in_place_of_own(files: Mapping[str, CommittedFile], folder: Path) -> str:
    """Return what git would put in the place of a folder of ours in *folder*, blank for nothing."""
    # A checkout by force deletes what is not committed, to put a file or a link there.
    for path in files:
        if OWN_FOLDER in path.casefold().split("/"):
            return path
        place = folder / path
        if os.path.isdir(place) and not place.is_symlink() and any(place.rglob(OWN_FOLDER)):
            return path
    return ""
