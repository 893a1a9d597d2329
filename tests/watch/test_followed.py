"""watch --git plans and applies the newest accepted commit of a repository, and nothing else."""

import os
import signal
import threading

import pytest
import requests

from tests.support.forge import forge
from tests.support.watcher import Watcher
from tests.watch.conftest import FDL

__all__ = ["forge"]


@pytest.fixture
def committed(project):
    """Return the files of a commit: the project below `sets/`, and what is not part of it."""

    def files(memory="1Gi", **more):
        settings = (project / "oscar-sync.yaml").read_text()
        return {
            "sets/oscar-sync.yaml": settings,
            "sets/hello.sh": "#!/bin/sh\n",
            "sets/hello.yaml": FDL.format(name="hello", memory=memory),
            "README.md": "a set\n",
            **more,
        }

    return files


@pytest.fixture
def watch(forge, tmp_path, oscar_emulator):
    """Start a watch in a folder that is not the repository's."""
    started = []
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environ = {
        **os.environ,
        "PASSWORD": oscar_emulator.password,
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }

    def start(*flags):
        words = ("--git", forge.url, "--interval", "0.2", *flags)
        started.append(Watcher(None, environ, *words, cwd=elsewhere))
        return started[-1]

    yield start
    for watcher in started:
        watcher.process.kill()
        watcher.end(signal.SIGKILL)
        watcher.out.close()


@pytest.fixture
def live(oscar_emulator):
    def get():
        url, login = oscar_emulator.url, (oscar_emulator.user, oscar_emulator.password)
        listed = requests.get(f"{url}/system/services", auth=login, timeout=10).json()
        return {service["name"]: service for service in listed}

    return get


def test_each_new_commit_is_applied_and_stands_in_the_marks(forge, watch, committed, live):
    first = forge.commit(committed(), subject="say hello")
    watcher = watch("--path", "sets", "--apply", "--yes")
    watcher.until(f"commit {first[:12]} of branch main by Ada, 2026-05-01T10:00:00+02:00: say")
    watcher.until("1 of 1 action done")
    assert live()["hello"]["annotations"]["oscar-sync.io/revision"] == first
    second = forge.commit(committed("2Gi"), subject="more memory")
    watcher.until("1 of 1 action done", count=2)
    assert live()["hello"]["memory"] == "2Gi"
    assert live()["hello"]["annotations"]["oscar-sync.io/revision"] == second
    assert "saved" not in watcher.text()
    assert watcher.end(signal.SIGTERM) == 143


def test_a_history_that_was_rewritten_is_told_once_and_nothing_of_it_is_applied(
    forge, watch, committed, live
):
    forge.commit(committed())
    forge.commit(committed("2Gi"))
    watcher = watch("--path", "sets", "--apply", "--yes")
    watcher.until("1 of 1 action done")
    forge.rewind()
    other = forge.commit(committed("8Gi"))
    watcher.until(f"accept it by --git-accept {other}; the last good plan stays (next try in 0 s")
    asked = len(forge.logins)
    while len(forge.logins) < asked + 3:
        threading.Event().wait(0.05)
    assert watcher.text().count("was rewritten") == 1
    assert live()["hello"]["memory"] == "2Gi"
    watcher.end(signal.SIGINT)
    accepted = watch("--path", "sets", "--apply", "--yes", "--git-accept", other)
    accepted.until("1 of 1 action done")
    assert live()["hello"]["memory"] == "8Gi"


def test_a_forge_that_is_away_is_told_once_and_its_return_too(forge, watch, committed):
    forge.commit(committed())
    watcher = watch("--path", "sets")
    watcher.until("1 to create")
    forge.answer = lambda to: to.reply(503, b"")
    watcher.until("returned error: 503; the last good plan stays")
    forge.answer = None
    forge.commit(committed("2Gi"))
    watcher.until("over: repository not updated")
    watcher.until("CHANGED (1)")


def test_a_file_of_this_machine_counts_from_where_the_watch_was_started(
    forge, watch, committed, tmp_path
):
    (tmp_path / "elsewhere/values.env").write_text("TOKEN=x\n")
    forge.commit(committed())
    watcher = watch("--env-file", "values.env", "--settings", "sets/oscar-sync.yaml")
    watcher.until("1 to create")
