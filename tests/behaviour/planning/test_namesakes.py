"""Two services of one name, in two namespaces: nothing of either is written or deleted (6.4)."""

import pytest

from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.report import Status
from oscar_sync.reconcile.once import ApplyOptions, apply_once, plan_once
from tests.emulator.calling import SERVICES
from tests.support.services import minio
from tests.support.worlds import shared_world
from tests.unit.planning.built import codes

SERVICE = {"name": "alpha", "image": "ghcr.io/x/a:1", "script": "s\n"}


def test_a_bucket_that_a_new_service_of_the_removed_name_uses_stays(world):
    """Somebody creates it again between the service's DELETE and that of its bucket."""
    world.write({**SERVICE, "output": minio("red/out")})
    world.apply()
    world.write({**SERVICE, "name": "beta"})
    world.write_settings(removed=[{"service": "alpha", "erase": ["red"]}])
    with world.connections() as connections:
        found = plan_once(world.desire(), PlanOptions(), connections)

        def create_again(method, status):
            if method == "DELETE" and world.live("alpha") is None:
                world.oscar.landed = lambda method, status: None
                assert world.api.post(SERVICE).status == 201
                attached = {**world.live("alpha"), "output": minio("red/out")}
                world.api.put(attached, SERVICES)

        world.oscar.landed = create_again
        report = apply_once(found, ApplyOptions(), connections)
    assert "red" in world.buckets()
    assert Status.DONE not in [
        result.status for result in report.results if result.action.key.name == "alpha"
    ]


_older, older = shared_world("older", oscar_version="4.0")


def test_a_server_of_4_0_lists_both_and_both_keep_their_buckets(older):
    older.write({**SERVICE, "input": minio("red/in")})
    older.apply()
    other = {**SERVICE, "namespace": "oscar", "input": minio("blue/in")}
    assert older.api.post(other).status == 201
    older.put("blue", "in/one", b"kept")
    older.write({**SERVICE, "name": "beta"})
    older.write_settings(removed=[{"service": "alpha", "erase": ["red", "blue"]}])
    found, report = older.apply()
    assert codes(found.draft.plan) == ["name-not-unique"]
    assert [result.status for result in report.results] == [Status.DONE]  # beta is created
    assert len([raw for raw in older.api.get(SERVICES).json if raw["name"] == "alpha"]) == 2
    assert ("blue", "in/one") in older.objects()


@pytest.mark.parametrize("what", ["update", "remove"])
def test_a_namesake_that_came_since_the_plan_stops_the_write(older, what):
    older.write({**SERVICE, "input": minio("red/in")})
    older.apply()
    older.write({**SERVICE, "input": minio("red/in"), "memory": "1Gi"})
    options = PlanOptions(Scope.REMOVE, ("alpha",)) if what == "remove" else PlanOptions()
    with older.connections() as connections:
        found = plan_once(older.desire(), options, connections)
        assert older.api.post({**SERVICE, "namespace": "oscar"}).status == 201
        older.forget()
        report = apply_once(found, ApplyOptions(), connections)
    assert [result.status for result in report.results] == [Status.FAILED]
    assert not older.oscar.writes
