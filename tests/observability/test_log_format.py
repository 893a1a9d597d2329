"""With --log-format json each line on stderr is a JSON object."""

import json
import subprocess
import sys


def _lines(project, *words):
    command = [sys.executable, "-m", "oscar_sync", *words, "--log-format", "json"]
    found = subprocess.run(command, cwd=project.folder, capture_output=True, text=True, check=False)
    return found.returncode, found.stdout, [json.loads(line) for line in found.stderr.splitlines()]


def test_requests_progress_and_notes_are_objects(project):
    code, out, lines = _lines(project, "apply", "--yes", "--log-level", "debug")

    assert code == 0
    assert "Plan: 1 to create" in out
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)
    assert {"oscar_sync", "oscar_sync.wire"} <= {line["logger"] for line in lines}
    assert project.emulator.password not in str(lines)


def test_a_finding_keeps_its_place(project):
    (project.folder / "hello.yaml").write_text("functions: [")
    code, _, lines = _lines(project, "plan")

    assert code == 3
    (finding,) = [line for line in lines if line.get("code")]
    assert finding["level"] == "error"
    assert (finding["file"], finding["line"]) == ("hello.yaml", 2)


def test_the_next_command_is_text_again(project):
    project.run("plan", "--log-format", "json")
    (project.folder / "hello.yaml").write_text("functions: [")
    assert project.run("plan")[2].startswith("hello.yaml:2:1: error")
