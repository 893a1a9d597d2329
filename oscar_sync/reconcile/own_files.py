"""The files that a run writes itself: they are no change to a watch, and not data of a seed."""

import os
import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

_STREAMS: Final = ("/proc/self/fd/1", "/proc/self/fd/2")
"""Where stdout and stderr go: links to the files that a shell redirected them to."""
_PART: Final = re.compile(r"\..*\.[0-9a-f]{8}\.part")
"""What ``storage.whole`` calls a file that is not complete yet."""


class OwnFiles(Struct, frozen=True):
    """Real paths; ``names`` are the last parts of them."""

    paths: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def hold(self, path: str) -> bool:
        """Tell whether the file at *path* is one of them, or one that is being written."""
        folder, name = os.path.split(path)
        if name in self.names:
            return f"{os.path.realpath(folder)}{os.sep}{name}" in self.paths
        return name.endswith(".part") and _PART.fullmatch(name) is not None


NONE: Final = OwnFiles()


def own_files(paths: Iterable[str]) -> OwnFiles:
    """Return the files at *paths*, and those that stdout and stderr are redirected to."""
    real = frozenset(map(os.path.realpath, (*filter(None, paths), *_STREAMS)))
    return OwnFiles(real, frozenset(map(os.path.basename, real)))
