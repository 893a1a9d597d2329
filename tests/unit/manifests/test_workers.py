"""Many files are read by several processes, and nobody can tell from what comes of it.

Each case runs in a process of its own: there is no fork beside the threads that tests run in.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.manifests.reading import service

if sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2:
    pytest.skip("one process reads: no fork here, or one core", allow_module_level=True)

COUNT = 400
HEAD = f"""
import os, signal, sys, threading, time
from oscar_sync.manifests.load.workers import each_made

parent = os.getpid()
items = range({COUNT})

def in_worker():
    return os.getpid() != parent

def at_work():  # the parent begins when a worker has begun
    with open(sys.argv[1], "rb") as begun:
        begun.read(1)
"""


def run(body: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run *body* after ``HEAD``; ``begun()`` lets ``at_work`` return."""
    os.mkfifo(folder / "begun")
    begun = """
def begun():
    global begun
    begun = lambda: None
    with open(sys.argv[1], "wb") as told:
        told.write(b"1")
"""
    return subprocess.run(
        [sys.executable, "-c", HEAD + begun + body, str(folder / "begun")],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_what_is_made_comes_in_order_whoever_made_it(tmp_path: Path) -> None:
    found = run(
        """
def make(item):
    if in_worker():
        begun()
    return item * item, os.getpid()

made = each_made(items, make, at_work)
assert [one for one, _ in made] == [item * item for item in items]
print(any(pid != parent for _, pid in made))
""",
        tmp_path,
    )
    assert (found.stdout, found.stderr) == ("True\n", "")


def test_a_worker_that_is_killed_leaves_its_work_to_the_parent(tmp_path: Path) -> None:
    found = run(
        """
def make(item):
    if in_worker():
        begun()
        os.kill(os.getpid(), signal.SIGKILL)
    return item

assert each_made(items, make, at_work) == list(items)
""",
        tmp_path,
    )
    assert (found.returncode, found.stderr) == (0, "")


def test_a_secret_is_made_where_it_is_kept(tmp_path: Path) -> None:
    found = run(
        """
from oscar_sync.model.secret import Secret

def make(item):
    if in_worker():
        begun()
    return (Secret(f"hush-{item}") if item % 3 == 0 else item), os.getpid()

made = each_made(items, make, at_work)
assert all(pid == parent for one, pid in made if isinstance(one, Secret))
assert [one.reveal() for one, _ in made[::3]] == [f"hush-{item}" for item in items[::3]]
print(any(pid != parent for _, pid in made))
""",
        tmp_path,
    )
    assert (found.stdout, found.stderr) == ("True\n", "")


def test_an_error_of_a_worker_is_raised_by_the_parent(tmp_path: Path) -> None:
    found = run(
        """
def make(item):
    if in_worker():
        begun()
    return 1 // (item - 200)

each_made(items, make, at_work)
""",
        tmp_path,
    )
    assert found.stderr.count("ZeroDivisionError") == 1


def test_ctrl_c_is_answered_once_and_leaves_no_worker(tmp_path: Path) -> None:
    found = run(
        """
def make(item):
    if in_worker():
        begun()
        signal.pause()
    return item

def interrupted():
    at_work()
    os.killpg(0, signal.SIGINT)

os.setpgid(0, 0)
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
try:
    each_made(items, make, interrupted)
except KeyboardInterrupt:
    print("once")
try:
    os.waitpid(-1, 0)
except ChildProcessError:
    print("none left")
""",
        tmp_path,
    )
    assert (found.stdout, found.stderr) == ("once\nnone left\n", "")


def test_no_fork_beside_a_thread(tmp_path: Path) -> None:
    found = run(
        """
thread = threading.Thread(target=time.sleep, args=(5,), daemon=True)
thread.start()
print({os.getpid() for _ in each_made(items, lambda item: os.getpid(), print)} == {parent})
""",
        tmp_path,
    )
    assert (found.stdout, found.stderr) == ("True\n", "")


def test_a_worker_ends_with_its_parent(tmp_path: Path) -> None:
    """It ends what it has taken, and takes no more; what it prints to is closed when it is gone."""
    found = run(
        """
def make(item):
    if in_worker():
        begun()
        while os.getppid() == parent:
            pass
        with open(sys.argv[1] + ".made", "ab") as made:
            made.write(b".")
    return item

def killed():
    at_work()
    os.kill(os.getpid(), signal.SIGKILL)

each_made(items, make, killed)
""",
        tmp_path,
    )
    assert found.returncode == -signal.SIGKILL
    assert 0 < (tmp_path / "begun.made").stat().st_size < COUNT // 10


def test_many_files_say_what_they_say_one_by_one(tmp_path: Path) -> None:
    """Findings, secrets and places too: validate reads on all cores, and tells the same."""
    (tmp_path / "script.sh").write_text("#!/bin/sh\n")
    for number in range(COUNT):
        text = service("memory: lots" if number % 7 == 0 else "environment: {secrets: {A: b}}")
        file = tmp_path / f"{number:03}.yaml"
        file.write_text(text.replace("name: plants", f"name: plants-{number}"))
    command = [sys.executable, "-m", "oscar_sync", "validate", str(tmp_path), "-o", "json"]
    together = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        alone = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    finally:
        os.sched_setaffinity(0, cores)
    assert together.stdout == alone.stdout
    assert together.stdout.count('"column"') >= COUNT // 7
