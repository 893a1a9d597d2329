"""Each process that runs tests knows them by the same names."""

import os
import subprocess
import sys

from tests.house.tree import ROOT


def test_a_test_has_the_same_name_in_each_process(request):
    """Workers of one run compare their lists: a time, a place in memory or the order of a set
    in a name stops them all. The other process begins later and hashes differently."""
    command = [sys.executable, "-m", "pytest", "-n", "0", "--collect-only", "-q"]
    environ = {**os.environ, "PYTHONHASHSEED": "3", "PYTEST_ADDOPTS": "-p no:cacheprovider"}
    done = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    here = [item.nodeid for item in request.session.items]
    chosen = set(here)
    there = [name for name in done.stdout.splitlines() if name in chosen]
    assert sorted(chosen - set(there)) == []
    assert sorted(there, key=file_of) == sorted(here, key=file_of)  # the order within each file


def file_of(name):
    return name.partition("::")[0]
