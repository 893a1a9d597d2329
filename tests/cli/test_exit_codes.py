"""Each exit code of product 7, at the command line."""

import fcntl
import os
import signal
import subprocess
import sys

import pytest

from oscar_sync.workspace.locks import lock_path
from tests.servers import until


def test_0_nothing_to_do_after_an_apply(project):
    assert project.run("apply", "-y")[0] == 0
    assert project.run("plan", "--detailed-exitcode")[0] == 0
    assert project.run("apply", "-y")[0] == 0


def test_0_a_plan_with_changes_unless_asked_for_detail(project):
    assert project.run("plan")[0] == 0
    assert project.run("plan", "--detailed-exitcode")[0] == 2


def test_2_drift_but_not_edits_of_the_manifests(project):
    project.run("apply", "-y")
    project.write("hello", memory="2Gi")
    assert project.run("drift")[0] == 0
    project.put({**project.live()["hello"], "memory": "4Gi"})
    assert project.run("drift")[0] == 2


@pytest.mark.parametrize(
    "text",
    [
        "functions: [",
        "functions: {oscar: [{any: {name: x}}]}",
        "unctions: {oscar: []}",
        "functions:\n  oscar:\n  - any: {name: x, image: i, script: gone.sh}\n",
    ],
)
def test_3_wrong_files_before_any_request(project, text):
    (project.folder / "hello.yaml").write_text(text, encoding="utf-8")
    code, out, err = project.run("apply", "-y")
    assert code == 3
    assert out == ""
    assert "hello.yaml" in err
    assert project.writes() == []


def test_3_a_missing_path_and_an_empty_folder(project):
    (project.folder / "empty").mkdir()
    assert project.run("plan", "nowhere")[0] == 3
    assert project.run("plan", "empty")[0] == 3


def test_3_a_warning_under_strict(project):
    text = (project.folder / "hello.yaml").read_text().replace(":1.0", ":latest")
    (project.folder / "hello.yaml").write_text(text)
    assert project.run("validate")[0] == 0
    assert project.run("validate", "--strict")[0] == 3


def test_4_some_done_and_some_failed(project):
    project.write("other")
    project.emulator.fault("POST /system/services#1:403")
    code, out, _ = project.run("apply", "-y")
    assert code == 4
    assert "1 of 2 actions done" in out
    assert project.run("apply", "-y")[0] == 0


def test_5_another_writer_between_plan_and_write(project):
    project.run("apply", "-y")
    project.write("hello", memory="2Gi")
    project.emulator.fault("GET /system/services#2:meanwhile=hello:memory=7Gi")
    code, out, _ = project.run("apply", "-y")
    assert code == 5
    assert "changed since the plan" in out
    assert project.live()["hello"]["memory"] == "7Gi"


def test_6_an_unreachable_cluster_and_a_refused_log_in(project, monkeypatch):
    monkeypatch.setenv("PASSWORD", "wrong")
    code, out, _ = project.run("plan")
    assert code == 6
    assert "REFUSED" in out
    assert "check auth_user and auth_password in oscar-sync.yaml" in out
    text = (project.folder / "oscar-sync.yaml").read_text()
    (project.folder / "oscar-sync.yaml").write_text(
        text.replace(project.emulator.url, "http://127.0.0.1:9")
    )
    code, out, _ = project.run("apply", "-y")
    assert code == 6
    assert "UNREACHABLE" in out


def test_7_a_blocked_step_after_the_others_were_carried_out(project):
    project.run("apply", "-y")
    project.write("other")
    text = (project.folder / "hello.yaml").read_text()
    (project.folder / "hello.yaml").write_text(text + "      volume: {size: 1Gi, mount_path: /d}\n")
    assert project.run("plan", "--detailed-exitcode")[0] == 7
    code, out, _ = project.run("apply", "-y")
    assert code == 7
    assert "needs-replace" in out
    assert "other" in project.live()


def test_7_a_bucket_that_is_used_is_not_erased(project):
    project.write("other")
    project.run("apply", "-y")
    (project.folder / "hello.yaml").unlink()
    project.settings("removed:\n- {service: hello, erase: [other]}\n")
    code, out, _ = project.run("apply", "-y")
    assert code == 7
    assert "would delete bucket other" in out
    assert "hello" not in project.live()


def test_8_another_run_holds_the_lock(project):
    path = lock_path(project.emulator.url.split("//")[1], os.environ)
    path.parent.mkdir(parents=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        code, _, err = project.run("apply", "-y")
    assert code == 8
    assert "holds the lock" in err
    assert project.writes() == []


def test_9_a_service_that_is_not_ready_in_time(project):
    project.settings("services:\n  hello: {wait: 1s}\n")
    project.emulator.fault("GET /system/services/hello/deployment:500-before")
    code, out, _ = project.run("apply", "-y")
    assert code == 9
    assert "not verified" in out
    assert project.run("apply", "-y", "--no-wait")[0] == 0


def test_10_no_terminal_to_ask_on(project):
    code, _, err = project.run("apply")
    assert code == 10
    assert "--expect" in err
    assert project.writes() == []


def test_10_is_never_said_with_nothing_to_send(project):
    project.run("apply", "-y")
    assert project.run("apply")[0] == 0


@pytest.mark.parametrize(
    "args",
    [
        ["plna"],
        ["plan", "--nonsense"],
        ["plan", "-o", "json", "-o", "markdown"],
        ["plan", "-o", "hologram"],
        ["remove"],
        ["plan", "--allow", "everything"],
        ["apply", "--expect", "not-a-digest"],
    ],
)
def test_64_wrong_usage(project, args):
    assert project.run(*args)[0] == 64
    assert project.writes() == []


def _start(project, *args):
    return subprocess.Popen(
        [sys.executable, "-m", "oscar_sync", *args],
        cwd=project.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_reader_that_leaves_does_not_end_the_run(project):
    project.write("other")
    with _start(project, "apply", "--yes") as process:
        for line in process.stdout:
            if line.startswith("Plan:"):
                break
        process.stdout.close()
    assert process.returncode == 0
    assert {"hello", "other"} <= set(project.live())
    assert "apply  done" in project.run("history")[1]


def test_a_reader_that_leaves_does_not_end_what_a_watch_applies(project):
    project.write("other")
    with _start(project, "watch", "--apply", "--yes") as process:
        process.stdout.readline()
        process.stdout.close()
        until(lambda: "done" in project.run("history")[1], process, "the record")
        process.terminate()
    assert {"hello", "other"} <= set(project.live())


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_130_and_143_end_after_the_request_under_way(project, number, code):
    project.write("other")
    project.write("third")
    project.emulator.fault("POST /system/services:slow=3")  # until the signal has come
    with _start(project, "apply", "--yes", "-o", "events") as process:
        for line in process.stdout:
            if '"step_start"' in line:
                break
        process.send_signal(number)
        rest = process.communicate(timeout=60)[0]
    assert process.returncode == code
    assert f'"exit_code": {code}' in rest.splitlines()[-1]
    assert len(project.live()) == 1
    project.emulator.clear_faults()
    assert project.run("apply", "-y")[0] == 0
    assert project.run("plan", "--detailed-exitcode")[0] == 0


_CTRL_C_WHILE_STARTING = """
import os, signal, sys
from oscar_sync.__main__ import main

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "oscar_sync.cli.lazy":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder())
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
main()
"""


def test_130_without_a_traceback_before_anything_has_begun():
    command = [sys.executable, "-c", _CTRL_C_WHILE_STARTING, "plan"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (found.returncode, found.stdout, found.stderr) == (130, "", "")


@pytest.mark.parametrize(
    ("args", "closed", "is_shown"),
    [
        ("--version", ">&-", False),
        ("schema fdl", ">&-", False),
        ("schema fdl", "2>&-", True),
        ("plan nowhere", "<&- >&- 2>&-", False),
    ],
)
def test_a_closed_stream_is_one_that_nobody_reads(args, closed, is_shown):
    command = ["/bin/sh", "-c", f"exec {sys.executable} -m oscar_sync {args} {closed}"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert found.returncode == (3 if "nowhere" in args else 0)
    assert (bool(found.stdout), found.stderr) == (is_shown, "")
