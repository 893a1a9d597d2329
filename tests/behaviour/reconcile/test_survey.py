"""What a board finds when it looks at a cluster beside its plan."""

import threading

import pytest

from oscar_sync.model.identity import BucketName, ClusterId, ServiceName
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.gathering import LookPace
from oscar_sync.reconcile.survey import surveys
from oscar_sync.semantics.buckets import used_buckets
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
        for found in surveys(many, connections, pace=LookPace(every_s=0.01)):
            parts.append(found)
            if _names(found) == {"alpha"}:
                gate.set()
    assert {"alpha"} in [_names(found) for found in parts]
    assert [found.is_whole for found in parts[-2:]] == [False, True]
    assert len(_names(parts[-1])) == 7


def test_a_look_that_is_over_asks_nothing_more(world, many, gate):
    over = threading.Event()
    with world.connections() as connections:
        looking = surveys(many, connections, over.is_set, pace=LookPace(every_s=0.01))
        while _names(next(looking)) != {"alpha"} or len(gate.asked) < 5:
            pass
        over.set()
        gate.set()
        assert list(looking) == []
    assert len(gate.asked) == 5


@pytest.fixture
def two(world):
    """Return a plan of two clusters, which both run the service alpha."""
    world.write_settings(buckets={"plants": {}})
    world.write(service("alpha"))
    world.apply()
    two_clusters(world)
    return world.plan()


def _shown(found):
    return {
        status.cluster.id: (status.problem, [one.state for one in status.services])
        for status in found.clusters
    }


WHOLE = ("", ["ready"])


@pytest.mark.parametrize(("call", "states"), [
    ("deployment", []), ("jobs", ["ready"]), ("list_services", []),
])  # fmt: skip
def test_an_answer_that_makes_the_program_fail_leaves_the_other_clusters_whole(
    world, two, monkeypatch, call, states
):
    ask, told = getattr(OscarApi, call), list[Exception]()

    def failing(api, *words):
        if api.session.cluster.id == "edge":
            raise ZeroDivisionError("a-secret-of-the-answer")
        return ask(api, *words)

    monkeypatch.setattr(OscarApi, call, failing)
    with world.connections() as connections:
        *_, found = surveys(two, connections, tell=told.append)
    assert found.is_whole
    problem = "unexpected ZeroDivisionError; the log of this watch says where"
    assert _shown(found) == {"edge": (problem, states), "twin": WHOLE}
    assert [type(error) for error in told] == [ZeroDivisionError]


def test_a_service_that_makes_the_program_fail_leaves_the_other_clusters_whole(
    world, two, monkeypatch
):
    told, first = list[Exception](), iter([True])

    def failing(form):
        if next(first, False):
            raise ZeroDivisionError
        return used_buckets(form)

    monkeypatch.setattr("oscar_sync.reconcile.gathering.used_buckets", failing)
    with world.connections() as connections:
        *_, found = surveys(two, connections, tell=told.append)
    assert found.is_whole
    problem = "unexpected ZeroDivisionError; the log of this watch says where"
    assert sorted(one.problem for one in found.clusters) == ["", problem]
    assert [type(error) for error in told] == [ZeroDivisionError]


@pytest.mark.parametrize("call", ["deployment", "list_services", "list_buckets"])
def test_a_cluster_that_does_not_answer_is_left_and_the_others_are_shown(
    world, two, monkeypatch, call
):
    ask, gate = getattr(OscarApi, call), threading.Event()

    def held(api, *words):
        assert api.session.cluster.id != "edge" or gate.wait(PATIENCE_S)
        return ask(api, *words)

    monkeypatch.setattr(OscarApi, call, held)
    with world.connections() as connections:
        *_, found = surveys(two, connections, pace=LookPace(silent_s=1.0))
        gate.set()
    assert found.is_whole
    silent = "no answer for 1 s; a slower cluster needs a longer --timeout"
    assert _shown(found) == {"edge": (silent, []), "twin": WHOLE}


def test_a_longer_timeout_lets_a_slow_cluster_answer_a_look():
    assert LookPace.of(Connections({})) == LookPace()
    assert LookPace.of(Connections({}, read_timeout_s=180.0)).silent_s == 90.0
