"""What is at a path that somebody wrote: its real path, and content in bounds."""

import errno
import os
import stat
from typing import Final

_CHUNK_BYTES: Final = 1 << 20
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def real_path(path: str | os.PathLike[str]) -> str:
    """Return the real path of *path*; the link itself where one on its way may not be read."""
    # Such links are of /proc, which lies outside of every folder that a run may read.
    try:
        return os.path.realpath(path)
    except OSError as error:
        return os.path.abspath(error.filename or path)
    except ValueError:  # a NUL: no file has such a name
        return os.path.abspath(path)


def read_within(path: str | os.PathLike[str], most_bytes: int) -> bytes:
    """Return what is in a file, a pipe or a device, its first *most_bytes* and one more at most.

    Raises:
        OSError: it cannot be read, or is a pipe that nobody writes to.
    """
    # To open such a pipe, or to read from it, would wait for ever; one of a shell has its writer.
    with open(path, "rb", buffering=0, opener=_without_waiting) as file:
        content = bytearray()
        if stat.S_ISFIFO(os.fstat(file.fileno()).st_mode):
            first = file.read(1)
            if first == b"":
                raise OSError(errno.EINVAL, "it is a pipe that nobody writes to")
            content += first or b""
        os.set_blocking(file.fileno(), True)
        while len(content) <= most_bytes:
            more = file.read(min(most_bytes + 1 - len(content), _CHUNK_BYTES))
            if not more:
                break
            content += more
    return bytes(content)


def is_exposed(path: str) -> bool:
    """Tell whether other users can read or change a file of this user's.

    As of ssh: what belongs to another user, or is mounted read-only, is another's to protect.
    """
    if os.name != "posix":
        return False
    try:
        found = os.stat(path)
        is_ours = found.st_uid == os.geteuid() and not os.statvfs(path).f_flag & os.ST_RDONLY
    except (OSError, ValueError):  # no path holds NUL
        return False  # whoever reads it says so
    return is_ours and stat.S_ISREG(found.st_mode) and bool(found.st_mode & _OTHERS)


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
