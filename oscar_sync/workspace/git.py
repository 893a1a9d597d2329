"""Whether git tracks a file, by the index of its work tree: git itself is not run."""

from pathlib import Path
from typing import Final

_LARGEST_INDEX: Final = 64 << 20


def is_tracked(path: Path) -> bool:
    """Tell whether the index of the work tree around *path* names it; False where none is read."""
    # An index of version 4, which no git writes unasked, shortens names and is not understood.
    for folder in path.absolute().parents:
        marker = folder / ".git"
        if marker.exists():
            name = path.absolute().relative_to(folder).as_posix().encode()
            return _names(_index(marker), name)
    return False


def _names(index: bytes, name: bytes) -> bool:
    """Tell whether *name* stands in *index* as a whole: its length stands before it."""
    length = min(len(name), 0xFFF)
    at = index.find(name + b"\0")
    while at >= 2:
        if int.from_bytes(index[at - 2 : at], "big") & 0xFFF == length:
            return True
        at = index.find(name + b"\0", at + 1)
    return False


def _index(marker: Path) -> bytes:
    try:
        if marker.is_file():  # a work tree beside its repository, or a submodule
            text = marker.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
            marker = marker.parent / text
        with (marker / "index").open("rb") as stream:
            return stream.read(_LARGEST_INDEX)
    except (OSError, UnicodeDecodeError):
        return b""
