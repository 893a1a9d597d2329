"""Every published file that is fit for OSCAR is applied, and the next plan of it is empty."""

import json
import os
from pathlib import Path

import pytest

import oscar_sync
from oscar_sync.model.exits import Exit

CORPUS = Path(
    os.environ.get("OSCAR_SYNC_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus"
)
INDEX = CORPUS / "index.json"
FIT = (
    [entry["file"] for entry in json.loads(INDEX.read_text()) if entry["expect"] == "ok"]
    if INDEX.is_file()
    else []
)


@pytest.mark.skipif(not FIT, reason=f"no corpus at {CORPUS}: set OSCAR_SYNC_CORPUS")
@pytest.mark.parametrize("file", FIT or [""])
def test_a_published_file_is_applied_and_then_its_plan_is_empty(file, oscar_emulator, tmp_path):
    environ = {
        "OSCAR_ENDPOINT": oscar_emulator.url,
        "OSCAR_USERNAME": oscar_emulator.user,
        "OSCAR_PASSWORD": oscar_emulator.password,
        "XDG_CACHE_HOME": str(tmp_path),
        "HOME": str(tmp_path),
    }
    path, cluster = str(CORPUS / file), f"*={oscar_emulator.url}"
    found = oscar_sync.plan(path, cluster=cluster, environ=environ)
    assert found.plan.blocked == ()
    done = oscar_sync.apply(found)
    assert done.exit_code is Exit.OK, str(done)
    again = oscar_sync.plan(path, cluster=cluster, environ=environ)
    assert again.exit_code is Exit.OK, str(again)
