"""The server sets the pace, so requests are a budget (performance, last section)."""

from collections import Counter

import pytest

import oscar_sync
from oscar_sync.model.exits import Exit

FDL = """\
functions:
  oscar:
  - any:
      name: {name}
      image: ghcr.io/x/i:1.0
      memory: {memory}
      script: hello.sh
"""
NAMES = [f"svc{number:02}" for number in range(20)]


@pytest.fixture
def many(project):
    """Return the project's folder with twenty plain services in place of one with a bucket."""
    (project / "hello.yaml").unlink()
    _write(project, "1Gi")
    return project


def _write(folder, memory):
    for name in NAMES:
        (folder / f"{name}.yaml").write_text(FDL.format(name=name, memory=memory))


def _asked(emulator):
    found = Counter(f"{method} {path}" for method, path, _ in emulator.requests)
    emulator.forget_requests()
    return found


READS = Counter({
    "GET /system/info": 1,
    "GET /system/config": 1,
    "GET /system/services": 1,
})  # fmt: skip


def test_an_empty_plan_makes_one_list_one_info_and_one_config(many, environ, oscar_emulator):
    oscar_sync.apply(oscar_sync.plan(str(many), environ=environ))
    _asked(oscar_emulator)
    assert oscar_sync.plan(str(many), environ=environ).exit_code is Exit.OK
    assert _asked(oscar_emulator) == READS
    assert oscar_emulator.s3_requests == ()


def test_a_plan_of_creates_adds_the_buckets_and_one_get_a_name(many, environ, oscar_emulator):
    oscar_sync.plan(str(many), environ=environ)
    asked = _asked(oscar_emulator)
    names = {f"GET /system/services/{name}": 1 for name in NAMES}
    assert asked - Counter({"GET /system/buckets": 1}) == READS + Counter(names)


def test_updates_are_put_once_each_and_read_back_by_lists(many, environ, oscar_emulator):
    oscar_sync.apply(oscar_sync.plan(str(many), environ=environ))
    _write(many, "2Gi")
    found = oscar_sync.plan(str(many), environ=environ)
    _asked(oscar_emulator)
    assert oscar_sync.apply(found).exit_code is Exit.OK
    asked = _asked(oscar_emulator)
    assert asked.pop("PUT /system/services") == len(NAMES)
    assert asked.pop("GET /system/services") <= 4
    assert asked == {}


def test_an_update_of_a_service_with_a_bucket_reads_its_hooks_and_the_list_of_buckets(
    project, environ, oscar_emulator
):
    oscar_sync.apply(oscar_sync.plan(str(project), environ=environ))
    text = (project / "hello.yaml").read_text()
    (project / "hello.yaml").write_text(text.replace("1Gi", "2Gi"))
    _asked(oscar_emulator)
    assert oscar_sync.plan(str(project), environ=environ).exit_code is Exit.CHANGES
    on_store = oscar_emulator.s3_requests
    assert _asked(oscar_emulator) == READS + Counter({"GET /system/buckets": 1})
    assert on_store == (("GET", "/hello", 200),)
