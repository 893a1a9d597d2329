"""Two machines apply to one cluster at once, while its store restarts for each (oscar-releases)."""

import os
import subprocess
import sys

import pytest

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from tests.emulator.calling import Api

SERVICE = """\
functions:
  oscar:
  - edge:
      name: {name}
      image: i:1
      script: run.sh
      input:
      - {{storage_provider: minio.default, path: {name}/in}}
      output:
      - {{storage_provider: minio.default, path: {name}/out}}
"""
SETTINGS = """\
set: {machine}
clusters:
  edge: {{endpoint: "{url}", auth_user: "{user}", auth_password: "{password}"}}
"""


@pytest.fixture(scope="module")
def emulator():
    with Emulator(EmulatorOptions(hold_workloads=True, minio_restart_s=6.0)) as emulator:
        yield emulator


def begun(emulator, folder, *args):
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "XDG_CACHE_HOME": str(folder / ".cache"),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "oscar_sync", *args],
        cwd=folder, env=environ, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def ended(processes):
    said = [process.communicate(timeout=300)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], "\n".join(said)


def test_both_end_well_and_nothing_of_either_is_lost(emulator, tmp_path):
    machines = {"first": ("aaa", "bbb"), "second": ("ccc", "ddd")}
    for machine, names in machines.items():
        folder = tmp_path / machine
        folder.mkdir()
        (folder / "run.sh").write_text("#!/bin/sh\n")
        for name in names:
            (folder / f"{name}.yaml").write_text(SERVICE.format(name=name))
        settings = SETTINGS.format(
            machine=machine, url=emulator.url, user=emulator.user, password=emulator.password
        )
        (folder / "oscar-sync.yaml").write_text(settings)
    ended([begun(emulator, tmp_path / machine, "apply", "--yes") for machine in machines])
    every = {name for several in machines.values() for name in several}
    api = Api(emulator)
    assert all(api.get(f"/system/services/{name}").status == 200 for name in every)
    assert set(emulator._store.buckets()) == every
    quiet = [
        begun(emulator, tmp_path / machine, "plan", "--detailed-exitcode") for machine in machines
    ]
    ended(quiet)
    for machine in machines:
        (tmp_path / machine / f"{machines[machine][0]}.yaml").unlink()
    removals = [
        begun(emulator, tmp_path / machine, "remove", machines[machine][0], "--yes")
        for machine in machines
    ]
    ended(removals)
    assert set(emulator._store.buckets()) == every
