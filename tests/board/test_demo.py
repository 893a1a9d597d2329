"""The demo: every command of its story ends as expected, and a terminal gets a board in the end."""

import os
import re
import subprocess
import sys

import pytest
import requests

from tests.servers import until

STORY = """\
import sys
from pathlib import Path
from oscar_sync.cli.demo import begin, show_board
show_board(begin(Path(sys.argv[1]), *sys.argv[2:]))
"""


@pytest.fixture
def terminal():
    ours, theirs = os.openpty()
    yield ours, theirs
    os.close(ours)
    os.close(theirs)


def start(folder, emulator, terminal, **more):
    environ = {name: text for name, text in os.environ.items() if name != "CI"}
    return subprocess.Popen(
        [sys.executable, "-c", STORY, folder, emulator.url, emulator.user, emulator.password],
        stdin=terminal, stdout=terminal, stderr=terminal, env={**environ, **more},
    )  # fmt: skip


def test_each_command_of_the_story_ends_as_it_is_expected_to(tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "oscar_sync", "demo", "--keep", tmp_path / "story"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip
    assert "expected was" not in run.stdout
    assert run.returncode == 0, run.stdout
    assert run.stdout.count("$ oscar-sync ") >= 15
    assert (tmp_path / "story" / "oscar-sync.yaml").exists()


def test_on_a_terminal_the_demo_serves_a_board_until_enter(tmp_path, oscar_emulator, terminal):
    ours, theirs = terminal
    process = start(tmp_path, oscar_emulator, theirs)
    shown = ""
    while not (found := re.search(r"board: (http://127\S+)", shown)):
        shown += os.read(ours, 4096).decode()
    until(lambda: "plants" in requests.get(found[1], timeout=60).text, process, "the page")
    os.write(ours, b"\n")
    assert process.wait(600) == 0
    with pytest.raises(requests.ConnectionError):
        requests.get(found[1], timeout=60)


def test_without_a_terminal_or_in_ci_the_demo_ends_by_itself(tmp_path, oscar_emulator, terminal):
    ended = [
        start(tmp_path / "a", oscar_emulator, subprocess.DEVNULL),
        start(tmp_path / "b", oscar_emulator, terminal[1], CI="true"),
    ]
    assert [process.wait(600) for process in ended] == [0, 0]
    assert oscar_emulator.requests == ()
