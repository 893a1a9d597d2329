"""A week of watching with a board: saves, faults, a killed cluster, 50 pages, and nothing leaks.

Run ``python -m tools.soak_watch --saves 10000``. The clock is moved on after each save, so that
10,000 of them make a week; the emulated cluster runs in a process of its own. It exits with 1
where memory, descriptors or threads have grown since the first fifth.
"""

import argparse
import contextlib
import gc
import json
import os
import selectors
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self
from urllib.parse import urlsplit

import msgspec

from oscar_sync.cli.options import history_of
from oscar_sync.cli.output import Output
from oscar_sync.cli.run_record import RunRecord
from oscar_sync.cli.screen import Screen
from oscar_sync.cli.watch import command
from oscar_sync.cli.watch_board import BoardFeed
from oscar_sync.cli.watch_problem import WatchProblem
from oscar_sync.cli.watching import Watching
from oscar_sync.model.exits import Exit
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.desire.request import DesireRequest
from tools.weed import free_ports

WEEK_S: Final = 7 * 86400.0
_SERVICES: Final = 12
_SEEN_S: Final = 30.0
_MOST_GROWN_MB: Final = 8.0
_MOST_GROWN: Final = 0.03
_FDL: Final = """\
functions:
  oscar:
  - any:
      name: svc-{number}
      image: ghcr.io/x/hello:1.0
      memory: {memory}Mi
      script: run-{number}.sh
      input:
      - storage_provider: minio.default
        path: soak-{number}/in
"""
_PAGES: Final = 50
_TOKEN: Final = "a-token-of-the-soak"
_ASKED: Final = (
    "/", "/cluster/edge", "/service/edge/svc-3", "/api/plan", "/api/status", "/api/history",
    "/metrics",
)  # fmt: skip
_FAULTS: Final = (
    "GET /system/services:500-before",
    "GET /system/services:truncate",
    "GET /system/config:reset",
    "GET /system/info:401",
    "GET /system/services:refuse",
    "GET /system/services:403",
)


class Use(NamedTuple):
    """What the process holds: megabytes, Python's memory blocks, descriptors, threads."""

    rss_mb: float
    blocks: int
    descriptors: int
    threads: int


def used() -> Use:
    """Return what this process holds now (Linux)."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    descriptors = len([*Path("/proc/self/fd").iterdir()])
    rss_mb = pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)
    return Use(rss_mb, sys.getallocatedblocks(), descriptors, threading.active_count())


@dataclass(slots=True)
class Clock:
    """The time of a watch: it goes by itself, and further by hand."""

    ahead_s: float = 0.0

    def now(self) -> float:
        """Return seconds since some moment."""
        return time.monotonic() + self.ahead_s


class Watched(Watching):
    """A watch that counts its passes."""

    passes: int = 0
    ended: threading.Condition = msgspec.field(default_factory=threading.Condition)

    def pass_once(
        self, request: DesireRequest, connections: Connections, names: tuple[str, ...] | None
    ) -> Exit | None:
        """Pass once, and tell who waits for it."""
        code = Watching.pass_once(self, request, connections, names)
        with self.ended:
            self.passes += 1
            self.ended.notify_all()
        return code

    def passed(self, after: int) -> int:
        """Return the number of passes once there are more than *after*.

        Raises:
            RuntimeError: none comes.
        """
        with self.ended:
            if not self.ended.wait_for(lambda: self.passes > after, _SEEN_S):
                raise RuntimeError(f"nothing was planned for {_SEEN_S:g} s after pass {after}")
            return self.passes


class Project:
    """A folder of manifests, and all ways to save in it."""

    def __init__(self, folder: Path, settings: str) -> None:
        """Write the files."""
        self.folder = folder
        self.settings = settings
        self.turn = 0
        folder.mkdir()
        (folder / "oscar-sync.yaml").write_text(settings)
        for number in range(_SERVICES):
            self.fdl(number).write_text(_FDL.format(number=number, memory=256))
            self.script(number).write_text("#!/bin/sh\n")

    def fdl(self, number: int) -> Path:
        """Return the manifest of a service."""
        return self.folder / f"svc-{number}.yaml"

    def script(self, number: int) -> Path:
        """Return the script of a service."""
        return self.folder / f"run-{number}.sh"

    def save(self, turn: int) -> None:
        """Save something, each turn another way."""
        ways: Sequence[Callable[[int], None]] = (
            self._in_place, self._script, self._renamed, self._as_vim_does, self._anew,
            self._broken, self._settings, self._in_place, self._script, self._moved,
        )  # fmt: skip
        self.turn = turn
        ways[turn % len(ways)](turn)

    def _text(self, turn: int) -> tuple[Path, str]:
        number = turn % _SERVICES
        return self.fdl(number), _FDL.format(number=number, memory=256 + turn % 1000)

    def _in_place(self, turn: int) -> None:
        file, text = self._text(turn)
        file.write_text(text)

    def _script(self, turn: int) -> None:
        self.script(turn % _SERVICES).write_text(f"#!/bin/sh\necho {turn}\n")

    def _renamed(self, turn: int) -> None:
        file, text = self._text(turn)
        beside = file.with_name(f".{file.name}.tmp")
        beside.write_text(text)
        beside.replace(file)

    def _as_vim_does(self, turn: int) -> None:
        file, text = self._text(turn)
        backup = file.with_name(f"{file.name}~")
        file.rename(backup)
        file.write_text(text)
        backup.unlink()

    def _anew(self, turn: int) -> None:
        file, text = self._text(turn)
        file.unlink()
        file.write_text(text)

    def _broken(self, turn: int) -> None:
        """Save what cannot be used; one of the next turns mends it."""
        self.fdl(turn % _SERVICES).write_text(f"functions: [ # {turn}")

    def _settings(self, turn: int) -> None:
        for number in range(_SERVICES):
            self.fdl(number).write_text(_FDL.format(number=number, memory=512))
        (self.folder / "oscar-sync.yaml").write_text(f"{self.settings}# {turn}\n")

    def _moved(self, turn: int) -> None:
        away = self.folder.with_name("away")
        self.folder.rename(away)
        (away / f"svc-{turn % _SERVICES}.yaml").write_text(self._text(turn)[1])
        away.rename(self.folder)


class Cluster:
    """The emulated cluster, by its own API and by the one that puts faults in."""

    def __init__(self, ready: Path) -> None:
        """Know where it is."""
        told = json.loads(ready.read_text())
        self.url, self.user, self.password = told["oscar"], told["user"], told["password"]

    def fault(self, text: str) -> None:
        """Put a fault in the way of requests; blank takes all away."""
        word = b64encode(f"{self.user}:{self.password}".encode()).decode()
        method, body = ("POST", text.encode()) if text else ("DELETE", None)
        request = urllib.request.Request(  # noqa: S310 - loopback
            f"{self.url}/_emulator/faults", body, {"Authorization": f"Basic {word}"}, method=method
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
            answer.read()


class Emulated:
    """An emulated cluster in a process of its own, which may be killed and started again."""

    def __init__(self, folder: Path) -> None:
        """Start it."""
        self._ready = folder / "ready.json"
        self._words = ["--port", "0", "--s3-port", "0"]
        self._start()
        self.cluster = Cluster(self._ready)
        told = json.loads(self._ready.read_text())
        ports = [str(urlsplit(told[name]).port) for name in ("oscar", "s3")]
        login = ["--user", self.cluster.user, "--password", self.cluster.password]
        self._words = ["--port", ports[0], "--s3-port", ports[1], *login]

    def _start(self) -> None:
        self._ready.unlink(missing_ok=True)
        words = ("emulator", *self._words, "--admin", "--ready-file", str(self._ready))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "oscar_sync", *words], stdout=subprocess.DEVNULL
        )
        while not self._ready.exists():
            if self._process.poll() is not None:
                raise RuntimeError(f"the emulator left with {self._process.returncode}")
            time.sleep(0.05)

    def again(self) -> None:
        """Kill it, and start it again without what it held."""
        self.end()
        self._start()

    def end(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.wait()


class Pages:
    """Pages of a board that stay open: one thread reads all their streams."""

    def __init__(self, address: str) -> None:
        """Open none yet."""
        host, _, port = address.rpartition(":")
        self._address = host, int(port)
        self._selector = selectors.DefaultSelector()
        self._open: list[socket.socket] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> Self:
        """Open them."""
        for _ in range(_PAGES):
            self._one_more()
        self._thread.start()
        return self

    def _one_more(self) -> None:
        page = socket.create_connection(self._address, timeout=30)
        page.sendall(self._request("GET", "/events"))
        self._selector.register(page, selectors.EVENT_READ)
        self._open.append(page)

    def _request(self, method: str, path: str) -> bytes:
        head = f"Host: localhost\r\nAuthorization: Bearer {_TOKEN}\r\nContent-Length: 0\r\n"
        return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode()

    def _read(self) -> None:
        while not self._over.is_set():
            for ready, _ in self._selector.select(0.2):
                with contextlib.suppress(OSError):  # it was closed just now
                    os.read(ready.fd, 1 << 16)

    def ask(self, path: str, method: str = "GET") -> None:
        """Ask for *path*; whatever comes is read and dropped."""
        with socket.create_connection(self._address, timeout=30) as asking:
            end = b"Connection: close\r\n\r\n"
            asking.sendall(self._request(method, path).removesuffix(b"\r\n") + end)
            while asking.recv(1 << 16):
                pass

    def leave_one(self) -> None:
        """Close the page that is open for longest, and open another."""
        page = self._open.pop(0)
        self._selector.unregister(page)
        page.close()
        self._one_more()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all."""
        self._over.set()
        self._thread.join()
        for page in self._open:
            page.close()
        self._selector.close()


def soak(saves: int, *, is_applying: bool, told: Callable[[str], None]) -> list[str]:
    """Return what has grown over *saves* saves that make a week, nothing where all is well."""
    with tempfile.TemporaryDirectory(prefix="oscar-sync-soak-") as name:
        folder = Path(name).resolve()
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        os.environ["HOME"] = str(folder)
        (folder / "token").write_text(_TOKEN)
        emulated = Emulated(folder)
        try:
            cluster = emulated.cluster
            settings = (
                f"set: soak\nclusters:\n  edge:\n    endpoint: {cluster.url}\n"
                f"    auth_user: {cluster.user}\n    auth_password: {cluster.password}\n"
                '  "*": edge\n'
            )
            project = Project(folder / "project", settings)
            return _soaked(project, emulated, saves, is_applying=is_applying, told=told)
        finally:
            emulated.end()


def _soaked(
    project: Project,
    emulated: Emulated,
    saves: int,
    *,
    is_applying: bool,
    told: Callable[[str], None],
) -> list[str]:
    flags = ["--apply", "--yes"] if is_applying else []
    token, (port,) = project.folder.with_name("token"), free_ports(1)
    flags += ["--listen", f"127.0.0.1:{port}", "--listen-token-file", str(token)]
    flags += ["--history", str(project.folder.with_name("history"))]
    options = command.make_context("watch", [str(project.folder), *flags]).params
    outputs = (Output("text", os.devnull), Output("events", os.devnull))
    clock = Clock()
    screen = Screen()
    trouble = WatchProblem(float(options["interval"]), screen.say)
    record = RunRecord("watch", "", history_of(options))
    feed = BoardFeed(options, record)
    watch = Watched(
        options, outputs, record, screen, trouble, feed, now=clock.now, quiet_s=0.005,
        connections=Connections(os.environ, sleep=lambda _: None),
    )  # fmt: skip
    found: list[str] = []
    done = threading.Event()

    def save_all() -> None:
        try:
            turns = _saved(watch, clock, project, emulated, saves)
            found.extend(_counted(turns, saves, told))
        except (OSError, RuntimeError) as error:
            shown = feed.board.picture
            found.append(
                f"save {project.turn}: {error} ({shown.now}; {shown.problem or 'all well'})"
            )
        finally:
            done.set()
            watch.stop.set()

    saver = threading.Thread(target=save_all)
    saver.start()
    code = watch.run()
    ended = [] if done.is_set() else [f"the watch ended by itself with {code!r}"]
    saver.join()
    return [*ended, *found]


def _saved(
    watch: Watched,
    clock: Clock,
    project: Project,
    emulated: Emulated,
    saves: int,
) -> Iterator[tuple[int, int]]:
    """Save, and put faults in the way; yield the turn and the number of passes after each."""
    passes = watch.passed(0)
    with Pages(watch.options["listen"]) as pages:
        for turn in range(saves):
            if turn % 20 == 10:
                emulated.cluster.fault(_FAULTS[turn // 20 % len(_FAULTS)])
            if turn % 250 == 60:
                emulated.again()
            project.save(turn)
            clock.ahead_s += WEEK_S / saves
            passes = watch.passed(passes)
            if turn % 20 == 13:
                emulated.cluster.fault("")
            if turn % 100 == 15:  # an hour in which nothing is saved
                clock.ahead_s += 3600.0
                passes = watch.passed(passes)
            if turn % 5 == 0:
                pages.ask(_ASKED[turn // 5 % len(_ASKED)])
                pages.leave_one()
            if turn % 25 == 7:
                pages.ask("/api/sync", "POST")
            yield turn, passes


def _counted(
    turns: Iterator[tuple[int, int]], saves: int, told: Callable[[str], None]
) -> list[str]:
    # Pages and the cluster come and go: one moment says little. What leaks is more at every moment
    # of the end than at any of a stretch after the beginning.
    stretch, warm, end = max(1, saves // 10), list[Use](), list[Use]()
    passes = 0
    for turn, passes in turns:
        if turn % stretch == 0:
            told(f"{turn:>6} saves  {passes:>6} plans  {used()}")
        if turn % max(1, stretch // 6) == 0 or turn == saves - 1:
            if saves // 5 <= turn < saves // 5 + stretch:
                warm.append(used())
            if turn >= saves - stretch:
                end.append(used())
    told(f"{saves:>6} saves  {passes:>6} plans  {end[-1]}")
    return _grown(_each(max, warm), _each(min, end))


def _each(choose: Callable[[Iterable[Any]], Any], many: Sequence[Use]) -> Use:
    """Return what *choose* takes of each kind among *many*."""
    return Use(*map(choose, zip(*many, strict=True)))


def _grown(warm: Use, end: Use) -> list[str]:
    found = []
    if end.rss_mb > warm.rss_mb + _MOST_GROWN_MB:
        found.append(f"memory grew from {warm.rss_mb:.1f} to {end.rss_mb:.1f} MB")
    if end.blocks > warm.blocks * (1 + _MOST_GROWN):
        found.append(f"memory blocks grew from {warm.blocks:,} to {end.blocks:,}")
    if end.descriptors > warm.descriptors + 2:
        found.append(f"descriptors grew from {warm.descriptors} to {end.descriptors}")
    if end.threads > warm.threads + 1:
        found.append(f"threads grew from {warm.threads} to {end.threads}")
    return found


def _tell(text: str) -> None:
    print(text, flush=True)


def main() -> int:
    """Return 0 where nothing has grown, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tools.soak_watch", description=__doc__)
    parser.add_argument("--saves", type=int, default=10_000)
    parser.add_argument("--apply", action="store_true", help="carry out what is planned")
    given = parser.parse_args()
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stderr(nowhere):
        found = soak(given.saves, is_applying=given.apply, told=_tell)
    for sentence in found:
        print(f"fails: {sentence}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
