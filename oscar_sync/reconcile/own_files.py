"""The files that a run writes itself: they are not a change to a watch, and not data of a seed."""

import os
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from oscar_sync.documents.on_disk import real_path
from oscar_sync.storage.whole import is_part

_STREAMS: Final = ("/proc/self/fd/1", "/proc/self/fd/2")
"""Where stdout and stderr go: links to the files that a shell redirected them to."""


class OwnFiles(Struct, frozen=True):
    """Real paths; ``names`` are the last parts of them."""

    paths: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def hold(self, path: str) -> bool:
        """Tell whether the file at *path* is one of them, or one that is being written."""
        folder, name = os.path.split(path)
        if name in self.names:
            return f"{real_path(folder)}{os.sep}{name}" in self.paths
        return is_part(name)


NONE: Final = OwnFiles()


def own_files(paths: Iterable[str]) -> OwnFiles:
    """Return the files at *paths*, and those that stdout and stderr are redirected to."""
    real = frozenset(map(real_path, (*filter(None, paths), *_STREAMS)))
    return OwnFiles(real, frozenset(map(os.path.basename, real)))
