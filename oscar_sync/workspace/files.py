"""Small files of our own: never through a link, never half written, never over another's."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

# Windows has none of them.
UNLINKED: Final[int] = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
NOT_WAITING: Final[int] = getattr(os, "O_NONBLOCK", 0)
"""Opening a pipe does not wait for whoever writes to it."""


def read_unlinked(path: Path) -> tuple[str, int]:
    """Return text and mode of a file that is reached by no link of its own or of its folder.

    Raises:
        OSError: it cannot be read, or is a link.
        UnicodeDecodeError: it is not text.
    """
    if path.parent.is_symlink():
        raise OSError(errno.ELOOP, "its folder is a link")
    descriptor = os.open(path, os.O_RDONLY | UNLINKED)
    with os.fdopen(descriptor, encoding="utf-8") as file:
        return file.read(), os.fstat(file.fileno()).st_mode


def create_exclusively(path: Path, text: str) -> bool:
    """Write *text* to a new file of mode 0600, whole or not at all; False if one is there already.

    Raises:
        OSError: it cannot be written.
    """
    with _draft(path, text) as draft:
        return _take_name(draft, path)


def put_in_place(path: Path, text: str) -> None:
    """Write *text* to a file of mode 0600: whole, or the one that is there stays.

    Raises:
        OSError: it cannot be written.
    """
    with _draft(path, text) as draft:
        draft.replace(path)


@contextmanager
def _draft(path: Path, text: str) -> Iterator[Path]:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | UNLINKED, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _take_name(draft: Path, path: Path) -> bool:
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        if os.path.lexists(path):
            return False
        draft.rename(path)
    return True
