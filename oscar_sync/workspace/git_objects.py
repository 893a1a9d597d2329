"""What commits hold: read by git, which runs nothing that a repository names."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from oscar_sync.errors import UsageError
from oscar_sync.workspace.git_program import run_git

LARGEST_FILE: Final = 16 << 20
LARGEST_COMMIT: Final = 256 << 20
LONGEST_WORDS: Final = 200
"""So many characters of an author and of a subject are kept: whoever commits chooses their size."""
_LINK: Final = "120000"
_LFS: Final = b"version https://git-lfs.github.com/spec/"


class CommittedFile(Struct, frozen=True):
    """A file of a commit; ``mode`` is git's: ``100644``, ``120000`` for a link, and others."""

    mode: str
    id: str
    size_bytes: int


def commit_named(tree: Path, ref: str) -> str:
    """Return the commit that *ref* names in the repository of *tree*, blank if there is none."""
    words = ("--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    found = _read(tree, "rev-parse", *words)
    return found.decode().strip() if found else ""


def author_of(tree: Path, commit: str) -> tuple[str, str]:
    """Return who wrote *commit*, and its first line; both blank where git cannot tell."""
    found = _read(tree, "show", "-s", "--no-show-signature", "--format=%an%x00%s", commit, "--")
    name, _, subject = (found or b"").decode(errors="replace").strip().partition("\0")
    return name[:LONGEST_WORDS], subject[:LONGEST_WORDS]


def files_of(tree: Path, commit: str, below: str = "") -> Mapping[str, CommittedFile] | None:
    """Return what *commit* holds *below* a folder, by path; None where git cannot tell."""
    folder = ("--", f":(top,literal){below}") if below else ()
    listing = _read(tree, "ls-tree", "-r", "-l", "-z", "--full-tree", commit, *folder)
    if listing is None:
        return None
    found = {}
    for line in filter(None, listing.split(b"\0")):
        head, _, path = line.partition(b"\t")
        mode, _, name, size = head.decode().split()
        found[os.fsdecode(path)] = CommittedFile(mode, name, int(size) if size.isdecimal() else 0)
    return found


def write_files(tree: Path, files: Mapping[str, CommittedFile], target: Path) -> tuple[str, ...]:
    """Write *files* below the empty folder *target*; return those that are Git LFS pointers.

    One that is too large to be read is as large, and empty. Links come last, so that nothing is
    written through one. A submodule becomes an empty folder.

    Raises:
        UsageError: a name leads out of *target*, git fails, or all together is too much.
    """
    for path in files:
        if unsafe := [part for part in path.split("/") if _is_unsafe(part)]:
            raise UsageError(f"the commit holds {path!r}: a name cannot be {unsafe[0]!r}")
    plain = {path: entry for path, entry in files.items() if entry.mode.startswith("100")}
    read = {path: entry for path, entry in plain.items() if entry.size_bytes <= LARGEST_FILE}
    if sum(entry.size_bytes for entry in read.values()) > LARGEST_COMMIT:
        raise UsageError(f"the files of the commit are over {LARGEST_COMMIT >> 20} MiB")
    links = {path: entry for path, entry in files.items() if entry.mode == _LINK}
    contents = dict(_contents(tree, {entry.id for entry in (*read.values(), *links.values())}))
    for path, entry in files.items():
        place = target / path
        folder = place if entry.mode.startswith("16") else place.parent
        folder.mkdir(parents=True, exist_ok=True)
        if path in plain:
            place.write_bytes(contents.get(entry.id, b""))
            if path not in read:
                os.truncate(place, entry.size_bytes)
    for path, entry in links.items():
        (target / path).symlink_to(os.fsdecode(contents[entry.id]))
    return tuple(path for path, entry in read.items() if contents[entry.id].startswith(_LFS))


def _is_unsafe(part: str) -> bool:
    return part in {"", ".", ".."} or part.lower() == ".git" or "\\" in part


def _contents(tree: Path, ids: set[str]) -> Iterator[tuple[str, bytes]]:
    """Raises UsageError: git does not give one of them."""
    given = "".join(f"{one}\n" for one in sorted(ids)).encode()
    answer = _read(tree, "cat-file", "--batch", given=given)
    at = 0
    for _ in ids:
        head, found, _ = (answer or b"")[at : at + 128].partition(b"\n")
        words = head.split()
        if not found or len(words) != 3:
            raise UsageError("git does not hold every file of the commit: fetch it as a whole")
        start = at + len(head) + 1
        at = start + int(words[2]) + 1
        yield words[0].decode(), (answer or b"")[start : at - 1]


def _read(tree: Path, *words: str, given: bytes = b"") -> bytes | None:
    """Return what git prints; None where there is no git, or it fails."""
    done = run_git(("-C", str(tree), *words), given=given)
    return done.output if done.is_done else None
