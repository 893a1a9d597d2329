"""Writes to a federated service reach other clusters: nobody is hurt there (trust 2.7)."""

import itertools
from collections import Counter

import pytest

from oscar_sync.model.action import ActionKind, MemberFate
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.report import Status
from oscar_sync.model.step import Do
from oscar_sync.render.plan_text import plan_text
from tests.behaviour.reconcile.federation import NOWHERE, REMOVE, applied, at, codes, done, fates
from tests.emulator.calling import SERVICES

VOLUME = {"size": "1Gi", "mount_path": "/d", "lifecycle_policy": "retain"}


# what a member has already


@pytest.mark.parametrize("members", [["near/plants"], ["far/plants", "near/plants"]])
def test_a_create_with_a_service_of_somebody_else_on_a_member_is_blocked(world, members):
    """OSCAR would take the create back with a DELETE on every member, buckets and all."""
    world.stranger("near", "plants", "theirs")
    world.write(world.origin(*members))
    plan = world.plan()
    assert codes(plan) == ["member-taken"]
    assert "near/plants: a service of that name exists" in plan.blocked[0].message
    assert ", owned by " in plan.blocked[0].message
    assert not any(step.member for step in plan.blocked[0].action.steps)
    assert not plan.blocked[0].consent
    world.run()
    assert ("theirs", "in/data") in world.objects("near")
    assert world.shown("near", "plants")["script"] == "theirs\n"
    assert not world.services("far") | world.services("edge")


def test_an_update_that_adds_a_member_of_somebody_else_is_blocked(world):
    applied(world, "near/plants")
    world.stranger("far", "plants", "theirs")
    world.write(world.origin("near/plants", "far/plants"))
    assert codes(world.plan()) == ["member-taken"]
    world.run()
    assert world.shown("far", "plants")["script"] == "theirs\n"


def taken(world):
    """Let a worker be deleted, and somebody else have its name."""
    assert world.apis["near"].delete(f"{SERVICES}/plants").status == 204
    world.stranger("near", "plants", "theirs")


@pytest.mark.parametrize(
    ("options", "fields", "allow"),
    [
        (None, {"memory": "1Gi"}, ()),
        (None, {"volume": VOLUME}, ("replace:plants",)),
        (PlanOptions(Scope.FORGET, ("edge/plants",)), {}, ()),
    ],
)
def test_every_write_that_reaches_a_member_is_blocked_where_it_is_anothers(
    world, options, fields, allow
):
    applied(world, "near/plants", output=at("plants/out"))
    taken(world)
    world.write(world.origin("near/plants", output=at("plants/out"), **fields))
    plan = world.plan(options, allow=allow)
    assert codes(plan) == ["member-taken"]
    world.run(options, allow=allow)
    assert world.shown("near", "plants")["script"] == "theirs\n"
    assert ("theirs", "in/data") in world.objects("near")


def test_a_worker_of_another_origin_is_somebody_elses(world):
    other = {**world.origin("near/worker"), "name": "other"}
    world.write(other)
    assert done(world.run())[0]
    world.write(other, world.origin("near/worker"))
    plan = world.plan()
    assert codes(plan) == ["member-taken"]
    assert "managed by set laws" in plan.blocked[0].message


@pytest.mark.parametrize("members", [["near/one", "near/one"], ["edge/plants"]])
def test_a_create_that_oscar_would_take_back_by_itself_is_blocked(world, members):
    """The second POST to one member fails, and so does the one to the origin itself."""
    world.write(world.origin(*members))
    assert codes(world.plan()) == ["member-taken"]


def test_two_origins_of_one_plan_do_not_make_one_worker(world):
    world.write(world.origin("near/one"), {**world.origin("near/one"), "name": "other"})
    plan = world.plan()
    assert codes(plan) == ["member-taken"]
    assert "has its worker there already" in plan.blocked[0].message


def test_a_manifest_for_the_member_is_no_free_name(world):
    own = {"name": "plants", "image": "ghcr.io/x/a:1", "script": "s\n"}
    world.write(world.origin("near/plants"), ("near", own))
    assert "member-taken" in codes(world.plan())


# what nobody can see


def unknown(world, how):
    if how == "not in the settings":
        world.unknown = {"near"}
        return world.origin("near/plants")
    if how == "not reachable":
        world.settings["clusters"] = {
            "edge": {
                "endpoint": world.address("edge"), "auth_user": world.apis["edge"].emulator.user,
                "auth_password": "${PASSWORD}", "identity": "edge.example.org",
            },
            "near": {"endpoint": NOWHERE, "auth_user": "u", "auth_password": "p"},
        }  # fmt: skip
        service = world.origin("near/plants")
        service["clusters"]["near"]["endpoint"] = NOWHERE
        return service
    service = world.origin("near/plants")
    if how == "at another address":
        service["clusters"]["near"]["endpoint"] = "https://near.elsewhere.org"
    else:
        service["federation"]["members"][0]["cluster_id"] = ""
    return service


UNKNOWN = {
    "not in the settings": "this run knows no cluster near at http://127.0.0.1:",
    "not reachable": "near/plants: ",
    "at another address": "this run knows no cluster near at https://near.elsewhere.org;",
    "without a cluster": "(no cluster)/plants: it names no cluster or no service;",
}


@pytest.mark.parametrize("how", UNKNOWN)
def test_a_member_that_nobody_can_look_at_is_blocked_until_it_is_named(world, how):
    world.write(unknown(world, how))
    plan = world.plan()
    assert codes(plan) == ["federation-unseen"]
    assert plan.blocked[0].consent == "federate:plants"
    assert UNKNOWN[how] in plan.blocked[0].message
    named = world.plan(allow=("federate:plants",))
    assert codes(named) == []
    assert [fate for _, fate in fates(named)] == [MemberFate.UNSEEN]
    assert "what is there cannot be seen" in plan_text(named)
    world.write(unknown(world, how), services={"plants": {"allow": ["federate"]}})
    assert codes(world.plan()) == []


def test_a_member_whose_cluster_answers_with_an_error_is_unseen(world):
    world.apis["near"].emulator.fault(f"GET {SERVICES}/plants:500-before")
    world.write(world.origin("near/plants"))
    plan = world.plan()
    assert codes(plan) == ["federation-unseen"]
    assert "near/plants: its cluster answers with an error" in plan.blocked[0].message


def test_a_member_without_an_address_is_the_cluster_of_that_name(world):
    service = world.origin("near/plants")
    service["clusters"]["near"]["endpoint"] = ""
    world.write(service)
    assert fates(world.plan()) == [("near/plants", MemberFate.CREATED)]
    world.stranger("near", "plants", "theirs")
    assert codes(world.plan()) == ["member-taken"]


def test_an_update_that_reaches_an_unseen_member_is_blocked_until_it_is_named(world):
    applied(world, "near/plants")
    world.unknown = {"near"}
    world.write(world.origin("near/plants", memory="1Gi"))
    assert codes(world.plan()) == ["federation-unseen"]
    plan = world.plan(allow=("federate:plants",))
    assert fates(plan) == [("near/plants", MemberFate.UNSEEN)]
    assert done(world.run(allow=("federate:plants",)))[0]
    assert world.shown("near", "plants")["memory"] == "1Gi"


def test_a_consent_for_the_unseen_covers_no_service_of_somebody_else(world):
    world.stranger("near", "plants", "theirs")
    world.write(world.origin("near/plants", "gone/plants"))
    assert codes(world.plan(allow=("federate:plants",))) == ["member-taken"]


def test_a_service_that_another_user_hides_is_not_free(world):
    world.apis["near"].emulator.fault(f"GET {SERVICES}/plants:403")
    world.write(world.origin("near/plants"))
    assert codes(world.plan()) == ["member-taken"]


# what the plan says, and what becomes of it


def test_what_happens_on_members_is_part_of_the_plan_and_its_digest(world):
    world.write(world.origin("near/plants"))
    one = world.plan()
    assert fates(one) == [("near/plants", MemberFate.CREATED)]
    assert "member near/plants: its worker is created there" in plan_text(one)
    world.write(world.origin("far/plants"))
    assert world.plan().digest != one.digest
    applied(world, "near/plants", memory="1Gi")
    world.write(world.origin("near/plants", "far/plants", memory="2Gi"))
    plan = world.plan()
    assert fates(plan) == [("near/plants", MemberFate.UPDATED), ("far/plants", MemberFate.CREATED)]
    assert done(world.run())[0]
    assert world.shown("near", "plants")["memory"] == "2Gi"


def test_a_member_that_an_update_drops_keeps_its_worker_and_that_is_told(world):
    applied(world, "near/plants", "far/plants")
    world.write(world.origin("near/plants"))
    plan = world.plan()
    assert fates(plan) == [("near/plants", MemberFate.UPDATED), ("far/plants", MemberFate.LEFT)]
    assert "member far/plants: its worker stays there as it is" in plan_text(plan)
    is_done, why = done(world.run())
    assert is_done, why
    assert world.services("far") == {"plants"}


def test_without_a_set_a_worker_is_known_by_what_oscar_wrote_on_it(world):
    world.write(world.origin("near/plants", output=at("plants/out")), set=None)
    assert done(world.run())[0]
    world.write(world.origin("near/plants", output=at("plants/out"), memory="1Gi"))
    assert codes(world.plan()) == []


@pytest.mark.parametrize("set_name", ["laws", None])
def test_a_worker_that_says_nothing_of_its_origin_is_known_by_this_sets_mark_alone(world, set_name):
    """An origin without cluster_id marks no worker; our own mark is copied to it."""
    unmarked = {"cluster_id": "", "output": at("plants/out")}
    world.write(world.origin("near/plants", **unmarked), set=set_name)
    assert done(world.run())[0]
    world.write(world.origin("near/plants", memory="1Gi", **unmarked))
    plan = world.plan()
    assert codes(plan) == ([] if set_name else ["member-taken"])


def test_a_manifest_that_stays_asks_no_member_anything(world):
    applied(world, "near/plants", "far/plants")
    for api in world.apis.values():
        api.emulator.forget_requests()
    assert not world.plan().actions
    assert len([one for one in world.apis["near"].emulator.requests if "GET" in one]) <= 3


def test_a_member_is_asked_only_what_a_write_to_it_needs(world):
    """Beside what every run asks of each cluster: its version, its store, its services."""
    near, by_name = world.apis["near"].emulator, ("GET", f"{SERVICES}/plants")

    def asked(*fields):
        for one in fields:
            world.write(world.origin("near/plants", input=at("plants/in"), **one))
        near.forget_requests()
        assert done(world.run())[0]
        usual = {"/system/config", "/system/info", SERVICES}
        return Counter(
            (method, path) for method, path, _ in near.requests
            if method == "GET" and path not in usual
        )  # fmt: skip

    # The plan, the look just before the POST, and OSCAR's own.
    assert asked({}) == {by_name: 3, ("GET", "/system/buckets"): 1}
    assert asked({"memory": "1Gi"}) == {by_name: 1}
    assert asked() == {}


def left(world, *, is_attached):
    """Let somebody delete the origin by hand; OSCAR leaves its workers."""
    shown = {**world.shown("edge", "plants"), "environment": {}}
    federation = {**shown["federation"], "members": []} if is_attached else shown["federation"]
    world.apis["edge"].put({**shown, "input": [], "federation": federation}, SERVICES)
    assert world.apis["edge"].delete(f"{SERVICES}/plants").status == 204
    assert bool(world.shown("near", "plants")["input"]) is is_attached


@pytest.mark.parametrize("topology", ["star", "mesh"])
@pytest.mark.parametrize("is_attached", [True, False])
def test_a_service_is_taken_up_again_with_the_worker_that_is_left(world, topology, is_attached):
    """OSCAR's create would fail on it, and be taken back with a DELETE there."""
    applied(world, "near/plants", input=at("plants/in"), topology=topology)
    left(world, is_attached=is_attached)
    if topology == "star":
        world.put("near", "plants", "in/kept")
    before = world.objects("near")
    plan = world.plan()
    assert codes(plan) == []
    assert fates(plan) == [("near/plants", MemberFate.REPLACED)]
    sent = [(step.do, step.target) for step in plan.actions[0].steps if step.member]
    lets_go = [(Do.PUT, "near/plants")] if is_attached else []
    assert sent == [*lets_go, (Do.DELETE, "near/plants")]
    is_done, why = done(world.run())
    assert is_done, why
    assert world.shown("near", "plants")["input"][0]["path"] == "plants/in"
    assert world.shown("near", "plants")["token"] == world.shown("edge", "plants")["token"]
    assert before <= world.objects("near")
    assert not world.plan().actions


@pytest.mark.parametrize("topology", ["star", "mesh"])
def test_a_replace_keeps_origin_and_worker_and_their_data(world, topology):
    applied(world, "near/plants", input=at("plants/in"), topology=topology)
    for name in ("edge", "near") if topology == "star" else ("edge",):
        world.put(name, "plants", "in/kept")
    before = world.objects("edge"), world.objects("near")
    world.write(
        world.origin("near/plants", input=at("plants/in"), topology=topology, volume=VOLUME),
        services={"plants": {"allow": ["replace"]}},
    )
    plan = world.plan()
    assert [action.kind for action in plan.actions] == [ActionKind.REPLACE]
    assert fates(plan) == [("near/plants", MemberFate.REPLACED)]
    assert "delete the worker near/plants, which no longer names a bucket" in plan_text(plan)
    is_done, why = done(world.run())
    assert is_done, why
    assert world.services("edge") == world.services("near") == {"plants"}
    assert (world.objects("edge"), world.objects("near")) == before
    assert not world.plan().actions


def test_a_replace_with_two_members_takes_each_worker_away(world):
    members = ("near/one", "far/two")
    applied(world, *members, input=at("plants/in"))
    for name in world.apis:
        world.put(name, "plants", "in/kept")
    world.write(world.origin(*members, input=at("plants/in"), volume=VOLUME))
    before = {name: world.objects(name) for name in world.apis}
    [action] = world.plan(allow=("replace:plants",)).actions
    written = [(step.do, step.target) for step in action.steps if step.member]
    assert len(written) == len(set(written)) == 4
    is_done, why = done(world.run(allow=("replace:plants",)))
    assert is_done, why
    assert (world.services("near"), world.services("far")) == ({"one"}, {"two"})
    assert {name: world.objects(name) for name in world.apis} == before


def test_an_old_worker_that_keeps_its_buckets_is_not_deleted(world):
    """Its PUT is answered with an error, and read back it still names them."""
    applied(world, "near/plants", input=at("plants/in"))
    left(world, is_attached=True)
    world.put("near", "plants", "in/kept")
    near = world.apis["near"].emulator
    report = world.run(between=lambda: near.fault(f"PUT {SERVICES}:500-before"))
    assert [result.status for result in report.results] == [Status.NOT_VERIFIED]
    assert "near/plants still names its buckets" in report.results[0].message
    assert world.services("edge") == set()
    assert ("plants", "in/kept") in world.objects("near")


def test_a_bucket_of_somebody_else_on_a_member_is_not_taken_up(world):
    from minio.commonconfig import Tags

    store = world.store("near")
    store.make_bucket("plants")
    tags = Tags(for_object=False)
    tags["owner"] = "zoe"
    store.set_bucket_tags("plants", tags)
    world.write(world.origin("near/plants", input=at("plants/in")))
    assert codes(world.plan()) == ["member-bucket"]


def test_a_bucket_that_only_a_member_has_is_told_of_before_oscar_takes_the_create_back(world):
    world.apis["near"].post({"bucket_name": "plants"}, "/system/buckets")
    world.write(world.origin("near/plants", input=at("plants/in")))
    plan = world.plan()
    assert codes(plan) == ["member-bucket"]
    assert "not here" in plan.blocked[0].message


# what moves after the plan


MOVES = [
    *itertools.product(["create", "update", "replace"], [True, False]),
    ("remove", False),  # nothing is sent to a member that has no worker
]


@pytest.mark.parametrize(("what", "is_new"), MOVES)
def test_a_member_that_moved_since_the_plan_stops_the_write(world, what, is_new):
    deleted = []
    if what != "create":
        applied(world, "near/plants", input=at("plants/in"))
        if is_new:
            deleted.append(world.apis["near"].delete(f"{SERVICES}/plants").status)
    assert set(deleted) <= {204}
    fields: dict[str, object] = {}
    if what in {"update", "replace"}:
        fields = {"memory": "1Gi"} if what == "update" else {"volume": VOLUME}
    world.write(world.origin("near/plants", input=at("plants/in"), **fields))

    def move():
        if is_new or what == "create":
            world.stranger("near", "plants", "theirs")
        else:
            shown = {**world.shown("near", "plants"), "script": "theirs\n"}
            world.apis["near"].put(shown, SERVICES)
        for api in world.apis.values():
            api.emulator.forget_requests()

    options = REMOVE if what == "remove" else None
    report = world.run(
        options, between=move, allow=("replace:plants",) if what == "replace" else ()
    )
    assert [result.status for result in report.results] == [Status.STALE]
    how = "exists now" if is_new or what == "create" else "has changed since the plan was made"
    assert report.results[0].message == f"the member near/plants {how}"
    assert not world.writes_to("edge")
    assert not world.writes_to("near")
