"""A full disk, a folder that cannot be written: everything else works, and it is said."""

import os
import re
import resource
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from oscar_sync.cli.output import Output, write

FULL = Path("/dev/full")
WITH_SECRET = """\
functions:
  oscar:
  - any:
      name: hello
      image: ghcr.io/x/hello:1.0
      script: run.sh
      environment: {secrets: {TOKEN: s3cret-value}}
"""

needs_full = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")


def started(folder, *args, stdout=subprocess.PIPE, file_bytes=None):
    """Run the command line as a process; with *file_bytes* no file may grow beyond."""

    def limit():
        if file_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))

    return subprocess.run(
        [sys.executable, "-B", "-m", "oscar_sync", *args],
        cwd=folder, stdout=stdout, stderr=subprocess.PIPE, check=False, timeout=60, text=True,
        preexec_fn=limit,
    )  # fmt: skip


def is_in_words(text):
    return "Traceback" not in text and "unexpected" not in text


@needs_full
@pytest.mark.parametrize("command", ["plan", "validate", "status", "doctor", "drift"])
def test_a_full_stdout_is_said_and_is_exit_1(project, command):
    with FULL.open("w") as full:
        done = started(project.folder, command, "-o", "json", stdout=full)
    assert (done.returncode, is_in_words(done.stderr)) == (1, True)
    assert "stdout cannot be written: No space left" in done.stderr


@needs_full
@pytest.mark.parametrize("args", [["schema", "fdl"], ["version"], ["settings"], ["graph"]])
def test_a_full_stdout_is_said_by_small_commands_too(project, args):
    with FULL.open("w") as full:
        done = started(project.folder, *args, stdout=full)
    assert (done.returncode, is_in_words(done.stderr)) == (1, True)


@needs_full
def test_an_apply_whose_report_finds_no_room_is_carried_out(project):
    code, out, err = project.run("apply", "--yes", "-o", f"json={FULL}")
    assert "/dev/full cannot be written: No space left" in err
    assert (code, is_in_words(out + err)) == (1, True)
    assert "hello" in project.live()


@needs_full
def test_a_device_is_written_to_and_never_replaced(project):
    assert project.run("plan", "-o", f"json={FULL}")[0] == 1
    assert stat.S_ISCHR(FULL.stat().st_mode)
    assert project.run("plan", "-o", f"json={os.devnull}")[0] in {0, 2}
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_a_report_that_finds_no_room_leaves_the_old_file_and_no_draft(project):
    report = project.folder / "report.json"
    report.write_text("old")
    before = sorted(project.folder.iterdir())
    done = started(project.folder, "plan", "-o", f"json={report}", file_bytes=100)
    assert (done.returncode, is_in_words(done.stderr)) == (1, True)
    assert "cannot be written: File too large" in done.stderr
    assert (report.read_text(), sorted(project.folder.iterdir())) == ("old", before)


def test_a_pipe_takes_a_report(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write(Output("json", str(pipe)), "{}")
        assert os.read(reader, 10) == b"{}"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_key_that_cannot_be_kept_is_said_and_the_rest_is_applied(project):
    (project.folder / "hello.yaml").write_text(WITH_SECRET)
    (project.folder / ".oscar-sync").write_text("a file where the folder should be")
    code, out, err = project.run("apply", "--yes")
    assert (code, is_in_words(out + err)) == (0, True)
    said = " ".join((out + err).split())
    assert re.search(r"\.oscar-sync/key cannot be .*secrets", said)
    annotations = project.live()["hello"]["annotations"]
    assert "oscar-sync.io/secrets" not in annotations


def test_a_key_that_finds_no_room_leaves_no_half_of_it(project):
    (project.folder / "hello.yaml").write_text(WITH_SECRET)
    done = started(project.folder, "apply", "--yes", file_bytes=10)
    assert is_in_words(done.stderr + done.stdout)
    assert "hello" in project.live()
    key = project.folder / ".oscar-sync"
    assert not (key / "key").exists()
    assert list(key.glob("key*")) == []


@pytest.mark.parametrize("cache", ["file", "absent", "none"])
def test_without_a_place_for_the_lock_a_run_goes_on_with_a_note(project, monkeypatch, cache):
    place = project.folder.parent / "cache"
    if cache == "file":
        place.write_text("")
    if cache == "none":
        monkeypatch.delenv("XDG_CACHE_HOME")
        monkeypatch.delenv("HOME", raising=False)
    code, out, err = project.run("apply", "--yes")
    assert (code, is_in_words(out + err)) == (0, True)
    assert ("no lock for" in err + out) == (cache != "absent")
    assert "hello" in project.live()


def exportable(project):
    assert project.run("apply", "--yes")[0] == 0
    return project.folder.parent / "target"


def test_an_export_that_finds_no_room_says_which_file_and_leaves_no_half_of_it(project):
    target = exportable(project)
    done = started(project.folder, "export", str(target), file_bytes=4)
    assert (done.returncode, is_in_words(done.stderr)) == (1, True)
    assert "cannot be written: File too large" in done.stderr
    assert [path for path in target.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("place", ["target", "target/edge"])
def test_an_export_to_a_file_instead_of_a_folder_is_said(project, place):
    target = exportable(project)
    file = project.folder.parent / place
    file.parent.mkdir(exist_ok=True)
    file.write_text("mine")
    code, out, err = project.run("export", target, "--overwrite")
    assert (code, is_in_words(out + err)) == (1, True)
    assert "cannot be written" in err
    assert file.read_text() == "mine"
