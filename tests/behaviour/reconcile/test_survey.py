"""What a board finds when it looks at a cluster beside its plan."""

import threading

import pytest

from oscar_sync.model.identity import BucketName, ClusterId, ServiceName
from oscar_sync.reconcile.survey import surveys
from oscar_sync.wire.api import OscarApi
from tests.machine import PATIENCE_S
from tests.property.conftest import _world, world
from tests.support.services import service, two_clusters

__all__ = ["_world", "world"]


def test_declared_buckets_are_counted_and_their_access_is_told(world):
    world.write_settings(buckets={"plants": {}, "gone": {}})
    world.write()
    world.apply()
    world.put("plants", "a", b"123")
    world.store.remove_bucket("gone")
    with world.connections() as connections:
        planned = world.plan()
        (found,) = surveys(planned, connections)
    edge = ClusterId("edge")
    held = {
        name: (count.objects, count.size_bytes) for name, count in found.contents.items() if count
    }
    assert held == {(edge, BucketName("plants")): (1, 3)}
    assert found.planned_at == planned.read_at <= found.at
    (cluster,) = found.clusters
    access = {one.name: one.access for one in cluster.storage}
    assert access[ServiceName("bucket plants")] == "private"


def test_declared_buckets_of_all_clusters_are_listed_at_the_same_time(world, monkeypatch):
    world.write_settings(buckets={"plants": {}})
    world.write()
    two_clusters(world)
    planned, both, ask = world.plan(), threading.Barrier(2), OscarApi.list_buckets

    def list_buckets(api):
        both.wait(PATIENCE_S)
        return ask(api)

    monkeypatch.setattr(OscarApi, "list_buckets", list_buckets)
    with world.connections() as connections:
        (found,) = surveys(planned, connections)
    assert [one.problem for one in found.clusters] == ["", ""]


class Gate(threading.Event):
    """Holds what is asked about each service but ``alpha``, until it is set."""

    def __init__(self):
        super().__init__()
        self.asked = []


@pytest.fixture
def gate(monkeypatch):
    made, ask = Gate(), OscarApi.deployment

    def deployment(api, name):
        made.asked.append(name)
        assert name == "alpha" or made.wait(PATIENCE_S)
        return ask(api, name)

    monkeypatch.setattr(OscarApi, "deployment", deployment)
    return made


def _names(found):
    return {service.key.name for cluster in found.clusters for service in cluster.services}


@pytest.fixture
def many(world):
    """Return a plan of seven services, of which six are asked about when alpha is done."""
    names = ["alpha", *(f"s{number}" for number in range(6))]
    world.write(*(service(name) for name in names))
    world.apply()
    return world.plan()


def test_a_long_look_shows_what_it_has_found_so_far(world, many, gate):
    parts = []
    with world.connections() as connections:
        for found in surveys(many, connections, every_s=0.01):
            parts.append(found)
            if _names(found) == {"alpha"}:
                gate.set()
    assert {"alpha"} in [_names(found) for found in parts]
    assert [found.is_whole for found in parts[-2:]] == [False, True]
    assert len(_names(parts[-1])) == 7


def test_a_look_that_is_over_asks_nothing_more(world, many, gate):
    over = threading.Event()
    with world.connections() as connections:
        looking = surveys(many, connections, over.is_set, every_s=0.01)
        while _names(next(looking)) != {"alpha"} or len(gate.asked) < 5:
            pass
        over.set()
        gate.set()
        assert list(looking) == []
    assert len(gate.asked) == 5
