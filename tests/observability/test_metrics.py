"""A file of metrics is whole, can be read, and names no service."""

import re
from pathlib import Path

import pytest

SAMPLE = re.compile(r'[a-z_]+\{[a-z_]+="(?:[^"\\]|\\.)*"(?:,[a-z_]+="(?:[^"\\]|\\.)*")*\} [0-9.]+')


def _samples(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[-1] == "# EOF"
    shown = [line for line in lines if not line.startswith("# ")]
    assert all(SAMPLE.fullmatch(line) for line in shown)
    return dict(line.rsplit(" ", 1) for line in shown)


def test_drift_says_what_moved_on_which_cluster(project):
    project.run("apply", "--yes")
    project.put({**project.live()["hello"], "memory": "2Gi"})

    assert project.run("drift", "--metrics", "oscar.prom")[0] == 2

    found = _samples(project.folder / "oscar.prom")
    on_edge = '{command="drift",set="tests",cluster="edge"}'
    assert found[f"oscar_sync_drifted_services{on_edge}"] == "1"
    assert found[f"oscar_sync_cluster_up{on_edge}"] == "1"
    assert found['oscar_sync_last_run_exit_code{command="drift",set="tests"}'] == "2"
    assert "hello" not in (project.folder / "oscar.prom").read_text()
    assert not list(project.folder.glob(".oscar.prom*"))


def test_apply_says_what_became_of_it(project):
    assert project.run("apply", "--yes", "--metrics", "oscar.prom")[0] == 0

    found = _samples(project.folder / "oscar.prom")
    assert found['oscar_sync_applied_actions{command="apply",set="tests",status="done"}'] == "1"


def test_a_run_that_could_not_plan_says_so(project):
    (project.folder / "hello.yaml").write_text("functions: [")
    assert project.run("drift", "--metrics", "oscar.prom")[0] == 3

    found = _samples(project.folder / "oscar.prom")
    assert found['oscar_sync_last_run_exit_code{command="drift",set=""}'] == "3"


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_sent(project):
    code, _, err = project.run("apply", "--yes", "--metrics", "none/oscar.prom")
    assert code == 64
    assert "cannot be written" in err
    assert project.writes() == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_device_is_written_to_and_never_replaced(project):
    code, _, err = project.run("apply", "--yes", "--metrics", "/dev/full")
    assert code == 0
    assert "warning: /dev/full" in err
    assert Path("/dev/full").is_char_device()
