"""Runs a page: titled blocks are files, `$` lines are typed, what stands beneath is compared.

A line that is `…` stands for any lines, `…` within a line for any text. A command that fails is
followed by `$ echo $?`. `https://oscar.example.org` and `https://lab.example.org` are emulators;
an emulator or a board that the page itself starts gets free ports, and answers where the page says
it does.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, Self

from tests.docs.pages import ROOT, Block
from tests.servers import until

PATIENCE_S = 120.0
# Typed again until it shows what is expected: a job needs its time. They change nothing.
_ASKS = re.compile(r"oscar-sync (storage (ls|get)|service (jobs|logs)|status)\b")
_EMULATOR = "oscar-sync emulator"
_BOARD = "--listen 127.0.0.1:8090"
_GREETING_END = "ssl_verify: true\n"


class Command(NamedTuple):
    """A line that is typed, what it shows, and the line of the page."""

    text: str
    expected: str
    line: int


class Outcome(NamedTuple):
    """The exit code of a command, what it showed, and whether the page says so."""

    code: int
    shown: str
    is_as_written: bool


class Shell:
    """A reader's terminal in *folder*: variables, folder and exit code last from line to line."""

    def __init__(self, folder: Path, addresses: dict[str, str], environ: dict[str, str]) -> None:
        """Start in a folder that is made; *addresses* of pages stand for those of emulators."""
        self.folder = folder / "page"
        self.folder.mkdir()
        self.addresses = dict(addresses)
        self._state = folder / "state"
        self._state.write_text(f"cd '{self.folder}'\n")
        self._servers: list[subprocess.Popen[bytes]] = []
        self._environ = {
            **{name: text for name, text in os.environ.items() if not _is_ours(name)},
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "CHECKOUT": str(ROOT),
            "PREPARED": str(ROOT / "tests/docs/prepared"),
            "HOME": str(folder),
            **environ,
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._servers:
            process.terminate()
            process.wait()

    def write(self, block: Block) -> None:
        """Write the file that a titled block shows, where the reader is now."""
        here = self._typed('printf %s "$PWD"').stdout
        path = Path(here) / block.title
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self._real(block.text), encoding="utf-8")

    def type(self, command: Command) -> Outcome:
        """Type *command*, until it shows what is expected if it only asks."""
        if command.text.startswith(_EMULATOR):
            return self._start_emulator(command)
        if _BOARD in command.text:
            return self._start_board(command)
        deadline = time.monotonic() + (PATIENCE_S if _ASKS.match(command.text) else 0)
        while True:
            done = self._typed(self._real(command.text))
            outcome = self._outcome(command, done.returncode, done.stdout, done.stderr)
            if outcome.is_as_written or time.monotonic() >= deadline:
                return outcome

    def _outcome(self, command: Command, code: int, out: str, err: str = "") -> Outcome:
        shown = [self._shown(text) for text in (out, err + out)]
        expected = pattern(command.expected)
        is_as_written = any(re.fullmatch(expected, text, re.DOTALL) for text in shown)
        return Outcome(code, shown[1], is_as_written)

    def _typed(self, text: str) -> subprocess.CompletedProcess[str]:
        state = f"'{self._state}'"
        keep = f'{{ export -p; echo "cd \'$PWD\'"; echo "(exit $code)"; }} > {state}'
        script = f". {state}\n{text}\ncode=$?\n{keep}\nexit $code\n"
        return subprocess.run(
            ["/bin/sh", "-c", script],
            env=self._environ,
            capture_output=True,
            text=True,
            check=False,
        )

    def _start_emulator(self, command: Command) -> Outcome:
        log = self._state.with_name(f"emulator-{len(self._servers)}")
        ready = log.with_suffix(".json")
        script = f". '{self._state}'; exec {command.text} --port 0 --s3-port 0"
        if "--ready-file" not in command.text:
            script += f" --ready-file '{ready}'"
        self._start(script, log, lambda: _GREETING_END in log.read_text(encoding="utf-8"))
        if ready.exists():
            places = json.loads(ready.read_text(encoding="utf-8"))
            self.addresses["http://127.0.0.1:8080"] = places["oscar"]
            self.addresses["http://127.0.0.1:9000"] = places["s3"]
        return self._outcome(command, 0, log.read_text(encoding="utf-8"))

    def _start_board(self, command: Command) -> Outcome:
        log = self._state.with_name("board")
        started = self._real(command.text.replace(_BOARD, "--listen 127.0.0.1:0"))

        def outcome() -> Outcome:
            shown = log.read_text(encoding="utf-8")
            if found := re.search(r"^board: (\S+)/$", shown, re.MULTILINE):
                self.addresses[f"http://{_BOARD.split()[1]}"] = found[1]
            return self._outcome(command, 0, shown)

        self._start(f". '{self._state}'; exec {started}", log, lambda: outcome().is_as_written)
        return outcome()

    def _start(self, script: str, log: Path, is_ready: Callable[[], bool]) -> None:
        """Start *script*, whose output goes to *log*, and return when it is ready."""
        with log.open("wb") as file:
            process = subprocess.Popen(
                ["/bin/sh", "-c", script], env=self._environ, stdout=file, stderr=file
            )
        self._servers.append(process)
        until(is_ready, process, script)

    def _real(self, text: str) -> str:
        for example, address in self.addresses.items():
            text = text.replace(example, address).replace(_host(example), _host(address))
        return text

    def _shown(self, text: str) -> str:
        for example, address in self.addresses.items():
            text = text.replace(address, example).replace(_host(address), _host(example))
        return text


def problem_of(page: Iterable[Block], shell: Shell) -> str:
    """Return what is not as *page* says, with its line; blank if it is true."""
    silent = ""  # a failure that the page has not told of yet
    for block in page:
        if block.title:
            shell.write(block)
        for command in commands(block) if block.is_run else ():
            if silent and command.text != "echo $?":
                return silent
            outcome = shell.type(command)
            told = f"line {command.line}: $ {command.text}\n{outcome.shown}"
            if not outcome.is_as_written:
                return told
            is_told = outcome.code == 0 or command.text == "echo $?"
            silent = "" if is_told else f"{told}(ended with {outcome.code}; no echo $? says so)"
    return silent


def _host(address: str) -> str:
    return address.partition("://")[2]


def _is_ours(name: str) -> bool:
    return any(word in name for word in ("OSCAR", "OIDC", "TOKEN", "XDG"))


def commands(block: Block) -> Iterator[Command]:
    """Return each command of a block with what it shows; after `\\` it goes on in the next line."""
    line = block.line
    parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
    for part in parts[1:]:
        typed = re.match(r"(?:.*\\\n)*.*\n", part)
        assert typed, part
        yield Command(typed[0].rstrip("\n"), part[typed.end() :], line + 1)
        line += part.count("\n")


def pattern(expected: str) -> str:
    """Return *expected* as a pattern: a line that is `…` is any lines, elsewhere it is any text.

    A digest is any: it covers the cluster's address, which is another one each time.
    """
    lines = [
        r"(?:.*\n)?" if line.strip() == "…" else re.escape(line).replace("…", r"[^\n]*")
        for line in expected.splitlines(keepends=True)
    ]
    return re.sub(r"Digest\\ [0-9a-f]{8}", r"Digest\\ [0-9a-f]{8}", "".join(lines))
