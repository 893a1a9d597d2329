"""A run needs no place to write but the temporary folder: as on a read-only root file system."""

import os
import subprocess
import sys

import pytest

from tests.support.read_only import HOOK

FDL = """\
functions:
  oscar:
  - any:
      name: hello
      image: ghcr.io/x/hello:1.0
      script: run.sh
      environment:
        secrets: {TOKEN: planted-3f9a2c}
"""


@pytest.fixture
def run(tmp_path, oscar_emulator):
    folder, temporary = tmp_path / "manifests", tmp_path / "tmp"
    folder.mkdir()
    temporary.mkdir()
    (folder / "hello.yaml").write_text(FDL)
    (folder / "run.sh").write_text("echo run\n")
    (folder / "oscar-sync.yaml").write_text("set: tests\n")
    environ = {
        "PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "TMPDIR": str(temporary), "WRITABLE": str(temporary),
        "OSCAR_ENDPOINT": oscar_emulator.url,
        "OSCAR_USERNAME": oscar_emulator.user, "OSCAR_PASSWORD": oscar_emulator.password,
        "OSCAR_SYNC_FINGERPRINT_KEY": "k" * 32,
    }  # fmt: skip

    def call(*words, **more):
        return subprocess.run(
            [sys.executable, "-c", HOOK, *words],
            cwd=folder, env={**environ, **more}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return call


@pytest.mark.parametrize(
    "home",
    [
        {},
        {"HOME": "/nonexistent", "XDG_CACHE_HOME": "/nonexistent/cache"},
        {"HOME": "/proc/self", "XDG_CACHE_HOME": "/proc/self/cache"},
    ],
    ids=["absent", "missing", "read-only"],
)
def test_apply_and_drift_write_nothing_but_temporary_files(run, home):
    applied = run("apply", "--yes", **home)
    drifted = run("drift", **home)

    assert applied.returncode == 0, applied.stderr
    assert drifted.returncode == 0, drifted.stdout + drifted.stderr
    assert "Traceback" not in applied.stderr + drifted.stderr


def test_without_a_place_for_locks_the_run_goes_on_and_says_so(run):
    found = run("apply", "--yes", HOME="/nonexistent", XDG_CACHE_HOME="/nonexistent/cache")
    assert "do not start two runs at once" in found.stderr


def test_with_the_temporary_folder_as_cache_the_lock_is_held(run, tmp_path):
    found = run("apply", "--yes", XDG_CACHE_HOME=str(tmp_path / "tmp" / "cache"))
    assert found.returncode == 0
    assert "do not start two runs" not in found.stderr
    assert list((tmp_path / "tmp" / "cache").rglob("*.lock"))


def test_the_shard_comes_from_the_environment(run):
    found = run("plan", OSCAR_SYNC_ONLY="no-such-cluster/")
    assert "1 to create" not in found.stdout
    assert "no-such-cluster" in found.stdout + found.stderr
