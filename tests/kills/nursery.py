"""A warmed process without threads, whose children run one command each and may be killed.

It reads lines of JSON (arguments, environment) and answers each with two: the child's id as soon
as it is there, and how it ended (the exit code, or minus the signal).
"""

import gc
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

WARM: Final = (
    "_strptime",
    "encodings.idna",
    "minio",
    "obstore",
    "oscar_sync.cli.apply",
    "oscar_sync.cli.applying",
    "oscar_sync.cli.main",
    "oscar_sync.cli.plan",
    "oscar_sync.cli.progress",
    "oscar_sync.execution.execute",
    "oscar_sync.net.pool",
    "oscar_sync.net.reaching",
    "oscar_sync.planning.candidates",
    "oscar_sync.planning.closing",
    "oscar_sync.planning.hook_steps",
    "oscar_sync.planning.member_view",
    "oscar_sync.planning.removing",
    "oscar_sync.planning.repairing",
    "oscar_sync.planning.spent",
    "oscar_sync.planning.writing",
    "oscar_sync.reconcile.once",
    "oscar_sync.storage.buckets",
    "oscar_sync.storage.client",
    "oscar_sync.storage.hooks",
    "oscar_sync.storage.transfers",
    "oscar_sync.storage.store",
    "oscar_sync.wire.api",
    "oscar_sync.workspace.revision",
)


class Nursery:
    """The parent's side of it."""

    def __init__(self, running: subprocess.Popen[str], said: str) -> None:
        self._running = running
        self._said = said

    def start(self, args: Sequence[str], environ: Mapping[str, str], folder: str) -> int:
        """Return the id of a process that runs the command line *args* in *folder*."""
        order = {"args": [*args], "environ": {**environ}, "said": self._said, "folder": folder}
        assert self._running.stdin is not None
        self._running.stdin.write(json.dumps(order) + "\n")
        self._running.stdin.flush()
        return self._number()

    def end(self) -> int:
        """Return how the last one ended: its exit code, or minus the signal."""
        return self._number()

    @property
    def said(self) -> str:
        return Path(self._said).read_text(encoding="utf-8")

    def _number(self) -> int:
        assert self._running.stdout is not None
        return int(self._running.stdout.readline())


@contextmanager
def running_nursery(said: str) -> Iterator[Nursery]:
    """Start it; what the commands say goes into the file *said*, anew for each."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.kills.nursery"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        yield Nursery(running, said)
        assert running.stdin is not None
        running.stdin.close()


def _child(order: dict[str, Any]) -> None:
    from oscar_sync.cli.main import run

    said = os.open(order["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(said, 1)
    os.dup2(said, 2)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environ"])
    run(order["args"])


def _tell(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _serve() -> None:
    for name in WARM:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # a child that collects would copy every page of what it was born with
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            try:
                _child(json.loads(line))
            finally:
                os._exit(99)
        _tell(pid)
        _, status = os.waitpid(pid, 0)
        _tell(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    _serve()
