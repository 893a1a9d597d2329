"""The files of a seed: sorted, regular, readable; everything else is reported."""

import os
import stat
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

from msgspec import Struct


class SourceFile(Struct, frozen=True, order=True):
    """A file to upload: ``relative`` with ``/`` below the source."""

    relative: str
    path: Path
    size_bytes: int


class SourceProblem(Struct, frozen=True, order=True):
    """Something in the source that cannot be uploaded, and why."""

    relative: str
    reason: str


class Source(Struct, frozen=True):
    """What a seed's source holds. With ``problems`` it is not complete."""

    files: tuple[SourceFile, ...]
    problems: tuple[SourceProblem, ...]


def walk(source: Path) -> Source:
    """Return the files below a folder, or the one file, in order of their relative path.

    Links are never followed: they and everything unreadable stand in ``problems``.
    """
    is_folder = source.is_dir() and not source.is_symlink()
    found = list(_found(source, "" if is_folder else source.name))
    files = sorted(entry for entry in found if isinstance(entry, SourceFile))
    problems = sorted(entry for entry in found if isinstance(entry, SourceProblem))
    return Source(tuple(files), tuple(problems))


def _found(path: Path, relative: str) -> Iterator[SourceFile | SourceProblem]:
    try:
        status = path.lstat()
        mode = status.st_mode
        if stat.S_ISDIR(mode):
            for name in sorted(os.listdir(path)):  # noqa: PTH208 - names, not paths
                yield from _found(path / name, f"{relative}/{name}" if relative else name)
        elif not stat.S_ISREG(mode):
            yield SourceProblem(relative, "is a link" if stat.S_ISLNK(mode) else "is no file")
        elif not os.access(path, os.R_OK):
            yield SourceProblem(relative, "cannot be read")
        else:
            yield SourceFile(relative, path, status.st_size)
    except OSError as error:
        yield SourceProblem(relative or path.name, f"cannot be read: {error.strerror}")


def open_regular(path: Path) -> BufferedReader:
    """Open a file for reading, never what a link leads to.

    Raises:
        OSError: it is a link, or cannot be read.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags), "rb")
