"""What people see while files are on their way."""

import json
import os
import pty
import re
import subprocess
import sys

import pytest

SIZES = {"a": 10, "b": 2_000_000, "big": 20_000_000}


@pytest.fixture
def seeded(project):
    files = project.folder / "files"
    files.mkdir()
    for name, size in SIZES.items():
        (files / name).write_bytes(name[:1].encode() * size)
    project.run("apply", "-y")
    project.settings(
        "services:\n  hello:\n    seeds:\n    - {from: files, to: 'minio.default:hello/models'}\n"
    )
    return project


def test_in_a_log_uploads_are_told_by_the_seed_and_not_by_the_file(seeded):
    code, _, err = seeded.run("seed", "-y")
    assert code == 0
    told = [line for line in err.splitlines() if "upload" in line]
    assert len(told) == 1
    assert told[0].startswith("edge/hello  upload  3 of 3 files, 22 MB of 22 MB")


def test_events_say_how_many_bytes_are_through(seeded):
    code, out, _ = seeded.run("seed", "-y", "-q", "-o", "events")
    assert code == 0
    events = [json.loads(line) for line in out.splitlines()]
    big = [one for one in events if one.get("target") == "hello/models/big"]
    assert {one["bytes"] for one in big} == {SIZES["big"]}
    assert big[0]["event"] == "step_start"
    assert big[-1]["event"] == "step_done"
    sent = [one["sent_bytes"] for one in big[1:-1]]
    assert sent
    assert sent == sorted(set(sent))
    assert sent[-1] < SIZES["big"]


def test_on_a_terminal_one_line_is_drawn_over_and_over_and_taken_away(seeded):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "oscar_sync", "seed", "-y"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs) as process:
        os.close(theirs)
        said = b""
        try:
            while chunk := os.read(ours, 4096):
                said += chunk
        except OSError:  # Linux tells the end of a terminal like this
            pass
    os.close(ours)
    assert process.returncode == 0
    drawn = re.findall(rb"\r([^\r\n]*?)\x1b\[K", said)
    assert b"3/3" in drawn[-2]
    assert b"22 MB of 22 MB" in drawn[-2]
    assert drawn[-1] == b""
    assert b"\n" not in said.partition(b"\r[")[2].rpartition(b"\r")[0]
    assert b"\x1b[2K" not in said
