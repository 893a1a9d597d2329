"""What commits hold: read by git, which runs nothing that a repository names."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

_SLOWEST_S: Final = 60.0
# No hook, filter, monitor or transport is run, no object is fetched, no replacement is followed,
# and whose folder it is does not matter where nothing of it is executed.
_OPTIONS: Final = (
    "--no-replace-objects", "--no-optional-locks", "-c", "core.hooksPath=/dev/null",
    "-c", "core.fsmonitor=false", "-c", "protocol.allow=never", "-c", "safe.directory=*",
)  # fmt: skip
_ENVIRONMENT: Final = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


class Blob(Struct, frozen=True):
    """One entry of a commit: ``mode`` as git writes it (``100644``, ``120000``: a link …)."""

    mode: str
    id: str


def files_of(tree: Path, commit: str) -> Mapping[str, Blob] | None:
    """Return what *commit* holds, by path below the work tree *tree*; None where git cannot tell.

    Submodules are entries of mode ``160000``.
    """
    listing = run_git(tree, "ls-tree", "-r", "-z", "--full-tree", commit)
    if listing is None:
        return None
    entries = (entry.partition(b"\t") for entry in listing.split(b"\0") if entry)
    return {
        os.fsdecode(path): Blob(mode, name)
        for head, _, path in entries
        for mode, _, name in [head.decode().split(" ")]
    }


def run_git(tree: Path, *words: str, given: bytes = b"") -> bytes | None:
    """Return what git prints; None where there is no git, or it fails."""
    program = shutil.which("git")
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - reads objects; see the options
            [program, "-C", str(tree), *_OPTIONS, *words],
            env={**_ENVIRONMENT, "PATH": os.environ.get("PATH", os.defpath)},
            input=given,
            capture_output=True,
            timeout=_SLOWEST_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
