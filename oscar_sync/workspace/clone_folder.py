"""Whose the folder of a followed repository is: held by one run, and for one branch alone."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from oscar_sync.errors import UsageError
from oscar_sync.workspace.clone import Clone
from oscar_sync.workspace.followed import Followed
from oscar_sync.workspace.git import checked_out_commit
from oscar_sync.workspace.locks import lock, open_for_lock

_MARK: Final = "oscar-sync"
"""The file in `.git` that tells that the folder is ours, what is followed in it; it is locked."""


@contextmanager
def opened(followed: Followed) -> Iterator["Clone"]:
    """Hold the folder of *followed* within: nobody else changes it then.

    Raises:
        LockedError: another run follows a repository in it.
        UsageError: it holds something else, or cannot be made.
    """
    folder = followed.folder
    _refuse_foreign(folder)
    path = folder / ".git" / _MARK
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = open_for_lock(path)
    except OSError as error:
        raise UsageError(f"{folder} cannot be used: {error.strerror}; --git-folder names another") \
            from None  # fmt: skip
    try:
        lock(descriptor, str(folder), path)
        _claim(descriptor, followed)
        yield Clone(followed, descriptor)
    finally:
        os.close(descriptor)


def _refuse_foreign(folder: Path) -> None:
    """Raises UsageError: *folder* holds files that a clone of ours would delete."""
    git = folder / ".git"
    if os.path.isfile(git / _MARK) and not git.is_symlink():
        return
    if os.path.lexists(folder) and not os.path.isdir(folder):
        raise UsageError(f"{folder} is not a folder: name another by --git-folder")
    held = {path.name for path in folder.iterdir()} if os.path.isdir(folder) else set()
    if held - {".git"} or (
        held and (git.is_symlink() or not os.path.isdir(git) or any(git.iterdir()))
    ):
        raise UsageError(
            f"{folder} holds files that are not of a repository that oscar-sync follows, and would "
            "delete them: name an empty or new folder by --git-folder"
        )


def _claim(descriptor: int, followed: Followed) -> None:
    """Raises UsageError: a commit of another repository or branch was accepted in the folder."""
    wanted = f"{followed.remote.url}\n{followed.full_ref}\n".encode()
    found = os.pread(descriptor, len(wanted) + 4096, 0)
    if found == wanted:
        return
    if found and checked_out_commit(followed.folder):
        other = " ".join(found.decode(errors="replace").split())
        raise UsageError(
            f"{followed.folder} follows {other}: name another folder by --git-folder, or delete it"
        )
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, wanted, 0)
