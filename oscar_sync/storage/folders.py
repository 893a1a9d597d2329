"""Folders made on the way, level by level, for stores that have real ones."""

import threading
from collections.abc import Callable


class Folders:
    """Makes each missing folder once, from any number of threads."""

    def __init__(self, is_there: Callable[[str], bool], make: Callable[[str], None]) -> None:
        """*is_there* asks the store for a folder, *make* makes one whose parent exists."""
        self._is_there = is_there
        self._make = make
        self._known: set[str] = {""}
        self._lock = threading.Lock()

    def ensure(self, folder: str) -> None:
        """Let *folder* and all above it exist. The lowest that does is searched for from below."""
        # From above, a log-in that may write in its own folder only would already fail there.
        with self._lock:
            missing = []
            while folder not in self._known and not self._is_there(folder):
                missing.append(folder)
                folder = folder.rpartition("/")[0]
            self._known.add(folder)
            for one in reversed(missing):
                self._make(one)
                self._known.add(one)
