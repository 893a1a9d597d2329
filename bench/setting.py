"""Where the rows run: interpreters, folders, the environment of children, stub servers."""

import contextlib
import http.client
import json
import os
import shutil
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench import workload
from bench.measuring import BrokenRunError, Sample, run

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(__file__).resolve().parent
PEERS = ROOT / ".bench"
RESULTS = PEERS / "results"
MOST = workload.KINDS
_KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE")


@dataclass(frozen=True, slots=True)
class Stub:
    """A running stub server."""

    port: int

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}"

    def reset(self) -> None:
        """Put every service back."""
        self._call("POST", "reset")

    def counts(self) -> dict[str, int]:
        """Return how many requests came, by method and path."""
        counts = json.loads(self._call("GET", "counts"))
        return {str(key): int(count) for key, count in counts.items()}

    def services(self) -> list[dict[str, Any]]:
        """Return the services that it shows now."""
        found: list[dict[str, Any]] = json.loads(self._answer("GET", "/system/services"))
        return found

    def _call(self, method: str, word: str) -> bytes:
        return self._answer(method, f"/_bench/{word}")

    def _answer(self, method: str, path: str) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path)
            return connection.getresponse().read()


@dataclass(frozen=True, slots=True)
class Emulated:
    """A running emulator in a process of its own."""

    url: str
    user: str
    password: str

    @property
    def login(self) -> dict[str, str]:
        """Return the environment of an oscar-sync that speaks to it."""
        return {
            "OSCAR_ENDPOINT": self.url,
            "OSCAR_USERNAME": self.user,
            "OSCAR_PASSWORD": self.password,
        }

    def call(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """Return the body of a good answer.

        Raises:
            BrokenRunError: another answer.
        """
        address = urlsplit(self.url)
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
        word = b64encode(f"{self.user}:{self.password}".encode()).decode()
        with contextlib.closing(connection):
            connection.request(method, path, body, {"Authorization": f"Basic {word}"})
            answer = connection.getresponse()
            content = answer.read()
        if answer.status >= 300:
            raise BrokenRunError(f"{method} {path} answered {answer.status}: {content[:200]!r}")
        return content


@dataclass(frozen=True)
class Setting:
    """A folder for the run, and how much is measured."""

    folder: Path
    rounds: int
    is_smoke: bool = False
    python: Path = field(default_factory=lambda: Path(sys.executable))

    @property
    def program(self) -> list[str | Path]:
        """Return the command line of the installed oscar-sync: no shim, no wrapper."""
        return [self.python, self.python.parent / "oscar-sync"]

    @property
    def slow_rounds(self) -> int:
        """Return how often a yardstick runs that takes more than a second."""
        return 1 if self.is_smoke else self.rounds

    @cached_property
    def environ(self) -> dict[str, str]:
        """Return the environment of children: no PYTHON* of the caller's, a home of their own."""
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        return {**kept, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}

    def login(self, stub: Stub) -> dict[str, str]:
        """Return the environment of an oscar-sync that speaks to *stub*."""
        named = {"OSCAR_ENDPOINT": stub.url, "OSCAR_USERNAME": "oscar", "OSCAR_PASSWORD": "bench"}
        return {**self.environ, **named}

    def peer(self, name: str) -> Path:
        """Return the path of a yardstick's program.

        Raises:
            SystemExit: the yardsticks are not installed.
        """
        path = PEERS / "bin" / name
        if not path.exists():
            raise SystemExit(f"{path} is missing: run `make bench`, which installs the yardsticks")
        return path

    def services(self, count: int, changed: Collection[int] = ()) -> Path:
        """Return a folder with *count* services, those at *changed* differing from the cluster."""
        folder = self.folder / f"services-{count}-{len(changed)}"
        if not folder.exists():
            workload.write(folder, count, changed)
        return folder

    def saved(self, folder: Path) -> Path:
        """Return a copy of *folder* in which a row may save files: the others go on from theirs."""
        copy = folder.with_name(f"{folder.name}-saved")
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        return copy

    @cached_property
    def canned(self) -> Path:
        """Return the file with the answers of a cluster that holds the workload unchanged."""
        file = self.folder / "canned.json"
        self.module("bench.canned", str(self.services(MOST)), str(file))
        return file

    def module(self, name: str, *args: str) -> Sample:
        """Run a module of ours in a process of its own."""
        return run([self.python, "-m", name, *args], self.environ, cwd=ROOT)

    @contextlib.contextmanager
    def emulator(self, *flags: str) -> Iterator[Emulated]:
        """Run the emulator with *flags* in a process of its own."""
        ready = self.folder / "emulator.json"
        ready.unlink(missing_ok=True)
        words = [*self.program, "emulator", "--port", "0", "--s3-port", "0"]
        command = [str(word) for word in (*words, "--ready-file", ready, *flags)]
        with subprocess.Popen(command, env=self.environ, stdout=subprocess.DEVNULL) as process:
            try:
                while not ready.exists():
                    if process.poll() is not None:
                        raise BrokenRunError(f"the emulator left with {process.returncode}")
                    time.sleep(0.05)
                told = json.loads(ready.read_text())
                yield Emulated(told["oscar"], told["user"], told["password"])
            finally:
                process.terminate()

    @contextlib.contextmanager
    def stub(self, count: int, latency_ms: float = 0, faulty: int = 0) -> Iterator[Stub]:
        """Serve *count* services by the canned answers; each *faulty*-th PUT fails."""
        words = (self.python, HERE / "stub.py", self.canned, count, latency_ms, faulty)
        command = [str(word) for word in words]
        with subprocess.Popen(command, env=self.environ, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            try:
                yield Stub(int(process.stdout.readline()))
            finally:
                process.kill()
