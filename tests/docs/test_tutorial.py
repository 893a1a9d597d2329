"""The tutorial works as it stands: its files are written, its commands run, its output is shown."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from oscar_sync.emulator.server import Emulator, EmulatorOptions

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
PATIENCE_S = 20.0


@pytest.fixture
def environ(tmp_path):
    with Emulator(EmulatorOptions(port=0, s3_port=0, run_scripts=True)) as emulator:
        yield {
            **{name: text for name, text in os.environ.items() if "OSCAR" not in name},
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(PAGE.parents[1]),
            "OSCAR_ENDPOINT": emulator.url,
            "OSCAR_USERNAME": emulator.user,
            "OSCAR_PASSWORD": emulator.password,
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
        }


def test_every_command_of_the_tutorial_prints_what_stands_there(tmp_path, environ):
    folder = tmp_path / "wordcount"
    folder.mkdir()
    sessions = 0
    for kind, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if text.startswith("# file: "):
            (folder / text.split()[2]).write_text(text, encoding="utf-8")
        elif kind == "console":
            for command, expected in commands(text):
                follows(command, expected, folder, environ)
                sessions += 1
    assert sessions > 15


def commands(text):
    """Return each command of a console block with what it prints."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def follows(command, expected, folder, environ):
    """Run *command* until it prints what is expected: a job may need its time."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        done = subprocess.run(
            ["/bin/sh", "-c", command], cwd=folder, env=environ, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        if re.fullmatch(pattern(expected), done.stdout, re.DOTALL):
            return
        assert time.monotonic() < deadline, (command, done.stdout, done.stderr)


def pattern(expected):
    """Return *expected* as a pattern: a line that is `…` is any lines, elsewhere it is any text."""
    lines = [
        r"(?:.*\n)?" if line == "…\n" else re.escape(line).replace("…", r"[^\n]*")
        for line in expected.splitlines(keepends=True)
    ]
    return "".join(lines)
