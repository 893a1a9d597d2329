"""The files of a seed: sorted, regular, readable; everything else is reported."""

import os
import stat
from collections.abc import Iterator
from io import BufferedReader
from operator import attrgetter
from pathlib import Path
from typing import Final

from msgspec import Struct

from oscar_sync.documents.ignore_file import IGNORE_FILE, LARGEST_BYTES, Ignored, ignored_by
from oscar_sync.documents.private import is_left_out, is_private

_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_POINTER_BYTES: Final = range(len(_POINTER), 1024)
"""How large the specification of Git LFS lets a pointer be."""
_REGULAR: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class SourceFile(Struct, frozen=True, order=True):
    """A file to upload: ``relative`` with ``/`` below the source; ``path`` is text, made faster."""

    relative: str
    path: str
    size_bytes: int


class SourceProblem(Struct, frozen=True, order=True):
    relative: str
    reason: str


class SourceFolder(Struct, frozen=True):
    """What a seed's source holds. With ``problems`` it is not complete.

    ``ignored`` are the patterns of the ignore file in it.
    """

    files: tuple[SourceFile, ...]
    problems: tuple[SourceProblem, ...]
    ignored: Ignored | None = None


def walk(source: Path) -> SourceFolder:
    """Return the files below a folder, or the one file, in order of their relative path."""
    # Links are never followed: they, what is private, Git LFS pointers in place of files and
    # everything unreadable are in ``problems``. ``.git``, ``.oscar-sync`` and what the folder's
    # ignore file names are not data.
    ignored = _ignored(source) if _is_folder(source) else None
    if isinstance(ignored, str):
        return SourceFolder((), (SourceProblem(IGNORE_FILE, f"cannot be used: {ignored}"),))
    entries = list(_entries(str(source), "" if _is_folder(source) else source.name, ignored))
    files = [entry for entry in entries if isinstance(entry, SourceFile)]
    problems = [entry for entry in entries if isinstance(entry, SourceProblem)]
    by_path = attrgetter("relative")
    return SourceFolder(
        tuple(sorted(files, key=by_path)), tuple(sorted(problems, key=by_path)), ignored
    )


def _ignored(folder: Path) -> Ignored | str | None:
    path = folder / IGNORE_FILE
    if not os.path.lexists(path):
        return None
    try:
        return ignored_by(read_regular(path, LARGEST_BYTES + 1))
    except OSError as error:
        return str(error.strerror)


def _is_folder(source: Path) -> bool:
    return os.path.isdir(source) and not source.is_symlink()


def _entries(
    path: str, relative: str, ignored: Ignored | None
) -> Iterator[SourceFile | SourceProblem]:
    try:
        status = os.lstat(path)
        if stat.S_ISDIR(status.st_mode):
            yield from _below(path, relative, ignored)
        else:
            yield _judged(path, relative, status)
    except OSError as error:
        yield _unreadable(relative or Path(path).name, error)


def _below(
    folder: str, relative: str, ignored: Ignored | None
) -> Iterator[SourceFile | SourceProblem]:
    """Yield what is in a folder, at any depth; the listing tells what is one without a look."""
    try:
        with os.scandir(folder) as listing:
            entries = list(listing)
    except OSError as error:
        yield _unreadable(relative or Path(folder).name, error)
        return
    for entry in entries:
        name = f"{relative}/{entry.name}" if relative else entry.name
        if is_left_out(entry.name) or name == IGNORE_FILE:
            continue
        try:
            is_folder = entry.is_dir(follow_symlinks=False)
            if ignored is not None and ignored.match_file(f"{name}/" if is_folder else name):
                continue
            if is_folder:
                yield from _below(entry.path, name, ignored)
            else:
                # The entry would keep what its own `stat` returns, of each file of the folder.
                yield _judged(entry.path, name, os.lstat(entry.path))
        except OSError as error:
            yield _unreadable(name, error)


def _judged(path: str, relative: str, status: os.stat_result) -> SourceFile | SourceProblem:
    if not stat.S_ISREG(status.st_mode):
        is_link = stat.S_ISLNK(status.st_mode)
        return SourceProblem(relative, "is a link" if is_link else "is not a file")
    if not os.access(path, os.R_OK):
        return SourceProblem(relative, "cannot be read")
    if is_private(relative):
        return SourceProblem(relative, "is private (.env, keys)")
    if status.st_size in _POINTER_BYTES and read_regular(path, len(_POINTER)) == _POINTER:
        return SourceProblem(relative, "is a Git LFS pointer: fetch the file by `git lfs pull`")
    return SourceFile(relative, path, status.st_size)


def _unreadable(relative: str, error: OSError) -> SourceProblem:
    return SourceProblem(relative, f"cannot be read: {error.strerror}")


def open_regular(path: Path) -> BufferedReader:
    """Open a file for reading, never what a link leads to.

    Raises:
        OSError: it is a link, or cannot be read.
    """
    return os.fdopen(os.open(path, _REGULAR), "rb")


def read_regular(path: str | Path, most_bytes: int) -> bytes:
    """Return what is in a file, *most_bytes* at the most, never what a link leads to.

    Of many threads, each call that waits lets another one go first: there are three for a file.

    Raises:
        OSError: it is a link, or cannot be read.
    """
    descriptor = os.open(path, _REGULAR)
    try:
        content = os.read(descriptor, most_bytes)
        while len(content) < most_bytes - 1 and (more := os.read(descriptor, most_bytes)):
            content = (content + more)[:most_bytes]
    finally:
        os.close(descriptor)
    return content


def read_at(descriptor: int, buffer: memoryview, place: int) -> int:
    """Fill *buffer* from *place* of a file on; return how much there was.

    Raises:
        OSError: it cannot be read.
    """
    done = 0
    while done < len(buffer) and (read := os.preadv(descriptor, [buffer[done:]], place + done)):
        done += read
    return done
