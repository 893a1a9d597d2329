"""The last runs, in a file of lines: losing it loses nothing else."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

import msgspec

from oscar_sync.model.run import PastRun
from oscar_sync.workspace.files import NOT_WAITING, UNLINKED
from oscar_sync.workspace.key import FOLDER, make_folder
from oscar_sync.workspace.locks import open_for_lock

if sys.platform != "win32":
    import fcntl

NAME: Final = "history.jsonl"
KEPT: Final = 200
_MOST: Final = 2 * KEPT
_LONGEST: Final = 64 << 10
_LARGEST: Final = 8 << 20
WAIT_S: Final = 2.0
"""Writing takes milliseconds: whoever holds the file longer is stuck."""
_TURN_S: Final = 0.02
_HELD: Final = "another process holds it; stop that one, or name another folder by --history"
_LINE: Final = msgspec.json.Decoder(PastRun)


def history_file(settings_folder: Path, folder: Path | None = None) -> Path:
    """Return where runs are kept: in *folder*, else beside the key of the settings' folder."""
    return (folder if folder is not None else settings_folder / FOLDER) / NAME


def read_runs(path: Path) -> tuple[PastRun, ...]:
    """Return the last runs, the newest last; none where there is no file.

    Of a file that is longer than ours get the beginning is not read; a link is not followed.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | NOT_WAITING | UNLINKED), "rb") as file:
            _skip(file)
            return tuple(_runs(file.read(_LARGEST)))[-KEPT:]
    except FileNotFoundError:
        return ()


def add_run(path: Path, run: PastRun, wait_s: float = WAIT_S) -> None:
    """Write *run* as the last line, and leave out the oldest once there are twice as many.

    Raises:
        BlockingIOError: another process holds the file, for *wait_s* seconds already.
        OSError: it cannot be written.
    """
    make_folder(path.parent)
    line = msgspec.json.encode(run) + b"\n"
    descriptor = open_for_lock(path)
    with os.fdopen(descriptor, "r+b") as file:
        _lock(descriptor, time.monotonic() + wait_s)  # until the file is closed
        _skip(file)
        begin, content = file.tell(), file.read(_LARGEST)
        lines = content.count(b"\n")
        if content and not content.endswith(b"\n"):  # a run that was killed while it wrote
            content = content[: content.rfind(b"\n") + 1]
            file.truncate(begin + len(content))
        if not begin and lines < _MOST:
            file.seek(len(content))
            file.write(line)
            return
        kept = b"".join(content.splitlines(keepends=True)[-KEPT + 1 :]) + line
        file.seek(0)
        file.write(kept)
        file.truncate()


def _lock(descriptor: int, until_s: float) -> None:
    if sys.platform == "win32":
        return
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= until_s:
                raise BlockingIOError(error.errno, _HELD) from None
        else:
            return
        time.sleep(_TURN_S)


def _skip(file: IO[bytes]) -> None:
    """Go to the end but for as much as a history of ours has at most."""
    file.seek(max(0, file.seek(0, os.SEEK_END) - _LARGEST))


def _runs(content: bytes) -> Iterator[PastRun]:
    for line in content.splitlines():
        try:
            yield _LINE.decode(line[:_LONGEST])
        except (ValueError, RecursionError):
            continue  # half a line, a damaged one, or one of a later release
