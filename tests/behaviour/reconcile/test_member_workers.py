"""Workers that an update does not make or reach are shown, made and mended (issue 19, B8)."""

import pytest

from oscar_sync.model.action import MemberFate
from oscar_sync.model.report import Status
from oscar_sync.model.step import Do
from oscar_sync.render.plan_text import plan_text
from oscar_sync.render.report import report_text
from tests.behaviour.reconcile.federation import applied, at, codes, done, fates
from tests.emulator.calling import SERVICES


@pytest.mark.parametrize("topology", ["star", "mesh"])
@pytest.mark.parametrize("set_name", ["laws", None])
def test_a_member_that_a_put_cannot_make_is_made_by_its_own_post(world, topology, set_name):
    fields = {"input": at("plants/in"), "topology": topology}
    world.settings["set"] = set_name
    applied(world, "near/plants", **fields)
    world.write(world.origin("near/plants", "far/plants", **fields))
    plan = world.plan()
    assert fates(plan) == [("near/plants", MemberFate.UPDATED), ("far/plants", MemberFate.CREATED)]
    [action] = plan.actions
    assert [(step.do, step.target) for step in action.steps[:2]] == [
        (Do.POST, "far/plants"), (Do.PUT, "plants")
    ]  # fmt: skip
    text = plan_text(plan)
    assert "+ create the worker far/plants, empty: the update of its origin fills it" in text
    assert "member far/plants: its worker is created there" in text
    is_done, why = done(world.run())
    assert is_done, why
    near, far, edge = (world.shown(name, "plants") for name in ("near", "far", "edge"))
    for name in ("script", "input", "annotations", "token"):
        assert far[name] == near[name], name
    assert far["token"] == edge["token"]
    assert not world.plan().actions


def test_a_worker_that_somebody_deleted_is_made_again_and_no_other(world):
    applied(world, "near/plants", "far/plants", input=at("plants/in"))
    assert world.apis["near"].delete(f"{SERVICES}/plants").status == 204
    plan = world.plan()
    assert ("near/plants", MemberFate.CREATED) in fates(plan)
    assert "federation.members[0]" in plan_text(plan)
    assert "near/plants as its origin" in plan_text(plan)
    world.apis["far"].emulator.forget_requests()
    is_done, why = done(world.run())
    assert is_done, why
    assert "POST" not in {method for method, *_ in world.writes_to("far")}
    assert world.shown("near", "plants")["token"] == world.shown("edge", "plants")["token"]
    assert ("plants", "in/") in world.objects("near")
    assert not world.plan().actions


def test_a_member_that_nothing_would_mark_as_ours_is_blocked(world):
    unmarked = {"cluster_id": "", "output": at("plants/out")}
    world.write(world.origin("near/plants", **unmarked), set=None)
    assert done(world.run())[0]
    world.write(world.origin("near/plants", "far/plants", memory="1Gi", **unmarked))
    plan = world.plan()
    assert codes(plan) == ["member-taken"]  # not even near/plants is known as the origin's
    assert world.apis["near"].delete(f"{SERVICES}/plants").status == 204
    plan = world.plan()
    assert codes(plan) == ["member-absent"]
    assert "the worker near/plants, far/plants does not exist" in plan.blocked[0].message
    assert "give the service a cluster_id" in plan.blocked[0].ways_out


def test_two_origins_do_not_make_one_worker_by_update(world):
    first, other = world.origin("near/a"), {**world.origin("near/b"), "name": "other"}
    world.write(first, other)
    assert done(world.run())[0]
    world.write(
        world.origin("near/a", "far/one"), {**world.origin("near/b", "far/one"), "name": "other"}
    )
    assert codes(world.plan()) == ["member-taken"]


def test_warnings_of_the_server_are_shown_in_full_and_the_worker_is_mended(world):
    applied(world, "near/plants", "far/plants", output=at("plants/out"))
    near = world.apis["near"].emulator
    lost = [f"gone-{number:03}/plants-of-a-cluster-that-nobody-knows" for number in range(30)]
    changed = world.origin(
        "near/plants", "far/plants", *lost, memory="1Gi", output=at("plants/out")
    )
    for name in [one.split("/")[0] for one in lost]:
        del changed["clusters"][name]
    world.write(changed)
    allow = ("federate:plants",)
    report = world.run(allow=allow, between=lambda: near.fault(f"PUT {SERVICES}:409"))
    assert done(report)[0]
    [warning] = report.results[0].warnings
    assert "cluster responded with status 409" in warning
    assert all(f'cluster "gone-{number:03}" not defined' in warning for number in range(30))
    assert 'cluster "gone-029" not defined' in report_text(report)
    assert world.shown("near", "plants")["memory"] != "1Gi"
    near.clear_faults()
    plan = world.plan(allow=allow)
    [change] = plan.actions[0].changes
    assert (change.path, change.before, change.after) == (
        "federation.members[0]", "near/plants with another memory", "near/plants as its origin"
    )  # fmt: skip
    assert change.cause.is_drift
    assert done(world.run(allow=allow))[0]
    assert world.shown("near", "plants")["memory"] == "1Gi"
    assert not world.plan(allow=allow).actions


def test_a_worker_that_stays_empty_is_told_and_filled_by_the_next_run(world):
    applied(world, "near/plants")
    world.write(world.origin("near/plants", "far/plants"))
    far = world.apis["far"].emulator
    report = world.run(between=lambda: far.fault(f"PUT {SERVICES}:409"))
    assert [result.status for result in report.results] == [Status.NOT_VERIFIED]
    assert "did not reach the worker far/plants, which is empty" in report.results[0].message
    far.clear_faults()
    plan = world.plan()
    assert fates(plan) == [("near/plants", MemberFate.UPDATED), ("far/plants", MemberFate.UPDATED)]
    assert done(world.run())[0]
    assert world.shown("far", "plants")["federation"]
    assert not world.plan().actions


def test_a_worker_that_its_cluster_refuses_stops_the_update_before_it_is_sent(world):
    applied(world, "near/plants")
    world.write(world.origin("near/plants", "far/plants"))
    far = world.apis["far"].emulator
    report = world.run(between=lambda: far.fault(f"POST {SERVICES}:409"))
    assert [result.code for result in report.results] == ["member-failed"]
    assert "the worker far/plants is not made" in report.results[0].message
    assert len(world.shown("edge", "plants")["federation"]["members"]) == 1


def test_an_update_that_was_cut_short_after_the_workers_post_goes_on(world):
    applied(world, "near/plants")
    world.write(world.origin("near/plants", "far/plants", output=at("plants/out")))
    edge = world.apis["edge"].emulator
    report = world.run(between=lambda: edge.fault(f"PUT {SERVICES}:409"))
    assert [result.status for result in report.results] == [Status.FAILED]
    assert world.services("far") == {"plants"}
    edge.clear_faults()
    assert [fate for _, fate in fates(world.plan())] == [MemberFate.UPDATED] * 2
    is_done, why = done(world.run())
    assert is_done, why
    assert world.shown("far", "plants")["output"] == world.shown("near", "plants")["output"]
    assert not world.plan().actions


def test_a_secret_that_a_member_has_left_is_told_with_what_to_do_and_that_helps(world):
    """No API shows it; a create that failed late has left it there (oscar-server 6.6)."""
    near = world.apis["near"]
    plain = {"name": "plants", "image": "ghcr.io/x/a:1", "script": "s\n"}
    secret = {
        "environment": {"secrets": {"a": "b"}},
        "volume": {"name": "none", "mount_path": "/d"},
    }
    assert near.post({**plain, **secret}).status == 400
    world.write(world.origin("near/plants"))
    report = world.run()
    assert [result.status for result in report.results] == [Status.FAILED]
    assert "a member has a Secret of an earlier service" in report.results[0].message
    assert near.post(plain).status == 201
    assert near.delete(f"{SERVICES}/plants").status == 204
    is_done, why = done(world.run())
    assert is_done, why


@pytest.mark.parametrize(("cluster", "method"), [("far", "POST"), ("far", "PUT"), ("edge", "PUT")])
@pytest.mark.parametrize("kind", ["500-after", "refuse"])
def test_a_worker_whose_making_was_not_answered_is_whole_after_the_next_run(
    world, cluster, method, kind
):
    applied(world, "near/plants", input=at("plants/in"))
    world.write(world.origin("near/plants", "far/plants", input=at("plants/in")))
    struck = world.apis[cluster].emulator
    world.run(between=lambda: struck.fault(f"{method} {SERVICES}:{kind}"))
    struck.clear_faults()
    is_done, why = done(world.run())
    assert is_done, why
    assert world.shown("far", "plants")["input"] == world.shown("near", "plants")["input"]
    assert world.hooks("far", "plants") == ["in/"]
    assert not world.plan().actions
