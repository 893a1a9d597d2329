"""Where the rows run: interpreters, folders, the environment of children, stub servers."""

import contextlib
import http.client
import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from bench import workload
from bench.measuring import Sample, run

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(__file__).resolve().parent
PEERS = ROOT / ".bench"
RESULTS = PEERS / "results"
MOST = 1000
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

    def _call(self, method: str, word: str) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, f"/_bench/{word}")
            return connection.getresponse().read()


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
    def stub(self, count: int, latency_ms: float = 0) -> Iterator[Stub]:
        """Serve the first *count* services of the canned answers."""
        words = (self.python, HERE / "stub.py", self.canned, count, latency_ms)
        command = [str(word) for word in words]
        with subprocess.Popen(command, env=self.environ, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            try:
                yield Stub(int(process.stdout.readline()))
            finally:
                process.kill()
