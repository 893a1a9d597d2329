"""Saved files, after a quiet period: the one place that knows watchdog."""

import os
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct, field
from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileAttribEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch
from watchdog.observers.polling import PollingObserver

from oscar_sync.documents.ignore_file import IGNORE_FILE
from oscar_sync.documents.on_disk import real_path
from oscar_sync.manifests.load.discovery import SUFFIXES
from oscar_sync.manifests.load.reader import Signature, signature_of
from oscar_sync.reconcile import own_files
from oscar_sync.reconcile.own_files import OwnFiles
from oscar_sync.reconcile.reads import Reads

QUIET_S: Final = 0.3
LONGEST_S: Final = 10.0
"""A plan is made after so long even where files are written without a pause."""

LOOK_S: Final = 0.5
"""How often is looked at what no event tells of: moved folders, files that stand elsewhere."""

KEY_S: Final = 0.1
"""How often is asked for a key."""

_MOST_FOLDERS: Final = 32
"""Folders of single files that get a thread of their own; the others are only looked at."""

_EVENTS: Final[list[type[FileSystemEvent]]] = [
    DirCreatedEvent, DirDeletedEvent, DirMovedEvent, FileAttribEvent, FileCreatedEvent,
    FileDeletedEvent, FileModifiedEvent, FileMovedEvent,
]  # fmt: skip
_LEFT_OUT: Final = frozenset({"__pycache__", "node_modules", "site-packages"})
_ENVIRONMENT_MARK: Final = "pyvenv.cfg"

Identity = tuple[int, int]
"""Device and inode of a folder: a folder of the same name may be another one."""


class Woken(Struct, frozen=True):
    """Why a wait ended: ``files`` were saved or went; with none, the time came or a key did."""

    files: tuple[str, ...] = ()
    key: str = ""


class _Folder(Struct):
    """A folder that is listened to, as it was then; ``watch`` is None while it is away."""

    is_tree: bool
    identity: Identity | None = None
    watch: ObservedWatch | None = None


class _Watched(Struct, frozen=True):
    """What counts, by real paths: ``trees`` are listened to, ``seeds`` count whole.

    ``singles`` are the files of which no tree tells, as they were when they were read.
    """

    trees: tuple[str, ...] = ()
    seeds: tuple[str, ...] = ()
    files: frozenset[str] = frozenset()
    singles: dict[str, Signature | None] = field(default_factory=dict)


class Saves(FileSystemEventHandler):
    """Gathers which files of a plan were saved, however an editor saves them.

    Folders are listened to; those that are moved away and back are listened to again. With
    ``poll_s`` (seconds) everything is looked at instead, for file systems that tell of no change.
    """

    def __init__(
        self,
        *,
        poll_s: float | None = None,
        quiet_s: float = QUIET_S,
        now: Callable[[], float] = time.monotonic,
        on_note: Callable[[str], None] = lambda text: None,
        own: OwnFiles = own_files.NONE,
    ) -> None:
        self.poll_s = poll_s
        self._quiet_s = quiet_s
        self._now = now
        self._on_note = on_note
        self._own = own
        self._changed = threading.Condition()
        self._names: set[str] = set()
        self._is_woken = False
        self._first_at = self._last_at = 0.0
        self._watched = _Watched()
        self._folders: dict[str, _Folder] = {}
        self._asked: set[str] = set()
        # Of a folder that comes back it says that it was there before.
        warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"watchdog\.")
        self._observer = self._started()

    def _started(self) -> BaseObserver:
        try:
            made = PollingObserver(timeout=self.poll_s) if self.poll_s else Observer()
            made.start()
        except OSError as error:
            if self.poll_s:
                raise
            self._poll_instead(error)
            made = PollingObserver(timeout=LOOK_S)
            made.start()
        return made

    def _poll_instead(self, error: OSError) -> None:
        reason = error.strerror or str(error)
        self._on_note(
            f"the system watches no more files for us ({reason}): looking every {LOOK_S:g} s "
            "instead; raise fs.inotify.max_user_watches and max_user_instances, or use --poll"
        )
        self.poll_s = LOOK_S

    # -- what is watched

    def follow(self, reads: Reads) -> None:
        """Watch what *reads* names from now on, and nothing else."""
        watched = _watched(reads)
        with self._changed:
            self._watched = watched
        folders = sorted({os.path.dirname(file) for file in watched.singles})
        self._listen(watched.trees, folders[:_MOST_FOLDERS])
        # Asked only where there are folders that were not there the last time: each question opens
        # and closes a descriptor of inotify while others are read.
        held = {os.path.dirname(file) for file in reads.files}
        is_asked, self._asked = held <= self._asked, held
        if is_asked or self.poll_s or sys.platform != "linux":
            return
        if self._poll_if_exhausted():
            saved = [path for path, before in reads.files.items() if signature_of(path) != before]
            with self._changed:
                self._note(saved)

    def _listen(self, trees: Iterable[str], folders: Iterable[str]) -> None:
        wanted = dict.fromkeys(folders, False) | dict.fromkeys(trees, True)
        for path, folder in list(self._folders.items()):
            if wanted.get(path) is not folder.is_tree:
                self._unschedule(folder)
                del self._folders[path]
        for path, is_tree in wanted.items():
            if path not in self._folders:
                self._folders[path] = _Folder(is_tree)
                self._schedule(path, self._folders[path])

    def _schedule(self, path: str, folder: _Folder) -> None:
        """Listen to *path* if it is there; where the system refuses, look at everything."""
        folder.identity = _identity(path)
        if folder.identity is None:
            return
        try:
            folder.watch = self._observer.schedule(
                self, path, recursive=folder.is_tree, event_filter=_EVENTS
            )
        except FileNotFoundError:
            folder.identity = None
        except OSError as error:
            if self.poll_s:
                raise
            self._poll_instead(error)
            self._restart()

    def _poll_if_exhausted(self) -> bool:
        """Look at everything where watches ran out, and tell whether they did.

        Of a folder below a watched one that cannot be watched, watchdog tells nobody; so one watch
        more is asked for.
        """
        try:
            self._observer.unschedule(self._observer.schedule(FileSystemEventHandler(), os.sep))
        except OSError as error:
            self._poll_instead(error)
            self._restart()
            return True
        return False

    def _unschedule(self, folder: _Folder) -> None:
        if folder.watch is not None:
            self._observer.unschedule(folder.watch)
            folder.watch = None

    def _restart(self) -> None:
        self._stop()
        self._observer = self._started()
        for path, folder in self._folders.items():
            folder.watch = None
            self._schedule(path, folder)

    # -- what happens

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note what a plan reads or searches; what else happens in its folders is not a change."""
        names = [os.fsdecode(name) for name in (event.src_path, event.dest_path) if name]
        with self._changed:
            counting = [name for name in names if self._counts(name, event.is_directory)]
            if counting:
                self._note(counting)

    def _counts(self, name: str, is_folder: bool) -> bool:  # noqa: FBT001 - as watchdog tells it
        watched = self._watched
        if self._own.hold(name):
            return False
        if name in watched.files and not is_folder:
            return True
        if name.startswith(tuple(map(_inside, watched.seeds))):
            return not is_folder
        tree = next((tree for tree in watched.trees if name.startswith(_inside(tree))), None)
        if tree is None or _is_left_out(name[len(_inside(tree)) :]):
            return False
        end = os.path.basename(name)
        return is_folder or end.endswith(SUFFIXES) or end in {IGNORE_FILE, _ENVIRONMENT_MARK}

    def _note(self, names: Iterable[str]) -> None:
        now = self._now()
        self._first_at = self._first_at if self._names else now
        self._last_at = now
        self._names.update(names)
        self._changed.notify_all()

    def _look(self) -> None:
        """Look at what no event tells of: folders that are others now, files that stand alone."""
        moved: list[str] = []
        # Polling ends where a folder is away at that moment, though it is back before this look.
        listening = {one.watch for one in self._observer.emitters if one.is_alive()}
        for path, folder in self._folders.items():
            is_deaf = folder.watch is not None and folder.watch not in listening
            if is_deaf or _identity(path) != folder.identity:
                self._unschedule(folder)
                self._schedule(path, folder)
                moved.extend([path] if folder.is_tree else ())
        singles = self._watched.singles
        saved = [path for path, before in singles.items() if signature_of(path) != before]
        told = [path for path in saved if not self._own.hold(path)]
        with self._changed:
            singles.update((path, signature_of(path)) for path in saved)
            if moved or told:
                self._note([*moved, *told])

    # -- waiting

    def wait(
        self, until: float, stop: threading.Event, key: Callable[[], str] | None = None
    ) -> Woken:
        """Return the files saved since the last call, once there was quiet for a while."""
        # Nothing saved at the time *until*, or when *stop* is set: none of them. *key* is asked
        # now and then for a key that was pressed.
        look_s = self.poll_s or LOOK_S
        look_at = self._now()
        while not stop.is_set():
            if self._now() >= look_at:
                self._look()
                look_at = self._now() + look_s
            pressed = key() if key else ""
            if pressed:
                return Woken(key=pressed)
            with self._changed:
                now = self._now()
                quiet_at = min(self._last_at + self._quiet_s, self._first_at + LONGEST_S)
                if self._names and now >= quiet_at:
                    names, self._names = tuple(sorted(self._names)), set()
                    return Woken(names)
                if not self._names and (self._is_woken or now >= until):
                    self._is_woken = False
                    return Woken()
                pause_s = min(quiet_at if self._names else until, look_at) - now
                self._changed.wait(min(max(pause_s, 0.001), KEY_S if key else LOOK_S))
        return Woken()

    def wake(self) -> None:
        """End the wait, from any thread, as if its time had come."""
        with self._changed:
            self._is_woken = True
            self._changed.notify_all()

    def close(self) -> None:
        self._stop()

    def _stop(self) -> None:
        self._observer.stop()
        self._observer.join()


def _inside(folder: str) -> str:
    return folder if folder.endswith(os.sep) else folder + os.sep


def outermost(folders: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for folder in sorted(folders):
        if not _inside(folder).startswith(tuple(map(_inside, kept))):
            kept.append(folder)
    return tuple(kept)


def _watched(reads: Reads) -> _Watched:
    """Return what *reads* comes to, links followed as far as they lead today."""
    seeds = outermost({real_path(seed) for seed in reads.seeds if os.path.isdir(seed)})
    trees = outermost({*map(real_path, reads.folders), *seeds})
    inside = tuple(map(_inside, trees))
    real: dict[str, str] = {}
    files, singles = set(), {}
    for file, signature in reads.files.items():
        folder, name = os.path.split(file)
        if folder not in real:
            real[folder] = real_path(folder)
        place = os.path.join(real[folder], name)
        files.add(place)
        is_told = place in trees or _inside(real[folder]).startswith(inside)
        if not is_told or os.path.islink(file):
            singles[file] = signature
    return _Watched(trees, seeds, frozenset(files), singles)


def _identity(path: str) -> Identity | None:
    try:
        stated = os.stat(path)
    except OSError:
        return None
    return stated.st_dev, stated.st_ino


def _is_left_out(below: str) -> bool:
    parts = below.split(os.sep)
    is_hidden = any(part.startswith(".") for part in parts) and parts[-1] != IGNORE_FILE
    return is_hidden or any(part in _LEFT_OUT for part in parts)
