"""watch plans on each save, applies only what is safe, and ends without anything half done."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
import requests

from tests.observability.listener import Listener

FDL = """\
functions:
  oscar:
  - any:
      name: {name}
      image: ghcr.io/x/hello:1.0
      memory: {memory}
      script: hello.sh
"""
DEADLINE_S = 30.0


class Watcher:
    """A watch in a process of its own, whose lines are gathered as they come."""

    def __init__(self, folder, environ, *flags):
        self.lines = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "oscar_sync", "watch", str(folder), *flags],
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        self.out = self.process.stdout
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        self.lines.extend(iter(self.out.readline, ""))

    def text(self):
        return "".join(self.lines)

    def until(self, words, count=1):
        deadline = time.monotonic() + DEADLINE_S
        while self.text().count(words) < count:
            assert time.monotonic() < deadline, f"no {words!r} in:\n{self.text()}"
            assert self.process.poll() is None or self.text().count(words) >= count, self.text()
            threading.Event().wait(0.05)

    def end(self, number):
        self.process.send_signal(number)
        code = self.process.wait(DEADLINE_S)
        self._reader.join(DEADLINE_S)
        return code


@pytest.fixture
def project(tmp_path, oscar_emulator):
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "oscar-sync.yaml").write_text(
        "set: tests\nclusters:\n  edge:\n"
        f"    endpoint: {oscar_emulator.url}\n    auth_user: {oscar_emulator.user}\n"
        '    auth_password: "${PASSWORD}"\n  "*": edge\n'
    )
    (folder / "hello.sh").write_text("#!/bin/sh\necho hello\n")
    (folder / "hello.yaml").write_text(FDL.format(name="hello", memory="1Gi"))
    return folder


@pytest.fixture
def listener(monkeypatch):
    made = Listener()
    monkeypatch.setenv("OSCAR_SYNC_WEBHOOK", made.url)
    yield made
    made.close()


@pytest.fixture
def watch(project, tmp_path, oscar_emulator):
    started = []
    environ = {
        **os.environ,
        "PASSWORD": oscar_emulator.password,
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }

    def start(*flags):
        started.append(Watcher(project, environ, *flags))
        return started[-1]

    yield start
    for watcher in started:
        watcher.process.kill()
        watcher.end(signal.SIGKILL)
        watcher.out.close()


def _live(emulator):
    answer = requests.get(
        f"{emulator.url}/system/services", auth=(emulator.user, emulator.password), timeout=10
    )
    return {service["name"]: service for service in answer.json()}


def test_a_save_is_planned_and_nothing_is_sent(project, watch, oscar_emulator):
    watcher = watch()
    watcher.until("1 to create")
    (project / "other.yaml").write_text(FDL.format(name="other", memory="1Gi"))
    watcher.until("2 to create")
    assert "saved other.yaml" in watcher.text()
    assert watcher.end(signal.SIGINT) == 130
    assert _live(oscar_emulator) == {}


def test_with_apply_each_save_is_carried_out(project, watch, oscar_emulator):
    watcher = watch("--apply", "--yes")
    watcher.until("1 of 1 action done")
    (project / "hello.yaml").write_text(FDL.format(name="hello", memory="2Gi"))
    watcher.until("1 of 1 action done", count=2)
    assert _live(oscar_emulator)["hello"]["memory"] == "2Gi"
    assert watcher.end(signal.SIGTERM) == 143


def test_a_broken_save_keeps_the_last_good_plan(project, watch, oscar_emulator):
    watcher = watch("--apply", "--yes")
    watcher.until("1 of 1 action done")
    (project / "hello.yaml").write_text("functions: [")
    watcher.until("the last good plan stays")
    assert list(_live(oscar_emulator)) == ["hello"]
    (project / "hello.yaml").write_text(FDL.format(name="hello", memory="3Gi"))
    watcher.until("1 of 1 action done", count=2)
    watcher.end(signal.SIGINT)


def test_a_save_by_rename_is_seen(project, watch):
    watcher = watch()
    watcher.until("1 to create")
    swap = project / ".hello.yaml.swp"
    swap.write_text(FDL.format(name="renamed", memory="1Gi"))
    swap.replace(project / "hello.yaml")
    watcher.until("edge/renamed")
    watcher.end(signal.SIGINT)


def test_a_removal_is_never_carried_out(project, watch, oscar_emulator):
    watcher = watch("--apply", "--yes")
    watcher.until("1 of 1 action done")
    settings = project / "oscar-sync.yaml"
    (project / "hello.yaml").rename(project / "hello.off")
    settings.write_text(settings.read_text() + "removed: [hello]\n")
    (project / "other.yaml").write_text(FDL.format(name="other", memory="1Gi"))
    watcher.until("removals are left out")
    watcher.until("1 of 1 action done", count=2)
    assert set(_live(oscar_emulator)) == {"hello", "other"}
    watcher.end(signal.SIGINT)


def test_without_a_terminal_and_without_yes_nothing_is_applied(watch, oscar_emulator):
    watcher = watch("--apply")
    assert watcher.process.wait(DEADLINE_S) == 10
    assert _live(oscar_emulator) == {}


def test_the_interval_plans_again_without_a_save(watch):
    watcher = watch("--interval", "0.5")
    watcher.until("planned again: the same")
    watcher.end(signal.SIGINT)


def test_events_end_with_a_summary_and_the_exit_code(watch):
    watcher = watch("-o", "events")
    watcher.until('"event": "plan"')
    assert watcher.end(signal.SIGTERM) == 143
    assert '"event": "run_summary", "exit_code": 143' in watcher.lines[-1]


def test_drift_is_told_once_and_counted_by_each_pass(listener, project, watch, oscar_emulator):
    metrics = project.parent / "oscar.prom"
    watcher = watch("--interval", "0.5", "--metrics", str(metrics))
    watcher.until("1 to create")
    assert listener.told == []
    environ = {**os.environ, "PASSWORD": oscar_emulator.password}
    applied = [sys.executable, "-m", "oscar_sync", "apply", "--yes", "-q", str(project)]
    subprocess.run(applied, env={**environ, "OSCAR_SYNC_WEBHOOK": ""}, check=True)
    login = (oscar_emulator.user, oscar_emulator.password)
    url = f"{oscar_emulator.url}/system/services"
    moved = {**_live(oscar_emulator)["hello"], "memory": "4Gi"}
    requests.put(url, json=moved, auth=login, timeout=10)
    watcher.until("the cluster moved")
    watcher.until("planned again: the same", count=watcher.text().count("the same") + 2)
    watcher.end(signal.SIGINT)
    assert [(told["event"], told["command"]) for told in listener.told] == [("drift", "watch")]
    assert 'drifted_services{command="watch",set="tests",cluster="edge"} 1' in metrics.read_text()
