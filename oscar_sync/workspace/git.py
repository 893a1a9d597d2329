"""What a git work tree says of files: git itself is not run."""

import os
import re
from pathlib import Path
from typing import Final

_LARGEST: Final = 64 << 20
_COMMIT: Final = re.compile(r"[0-9a-f]{40,64}")


def is_tracked(path: Path) -> bool:
    """Tell whether the index of the work tree around *path* names it; False where none is read."""
    # An index of version 4, which no git writes unasked, shortens names and is not understood.
    tree = work_tree(path.parent)
    if tree is None:
        return False
    name = path.absolute().relative_to(tree).as_posix().encode()
    return _names(_read(_repository(tree) / "index"), name)


def checked_out_commit(folder: Path) -> str:
    """Return the commit of the work tree around *folder*; blank where none is read."""
    tree = work_tree(folder)
    if tree is None:
        return ""
    repository = _repository(tree)
    head = _line(repository / "HEAD")
    branch = head.removeprefix("ref: ")
    if branch != head:
        # A second work tree shares its branches with the first.
        shared = repository / (_line(repository / "commondir") or ".")
        head = _line(shared / branch) or _packed(shared, branch)
    return head if _COMMIT.fullmatch(head) else ""


def _packed(repository: Path, branch: str) -> str:
    lines = _read(repository / "packed-refs").decode(errors="replace").splitlines()
    return next((line.split()[0] for line in lines if line.endswith(f" {branch}")), "")


def work_tree(folder: Path) -> Path | None:
    """Return the work tree around *folder*, None where there is none."""
    folder = folder.absolute()
    return next((one for one in (folder, *folder.parents) if os.path.exists(one / ".git")), None)


def _repository(tree: Path) -> Path:
    """Return the folder of git; a second work tree or a submodule names it in a file."""
    marker = tree / ".git"
    return (
        tree / _line(marker).removeprefix("gitdir:").strip() if os.path.isfile(marker) else marker
    )


def _names(index: bytes, name: bytes) -> bool:
    """Tell whether *index* holds *name* as a whole: its length stands before it."""
    length = min(len(name), 0xFFF)
    at = index.find(name + b"\0")
    while at >= 2:
        if int.from_bytes(index[at - 2 : at], "big") & 0xFFF == length:
            return True
        at = index.find(name + b"\0", at + 1)
    return False


def _line(path: Path) -> str:
    return _read(path).decode(errors="replace").strip()


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(_LARGEST)
    except (OSError, ValueError):
        return b""
