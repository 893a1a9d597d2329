import os
import subprocess
import sys
from pathlib import Path

import pytest

from oscar_sync.errors import LockedError
from oscar_sync.workspace.locks import cluster_lock, lock_path

HOLD = """
import os, sys
from oscar_sync.workspace.locks import cluster_lock
with cluster_lock("edge-1", os.environ):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def environ(tmp_path):
    return {"XDG_CACHE_HOME": str(tmp_path)}


def test_a_second_run_is_locked_out_and_told_where(environ):
    with cluster_lock("edge-1", environ):
        with pytest.raises(LockedError, match="edge-1") as caught, cluster_lock("edge-1", environ):
            pass
        assert caught.value.path == str(lock_path("edge-1", environ))


def test_other_clusters_are_not_locked(environ):
    with cluster_lock("edge-1", environ), cluster_lock("edge-2", environ):
        pass


def test_a_lock_ends_with_its_block(environ):
    for _ in range(2):
        with cluster_lock("edge-1", environ):
            pass


def test_a_lock_ends_with_its_process_even_a_killed_one(environ):
    command = [sys.executable, "-c", HOLD]
    known = {**os.environ, **environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        command, env=known, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        with pytest.raises(LockedError), cluster_lock("edge-1", environ):
            pass
        other.kill()
    with cluster_lock("edge-1", environ):
        pass


def test_the_errors_of_the_block_pass_and_free_the_lock(environ):
    with pytest.raises(BlockingIOError), cluster_lock("edge-1", environ):
        raise BlockingIOError
    with cluster_lock("edge-1", environ):
        pass


@pytest.mark.parametrize("identity", ["../../etc/passwd", "a/b:80", "", ".", "é" * 300, "a\x00b"])
def test_any_identity_names_a_file_in_the_folder_of_locks(identity, environ, tmp_path):
    path = lock_path(identity, environ)
    assert path.parent == tmp_path / "oscar-sync" / "locks"
    with cluster_lock(identity, environ):
        assert path.exists()


def test_identities_that_read_alike_have_locks_of_their_own(environ):
    assert lock_path("a/b", environ) != lock_path("a:b", environ)


@pytest.mark.parametrize("cache", ["", "relative/folder"])
def test_without_a_cache_folder_the_home_has_it(cache):
    path = lock_path("x", {"XDG_CACHE_HOME": cache, "HOME": "/home/me"})
    assert path.parent == Path("/home/me/.cache/oscar-sync/locks")


def test_a_folder_that_cannot_be_written_is_a_note_and_no_lock(tmp_path):
    (tmp_path / "oscar-sync").write_text("a file in the way")
    notes: list[str] = []
    with cluster_lock("edge-1", {"XDG_CACHE_HOME": str(tmp_path)}, notes.append):
        pass
    assert len(notes) == 1
    assert "edge-1" in notes[0]


def test_no_home_is_a_note_and_no_lock():
    notes: list[str] = []
    with cluster_lock("edge-1", {}, notes.append):
        pass
    assert "no home folder" in notes[0]


def test_no_lock_is_written_through_a_link(environ, tmp_path):
    path = lock_path("edge-1", environ)
    path.parent.mkdir(parents=True)
    path.symlink_to(tmp_path / "elsewhere")
    notes: list[str] = []
    with cluster_lock("edge-1", environ, notes.append):
        pass
    assert not (tmp_path / "elsewhere").exists()
    assert len(notes) == 1
