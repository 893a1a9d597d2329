"""What a run takes of the machine is bounded by the size of what it reads (trust 4.6)."""

import tracemalloc
from pathlib import Path

import pytest

from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.desire.request import DesireRequest
from oscar_sync.reconcile.memory import WatchMemory

SERVICES = 1500
SCRIPT = "#!/bin/sh\n" + "echo hello\n" * 90_000
FDL = "functions:\n  oscar:\n  - edge: {{name: s{0}, image: 'i:1', script: {1}}}\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "script.sh").write_text(SCRIPT)
    return tmp_path


def write(folder: Path, script: str) -> None:
    for number in range(SERVICES):
        (folder / f"{number}.yaml").write_text(FDL.format(number, script))


@pytest.mark.parametrize("remembers", [False, True], ids=["once", "watch"])
def test_a_script_that_many_services_share_is_held_once(folder, remembers):
    write(folder, "script.sh")
    request = DesireRequest(paths=(str(folder),), cwd=str(folder), needs_clusters=False)
    memory = WatchMemory() if remembers else None
    tracemalloc.start()
    try:
        found = desire(request, {}, memory)
        if remembers:
            found = desire(request, {}, memory)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len({id(service.form.script) for service in found.services}) == 1
    assert len(found.services) == SERVICES
    assert peak < 120 << 20


def test_links_and_other_ways_to_one_script_are_no_copies_of_their_own(folder):
    """Each name is a file by itself: as many texts as names, not as services."""
    (folder / "other.sh").symlink_to("script.sh")
    write(folder, "other.sh")
    (folder / "0.yaml").write_text(FDL.format(0, "./script.sh"))
    request = DesireRequest(paths=(str(folder),), cwd=str(folder), needs_clusters=False)
    found = desire(request, {})
    assert len({id(service.form.script) for service in found.services}) == 2
