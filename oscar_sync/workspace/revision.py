"""Which commit files come from, as a mark says it: ``COMMIT``, or ``COMMIT+changes``."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from oscar_sync.documents.on_disk import real_path
from oscar_sync.workspace.git import checked_out_commit, work_tree
from oscar_sync.workspace.git_objects import files_of

_SHA1_DIGITS: Final = 40


def revision(folder: Path, contents: Mapping[str, bytes]) -> str:
    """Return the commit that is checked out around *folder*, and whether *contents* differ from it.

    *contents* are files as they were read, by absolute path. Blank where no git can tell.
    """
    tree, commit = work_tree(folder), checked_out_commit(folder)
    if tree is None or len(commit) != _SHA1_DIGITS:
        return ""
    committed = files_of(tree, commit)
    if committed is None:
        return ""
    root = real_path(tree)
    for path, content in contents.items():
        found = committed.get(os.path.relpath(real_path(path), root))
        if found is None or found.id not in _ids(content):
            return f"{commit}+changes"
    return commit


def _ids(content: bytes) -> tuple[str, ...]:
    """Return the ids that git may give a file: ``core.autocrlf`` commits other line ends."""
    unix = content.replace(b"\r\n", b"\n")
    return tuple(map(_id, {content, unix}))


def _id(content: bytes) -> str:
    head = b"blob %d\0" % len(content)
    return hashlib.sha1(head + content, usedforsecurity=False).hexdigest()
