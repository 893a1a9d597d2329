"""Shells complete commands, options and formats, and no cluster is asked."""

import os
import subprocess
import sys

import pytest

SLOW = ("yaml", "pydantic", "requests", "urllib3", "minio")


def _completed(words, *options):
    typed = f"oscar-sync {words}"
    code = "from oscar_sync.cli.main import run; run([])"
    return subprocess.run(
        [sys.executable, *options, "-c", code],
        env={
            **os.environ, "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" ")),
            "_OSCAR_SYNC_COMPLETE": "bash_complete",
        },
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("st", ["status", "storage"]),
        ("service re", ["restart"]),
        ("svc l", ["list", "logs"]),
        ("service run --dec", ["--decode-output"]),
        ("service list -o y", ["yaml"]),
        ("service list --color al", ["always"]),
    ],
)
def test_what_was_begun_is_completed(words, found):
    done = _completed(words)
    assert [line.removeprefix("plain,") for line in done.stdout.splitlines()] == found


def test_a_file_is_completed_as_one():
    assert _completed("service run x -f ru").stdout == "file,ru\n"


def test_names_of_commands_are_completed_without_importing_one():
    done = _completed("s", "-X", "importtime")
    loaded = {
        line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()
    }
    assert loaded.isdisjoint(SLOW)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(shell):
    done = subprocess.run(
        [sys.executable, "-c", "from oscar_sync.cli.main import run; run([])"],
        env={**os.environ, "_OSCAR_SYNC_COMPLETE": f"{shell}_source"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "_OSCAR_SYNC_COMPLETE" in done.stdout
