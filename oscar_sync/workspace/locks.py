"""One run at a time for a cluster, on this machine (safety.md 6)."""

import hashlib
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from oscar_sync.errors import LockedError
from oscar_sync.workspace.files import UNLINKED

if sys.platform != "win32":
    import fcntl


@contextmanager
def cluster_lock(
    identity: str, environ: Mapping[str, str], on_note: Callable[[str], None] | None = None
) -> Iterator[None]:
    """Hold the lock of the cluster *identity* within; without one, and a note, if it has no place.

    The file is in the user's cache folder, so that two checkouts share it. It is never deleted:
    a lock on a deleted file locks nobody out.

    Raises:
        LockedError: another run holds it.
    """
    if sys.platform == "win32":
        yield
        return
    try:
        path = lock_path(identity, environ)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = open_for_lock(path)
    except OSError as error:
        if on_note:
            on_note(f"no lock for {identity} ({error.strerror}): do not start two runs at once")
        yield
        return
    try:
        lock(descriptor, identity, path)
        yield
    finally:
        os.close(descriptor)


def lock_path(identity: str, environ: Mapping[str, str]) -> Path:
    """Return the lock file of *identity*.

    Raises:
        OSError: the environment names no cache folder and no home.
    """
    return cache_folder(environ) / "locks" / f"{file_name(identity)}.lock"


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Return where this program keeps what it can make again.

    Raises:
        OSError: the environment names no cache folder and no home.
    """
    cache, home = environ.get("XDG_CACHE_HOME", ""), environ.get("HOME", "")
    if not Path(cache).is_absolute():
        if not home:
            raise OSError(None, "no home folder is known")
        cache = f"{home}/.cache"
    return Path(cache) / "oscar-sync"


def file_name(text: str) -> str:
    """Return a name for what *text* names: a readable part, and a hash that tells it apart."""
    words = re.sub(r"[^A-Za-z0-9.-]+", "-", text).strip(".-")[:40]
    mark = hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()[:16]
    return f"{words}-{mark}"


def open_for_lock(path: Path) -> int:
    """Raises OSError: the file at *path* cannot be opened or made, or is a link."""
    return os.open(path, os.O_RDWR | os.O_CREAT | UNLINKED, 0o600)


def lock(descriptor: int, identity: str, path: Path) -> None:
    """Lock the open file *descriptor* until it is closed.

    Raises:
        LockedError: another run holds it.
    """
    if sys.platform != "win32":
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockedError(identity, str(path)) from None
