"""What a board finds when it looks at a cluster beside its plan."""

from oscar_sync.model.identity import BucketName, ClusterId, ServiceName
from oscar_sync.reconcile.survey import survey
from tests.property.conftest import _world, world

__all__ = ["_world", "world"]


def test_declared_buckets_are_counted_and_their_access_is_told(world):
    world.write_settings(buckets={"plants": {}, "gone": {}})
    world.write()
    world.apply()
    world.put("plants", "a", b"123")
    world.store.remove_bucket("gone")
    with world.connections() as connections:
        planned = world.plan()
        found = survey(planned, connections)
    edge = ClusterId("edge")
    held = {
        name: (count.objects, count.size_bytes) for name, count in found.contents.items() if count
    }
    assert held == {(edge, BucketName("plants")): (1, 3)}
    assert found.planned_at == planned.read_at <= found.at
    (cluster,) = found.clusters
    access = {one.name: one.access for one in cluster.storage}
    assert access[ServiceName("bucket plants")] == "private"
