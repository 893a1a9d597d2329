"""Files that are written whole or not at all: results, exports and downloads."""

import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

_PART: Final = re.compile(r"\..*\.[0-9a-f]{8}\.part")


@contextmanager
def whole(local: Path) -> Iterator[BinaryIO]:
    """Open a file that becomes *local* at the end of the block, and vanishes after an error.

    Until then *local* is as it was, also for whoever reads it then. A file that is replaced
    leaves its permissions to the new one. A link is replaced as well, and what it names is left
    alone: on a stranger's branch it could name any file.

    Raises:
        OSError: its folder does not exist, or it cannot be written.
    """
    part = local.with_name(f".{local.name[:60]}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            yield file
        with suppress(FileNotFoundError):
            before = local.lstat().st_mode
            if stat.S_ISREG(before):
                part.chmod(stat.S_IMODE(before))
        part.replace(local)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def is_part(name: str) -> bool:
    """Tell by its *name* a file that :func:`whole` has not completed."""
    return _PART.fullmatch(name) is not None


def write_whole(local: Path, content: bytes) -> None:
    """Raises OSError: the folder does not exist, or the file cannot be written."""
    with whole(local) as file:
        file.write(content)
