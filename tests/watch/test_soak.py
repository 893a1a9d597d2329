"""A few hours of watching, as ``python -m tools.soak_watch`` plays a week."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no /proc here to count by")
def test_neither_memory_nor_descriptors_nor_threads_grow():
    ran = subprocess.run(
        [sys.executable, "-m", "tools.soak_watch", "--saves", "300"],
        cwd=ROOT, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "300 saves" in ran.stdout
