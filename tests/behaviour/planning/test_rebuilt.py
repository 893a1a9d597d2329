"""A cluster that was rebuilt, or another one: the data is there, the services are not."""

import io

from oscar_sync.model.report import Status
from tests.property.witness import check_nothing_lost, check_safe
from tests.property.world import shown, told
from tests.support.services import minio, service
from tests.support.worlds import shared_world

CHAIN = (
    service("cutter", input=minio("video/in"), output=minio("frames/raw")),
    service("finder", input=minio("frames/raw"), output=minio("frames/found", "results/out")),
    service("viewer", mount=minio("results/shown")[0]),
    service("api", expose={"api_port": [80], "min_scale": 1, "max_scale": 1, "cpu_threshold": 80}),
    service("second", input=minio("frames/other")),
)


_new_world, new_world = shared_world("new_world")


def fires(world, name, bucket, key):
    had = len(world.api.jobs(name))
    world.put(bucket, key, b"x")
    return world.api.finished(name, had + 1)


def test_one_apply_brings_every_service_back_onto_its_buckets(world):
    world.write(*CHAIN)
    world.apply()
    for bucket in world.buckets():
        world.put(bucket, "kept/it", b"data")
    before = world.objects()
    world.emulator.wipe()
    assert world.names() == set()
    world.forget()
    found, report = world.apply()
    check_safe(world, before, found.draft.plan)
    assert all(item.status is Status.DONE for item in report.results), told(report)
    assert world.names() == {item["name"] for item in CHAIN}
    again = world.plan()
    assert not again.draft.plan.actions, shown(again)
    assert not again.draft.plan.blocked, shown(again)
    assert fires(world, "cutter", "video", "in/a")
    assert fires(world, "finder", "frames", "raw/a")
    assert fires(world, "second", "frames", "other/a")
    check_nothing_lost(before, world.objects())


def test_the_data_is_copied_first_and_the_services_take_it_up_on_the_other_cluster(
    world, new_world
):
    world.write(*CHAIN)
    world.apply()
    world.put("video", "in/old", b"data")
    assert world.api.finished("cutter", 1)
    copy_buckets(world, new_world)
    before = new_world.objects()
    new_world.write(*CHAIN)
    found, report = new_world.apply()
    assert all(item.status is Status.DONE for item in report.results), told(report)
    assert "keeps  bucket video: 1 object" in shown(found)
    # What was copied starts nothing: the services came after it.
    assert new_world.jobs("cutter") == 0
    assert fires(new_world, "cutter", "video", "in/new")
    assert not new_world.plan().draft.plan.actions
    check_nothing_lost(before, new_world.objects())


def copy_buckets(old, new):
    """Copy each bucket with its objects, as `rclone sync` or `mc mirror` would."""
    for bucket in sorted(old.buckets()):
        new.store.make_bucket(bucket)
        for item in old.store.list_objects(bucket, recursive=True):
            content = old.store.get_object(bucket, item.object_name).read()
            new.store.put_object(bucket, item.object_name, io.BytesIO(content), len(content))
