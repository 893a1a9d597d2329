"""A file of metrics is whole, can be read, and names no service."""

from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families


def _samples(path):
    """Return the value of each sample, by its name and the values of its labels in their order."""
    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n# EOF\n")
    return {
        (sample.name.removeprefix("oscar_sync_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_drift_says_what_moved_on_which_cluster(project):
    project.run("apply", "--yes")
    project.put({**project.live()["hello"], "memory": "2Gi"})

    assert project.run("drift", "--metrics", "oscar.prom")[0] == 2

    found = _samples(project.folder / "oscar.prom")
    assert found["drifted_services", "edge", "drift", "tests"] == 1
    assert found["cluster_up", "edge", "drift", "tests"] == 1
    assert found["last_run_exit_code", "drift", "tests"] == 2
    assert "hello" not in (project.folder / "oscar.prom").read_text()
    assert not list(project.folder.glob(".oscar.prom*"))


def test_apply_says_what_became_of_it(project):
    assert project.run("apply", "--yes", "--metrics", "oscar.prom")[0] == 0

    found = _samples(project.folder / "oscar.prom")
    assert found["applied_actions", "apply", "tests", "done"] == 1


def test_a_run_that_could_not_plan_says_so(project):
    (project.folder / "hello.yaml").write_text("functions: [")
    assert project.run("drift", "--metrics", "oscar.prom")[0] == 3

    found = _samples(project.folder / "oscar.prom")
    assert found["last_run_exit_code", "drift", ""] == 3


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
