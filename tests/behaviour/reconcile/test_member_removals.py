"""A federated service that is removed takes its workers along, and every byte stays (trust 2.7)."""

import pytest

from oscar_sync.model.action import MemberFate
from oscar_sync.model.report import Status
from oscar_sync.model.step import Do
from oscar_sync.render.plan_text import plan_text
from tests.behaviour.reconcile.federation import REMOVE, applied, at, codes, done, fates
from tests.emulator.calling import SERVICES

VOLUME = {"size": "1Gi", "mount_path": "/d", "lifecycle_policy": "delete"}


def on_members(plan):
    return [(step.do, step.target) for step in plan.actions[0].steps if step.member]


@pytest.mark.parametrize(
    ("topology", "cluster_id"), [("star", "edge"), ("star", ""), ("mesh", "edge")]
)
def test_a_removal_removes_the_workers_detached_first(world, topology, cluster_id):
    applied(
        world, "near/one", "far/two",
        input=at("plants/in"), topology=topology, cluster_id=cluster_id,
    )  # fmt: skip
    for name in world.apis if topology == "star" else ("edge",):
        world.put(name, "plants", "in/kept")
    before = {name: world.objects(name) for name in world.apis}
    plan = world.plan(REMOVE)
    assert fates(plan) == [("near/one", MemberFate.REMOVED), ("far/two", MemberFate.REMOVED)]
    assert [[item.bucket for item in one.keeps] for one in plan.actions[0].members] == [
        ["plants"], ["plants"]
    ]  # fmt: skip
    assert on_members(plan) == [
        (Do.PUT, "near/one"), (Do.DELETE, "near/one"), (Do.PUT, "far/two"), (Do.DELETE, "far/two")
    ]  # fmt: skip
    text = plan_text(plan)
    assert "detach the worker near/one: plants" in text
    assert "delete the worker near/one, which no longer names a bucket" in text
    assert "member far/two: its worker there is removed; bucket plants of it stays there" in text
    is_done, why = done(world.run(REMOVE))
    assert is_done, why
    assert not world.services("edge") | world.services("near") | world.services("far")
    assert {name: world.objects(name) for name in world.apis} == before


def test_a_service_that_was_removed_is_taken_up_again_at_the_first_try(world):
    applied(world, "near/plants", input=at("plants/in"))
    for name in ("edge", "near"):
        world.put(name, "plants", "in/kept")
    before = world.objects("edge"), world.objects("near")
    assert done(world.run(REMOVE))[0]
    is_done, why = done(world.run())
    assert is_done, why
    assert world.shown("near", "plants")["input"][0]["path"] == "plants/in"
    assert (world.objects("edge"), world.objects("near")) == before
    assert world.hooks("edge", "plants") == world.hooks("near", "plants") == ["in/"]
    assert not world.plan().actions


def test_what_a_removal_prunes_takes_its_workers_along(world):
    applied(world, "near/plants", output=at("plants/out"))
    own = {"name": "own", "image": "ghcr.io/x/a:1", "script": "s\n"}
    world.write(own, prune=True)
    is_done, why = done(world.run())
    assert is_done, why
    assert (world.services("edge"), world.services("near")) == ({"own"}, set())


def test_a_removal_writes_nothing_to_a_member_that_is_somebody_elses(world):
    applied(world, "near/plants", "far/plants", input=at("plants/in"))
    assert world.apis["far"].delete(f"{SERVICES}/plants").status == 204
    world.stranger("far", "plants", "theirs")
    before = world.shown("far", "plants")
    plan = world.plan(REMOVE)
    assert codes(plan) == []
    assert fates(plan) == [("near/plants", MemberFate.REMOVED)]
    world.apis["far"].emulator.forget_requests()
    assert done(world.run(REMOVE))[0]
    assert world.shown("far", "plants") == before
    assert ("theirs", "in/data") in world.objects("far")
    assert not world.writes_to("far")


def test_a_service_that_appears_on_a_member_after_the_plan_stays(world):
    applied(world, "near/plants", input=at("plants/in"))
    assert world.apis["near"].delete(f"{SERVICES}/plants").status == 204
    report = world.run(REMOVE, between=lambda: world.stranger("near", "plants", "theirs"))
    assert done(report)[0]
    assert world.shown("near", "plants")["script"] == "theirs\n"


def test_a_member_that_is_the_origin_itself_is_removed_once(world):
    applied(world, "near/plants")
    itself = {"type": "oscar", "cluster_id": "edge", "service_name": "plants"}
    world.apis["edge"].emulator.fault(f"PUT {SERVICES}:500-before")  # the PUT that it sends itself
    world.apis["edge"].post({"members": [itself]}, "/system/federation/plants")
    assert len(world.shown("edge", "plants")["federation"]["members"]) == 2
    assert on_members(world.plan(REMOVE)) == [(Do.DELETE, "near/plants")]


def test_a_removal_that_was_cut_short_goes_on(world):
    """The worker's PUT is answered with an error, and read back it still names its buckets."""
    applied(world, "near/plants", input=at("plants/in"))
    world.put("near", "plants", "in/kept")
    near = world.apis["near"].emulator
    report = world.run(REMOVE, between=lambda: near.fault(f"PUT {SERVICES}:500-before"))
    assert [result.status for result in report.results] == [Status.NOT_VERIFIED]
    assert world.services("edge") == world.services("near") == {"plants"}
    assert world.shown("edge", "plants")["input"]
    near.clear_faults()
    edge = world.apis["edge"].emulator
    world.run(REMOVE, between=lambda: edge.fault(f"DELETE {SERVICES}/plants:500-before"))
    assert (world.services("edge"), world.services("near")) == ({"plants"}, set())
    edge.clear_faults()
    is_done, why = done(world.run(REMOVE))
    assert is_done, why
    assert world.services("edge") == set()
    assert ("plants", "in/kept") in world.objects("near")


def test_a_removal_leaves_a_worker_out_of_sight_only_where_that_was_agreed_to(world):
    applied(world, "near/plants", input=at("plants/in"))
    world.put("near", "plants", "in/kept")
    world.unknown = {"near"}
    world.write(world.origin("near/plants", input=at("plants/in")))
    plan = world.plan(REMOVE)
    assert codes(plan) == ["federation-unseen"]
    assert "a worker there would stay, and run without its origin" in plan.blocked[0].message
    named = world.plan(REMOVE, allow=("federate:plants",))
    assert fates(named) == [("near/plants", MemberFate.OUT_OF_SIGHT)]
    assert "what is there cannot be seen; a worker there stays" in plan_text(named)
    before = world.shown("near", "plants")
    assert done(world.run(REMOVE, allow=("federate:plants",)))[0]
    assert world.services("edge") == set()
    assert world.shown("near", "plants") == before
    assert ("plants", "in/kept") in world.objects("near")


def test_a_worker_that_would_take_its_volume_along_stays_with_its_origin(world):
    world.write(world.origin("near/plants", volume=VOLUME))
    assert done(world.run())[0]
    plan = world.plan(REMOVE, allow=("erase:plants/volume",))
    assert codes(plan) == ["member-volume"]
    assert "its worker near/plants: its volume plants would be deleted" in plan.blocked[0].message


def test_a_worker_that_the_settings_protect_stays_with_its_origin(world):
    applied(world, "near/plants")
    world.write(world.origin("near/plants"), services={"near/plants": {"protect": True}})
    plan = world.plan(REMOVE)
    assert codes(plan) == ["protected"]
    assert "its worker near/plants: it is protected" in plan.blocked[0].message


def test_a_stopped_worker_with_buckets_stays_with_its_origin(world):
    exposed = {"expose": {"min_scale": 1, "max_scale": 1, "api_port": [80], "cpu_threshold": 80}}
    applied(world, "near/plants", output=at("plants/out"), **exposed)
    assert world.apis["near"].post({}, f"{SERVICES}/plants/stop").status in (200, 204)
    assert codes(world.plan(REMOVE)) == ["stopped"]


WRITES = [(cluster, method) for cluster in ("near", "edge") for method in ("PUT", "DELETE")]


@pytest.mark.parametrize(("cluster", "method"), WRITES)
@pytest.mark.parametrize("kind", ["500-after", "truncate"])
def test_a_removal_whose_answers_are_lost_ends_at_the_next_run_and_loses_nothing(
    world, cluster, method, kind
):
    applied(world, "near/plants", input=at("plants/in"))
    for name in ("edge", "near"):
        world.put(name, "plants", "in/kept")
    before = world.objects("edge"), world.objects("near")
    struck = world.apis[cluster].emulator
    path = SERVICES if method == "PUT" else f"{SERVICES}/plants"
    world.run(REMOVE, between=lambda: struck.fault(f"{method} {path}:{kind}"))
    struck.clear_faults()
    is_left = "plants" in world.services("edge")
    is_done, why = done(world.run(REMOVE)) if is_left else (True, "")
    assert is_done, why
    assert not world.services("edge") | world.services("near")
    assert (world.objects("edge"), world.objects("near")) == before


def test_a_worker_that_lets_go_of_its_buckets_keeps_its_token(world):
    """Of what is marked as a worker the server takes the body's token, and blank without one."""
    applied(world, "near/plants", input=at("plants/in"))
    near = world.apis["near"].emulator
    world.run(REMOVE, between=lambda: near.fault(f"DELETE {SERVICES}/plants:500-before"))
    assert world.shown("near", "plants")["input"] == []
    assert world.shown("near", "plants")["token"] == world.shown("edge", "plants")["token"]
