"""Saved files, after a quiet period: the one place that knows watchdog."""

import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

QUIET_S: Final = 0.3
_TOUCHING: Final = frozenset({"created", "modified", "moved", "deleted"})
_LEFT_OUT: Final = frozenset({"__pycache__", "node_modules", "site-packages"})


class Saves(FileSystemEventHandler):
    """Gathers which files were saved below some folders, however an editor saves them."""

    def __init__(self, folders: Iterable[Path]) -> None:
        """Watch *folders* and everything below them from now on."""
        self._names: set[str] = set()
        self._changed = threading.Condition()
        self._touched_at = 0.0
        self._observer = Observer()
        for folder in _outermost(folders):
            self._observer.schedule(self, str(folder), recursive=True)
        self._observer.start()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note a file that was written, moved or deleted; reading is no event."""
        if event.event_type not in _TOUCHING or event.is_directory:
            return
        names = [str(name) for name in (event.src_path, event.dest_path) if name]
        with self._changed:
            for name in names:
                if not _is_left_out(Path(name)):
                    self._names.add(name)
                    self._touched_at = time.monotonic()
            self._changed.notify_all()

    def wait(self, interval_s: float, stop: threading.Event) -> tuple[str, ...] | None:
        """Return the files saved since the last call, once 300 ms of quiet have passed.

        An empty tuple after *interval_s* without a save; None when *stop* is set.
        """
        deadline = time.monotonic() + interval_s
        with self._changed:
            while not stop.is_set():
                now = time.monotonic()
                quiet_at = self._touched_at + QUIET_S
                if self._names and now >= quiet_at:
                    names = tuple(sorted(self._names))
                    self._names.clear()
                    return names
                if not self._names and now >= deadline:
                    return ()
                pause = quiet_at - now if self._names else deadline - now
                self._changed.wait(min(max(pause, 0.001), 0.5))
        return None

    def close(self) -> None:
        """Stop watching."""
        self._observer.stop()
        self._observer.join()


def _is_left_out(path: Path) -> bool:
    """Tell whether *path* is nothing that a plan reads: hidden folders but for an ``.env`` file."""
    folders = path.parts[:-1]
    return any(
        part in _LEFT_OUT or (part.startswith(".") and len(part) > 1 and part != "..")
        for part in folders
    ) or path.name.endswith(("~", ".swp", ".swx"))


def _outermost(folders: Iterable[Path]) -> list[Path]:
    """Return *folders* without those that lie in another of them."""
    resolved = sorted({folder.resolve() for folder in folders})
    kept: list[Path] = []
    for folder in resolved:
        if not any(folder.is_relative_to(outer) for outer in kept):
            kept.append(folder)
    return kept
