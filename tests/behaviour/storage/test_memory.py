"""Seeds of any size stay within a bounded memory; measured in processes of their own."""

import subprocess
import sys

import pytest

from oscar_sync.storage.checksums import MIB

LIMIT_MB = 150
PEAK = """
import re
print(int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]) // 1024)
"""
UPLOAD = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from oscar_sync.model.secret import Secret
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.store import ObjectStore

endpoint, access_key, secret_key, folder = sys.argv[1:]
store = ObjectStore(StoreAddress(endpoint, Secret(access_key), Secret(secret_key)), {})
files = sorted(Path(folder).iterdir())
with ThreadPoolExecutor(8) as pool:
    list(pool.map(lambda one: store.put_object("bench", one.name, one, one.stat().st_size), files))
"""
COMPARE = """
import sys
from oscar_sync.model.origin import Origin
from oscar_sync.model.settings import Seed, Which
from oscar_sync.reconcile.seed_files import seed_difference

seed = Seed(Which("s"), sys.argv[1], "files", "minio.default", "b", "p", Origin("f", 1, 1))
found = seed_difference(seed, None, is_empty=True)
assert len(found.uploads) == int(sys.argv[2])
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="peaks are read from /proc")


def peak_mb(code, *words):
    command = [sys.executable, "-c", code + PEAK, *map(str, words)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def holes(folder, count, size):
    """Make files that are read as zeros and take no room on the disk."""
    for at in range(count):
        with (folder / f"file-{at:06}").open("wb") as file:
            file.truncate(size)


@pytest.mark.parametrize(("count", "size"), [(10, 40 * MIB), (60, 7 * MIB)])
def test_uploads_hold_a_few_parts_whatever_the_files_weigh(weed, tmp_path, count, size):
    holes(tmp_path, count, size)
    keys = weed.access_key.reveal(), weed.secret_key.reveal()
    assert peak_mb(UPLOAD, weed.endpoint, *keys, tmp_path) <= LIMIT_MB


def test_many_small_files_are_compared_without_holding_what_is_in_them(tmp_path):
    holes(tmp_path, 20_000, 40_000)
    assert peak_mb(COMPARE, tmp_path, 20_000) <= 80
