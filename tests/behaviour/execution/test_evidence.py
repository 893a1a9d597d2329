"""Answers are evidence: one that is strange, alone or contradicted deletes nothing (trust 3)."""

import json

import pytest

from oscar_sync.execution.evidence import own_buckets
from oscar_sync.model.identity import BucketName
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.report import Status
from oscar_sync.model.state import BucketFacts
from tests.behaviour.execution.carried import (
    answering,
    carried_out,
    leave_a_bucket,
    meanwhile,
    requests,
    sent,
    showing,
)
from tests.emulator.calling import SERVICES
from tests.support.services import minio, service

ALPHA = "services/alpha"
BY_HAND = PlanOptions(scope=Scope.REMOVE, names=("alpha",))
INPUT = minio("red/in")[0]


@pytest.fixture
def full(world):
    """A service with an input, whose bucket holds an object."""
    world.write(service(input=minio("red/in")))
    world.apply()
    world.put("red", "kept/it", b"x")
    return world


def stays(world):
    return ("red", "kept/it") in world.objects()


# shapes


HOSTILE = [
    {"input": None}, {"input": "red/in"}, {"input": {}}, {"input": INPUT}, {"input": [None]},
    {"input": ["red/in"]}, {"input": [{}]}, {"input": [{"path": "red/in"}]},
    {"input": [{"provider": "minio.default", "path": "red/in"}]},
    {"input": [{**INPUT, "storage_provider": {"type": "minio"}}]},
    {"input": [{**INPUT, "path": None}]}, {"bucket_list": None}, {"bucket_list": "red"},
    {"isolation_level": None}, {"mount": None}, {"output": 0},
]  # fmt: skip


@pytest.mark.parametrize("fields", HOSTILE, ids=json.dumps)
@pytest.mark.parametrize("after", [0, 1, 2])
def test_no_delete_goes_out_on_a_definition_that_is_not_understood(full, fields, after):
    """The first look, the read-back of the PUT that lets go, the last look (trust 3.1)."""
    result = carried_out(full, BY_HAND, rewrite=showing("alpha", after=after, **fields))
    assert result.status is Status.FAILED
    assert "shows service alpha with" in result.message
    assert sent(full, "DELETE", ALPHA) == 0
    assert stays(full)


@pytest.mark.parametrize("field", ["input", "output", "mount", "bucket_list", "isolation_level"])
def test_no_delete_goes_out_on_a_definition_that_lacks_a_field(full, field):
    def rewrite(path, answer):
        if path != f"{SERVICES}/alpha" or not answer.startswith(b"{"):
            return answer
        return json.dumps(
            {key: value for key, value in json.loads(answer).items() if key != field}
        ).encode()

    result = carried_out(full, BY_HAND, rewrite=rewrite)
    assert (result.status, sent(full, "DELETE", ALPHA)) == (Status.FAILED, 0)
    assert f"shows service alpha without `{field}`" in result.message
    assert stays(full)


@pytest.mark.parametrize("fields", HOSTILE, ids=json.dumps)
def test_a_cluster_that_lists_what_is_not_understood_is_not_planned(full, fields):
    full.oscar.rewrite = listing(lambda listed: [{**one, **fields} for one in listed])
    plan = full.plan(BY_HAND).draft.plan
    assert not plan.actions
    assert "shows service alpha with" in plan.clusters[0].problem


def listing(change):
    """Return a rewriter: lists of services are changed, what is asked by name is not."""

    def rewrite(path, answer):
        if path != SERVICES or not answer.startswith(b"["):
            return answer
        return json.dumps(change(json.loads(answer))).encode()

    return rewrite


# two reads of one service


@pytest.mark.parametrize(
    "other",
    [
        None,
        {"output": minio("blue/out")},
        {"input": minio("blue/in")},
        {"mount": minio("blue/m")[0]},
        {"bucket_list": ["blue-amy"]},
        {"isolation_level": "USER"},
    ],
    ids=json.dumps,
)
def test_no_delete_goes_out_where_the_list_and_a_get_differ(full, other):
    shown = listing(lambda listed: [] if other is None else [{**listed[0], **other}])
    result = carried_out(full, BY_HAND, rewrite=shown)
    assert (result.status, result.code) == (Status.FAILED, "contradiction")
    assert "nothing was deleted: apply again" in result.message
    assert sent(full, "DELETE", ALPHA) == 0
    assert full.live("alpha") is not None


def everywhere(change):
    """Return a rewriter: the service is changed in lists and in what is asked by name."""

    def rewrite(path, answer):
        if path == SERVICES and answer.startswith(b"["):
            return json.dumps([{**one, **change} for one in json.loads(answer)]).encode()
        if path == f"{SERVICES}/alpha" and answer.startswith(b"{"):
            return json.dumps({**json.loads(answer), **change}).encode()
        return answer

    return rewrite


@pytest.mark.parametrize(
    "change",
    [
        {"input": []},
        {"input": [{**INPUT, "storage_provider": ""}]},
        {"input": [{**INPUT, "storage_provider": "s3.x"}]},
        {"input": minio("blue/in")},
    ],
    ids=json.dumps,
)
def test_a_bucket_that_both_reads_hide_and_its_tag_tells_of_is_not_lost(full, change):
    """The tag is evidence too: a PUT without buckets goes out before the DELETE (trust 3.3)."""
    full.oscar.rewrite = everywhere(change)
    result = carried_out(full, BY_HAND, rewrite=everywhere(change))
    assert stays(full)
    assert sent(full, "PUT", "services") >= 1
    assert "data stays" not in result.message


def test_a_bucket_that_a_service_dropped_costs_its_removal_one_put(full):
    full.write(service(input=minio("blue/in")))
    full.apply()
    full.write(service())
    full.apply()
    assert carried_out(full, BY_HAND).status is Status.DONE
    assert sent(full, "PUT", "services") == 1
    assert stays(full)


# 404


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_404_of_a_gateway_is_never_taken_for_gone(full, at):
    result = carried_out(full, BY_HAND, fault=answering("GET", ALPHA, "404", only=at))
    assert (result.status, sent(full, "DELETE", ALPHA)) == (Status.FAILED, 0)
    assert "GET /system/services/alpha answers 404: fault on the way" in result.message
    assert full.live("alpha") is not None
    assert stays(full)


def test_a_404_after_the_deletion_proves_nothing_where_a_gateway_answers_it(full):
    """The DELETE is lost on the way, and the service lives."""
    faults = [answering("DELETE", ALPHA, "503"), answering("GET", ALPHA, "404", only=4)]
    result = carried_out(
        full, BY_HAND, fault=lambda *asked: next((x for one in faults if (x := one(*asked))), "")
    )
    assert result.status is Status.FAILED
    assert full.live("alpha") is not None


def test_a_service_that_the_list_shows_is_not_gone_whatever_a_get_says(full):
    result = carried_out(full, BY_HAND, fault=answering("GET", ALPHA, "404-bare", only=3))
    assert (result.status, result.code) == (Status.FAILED, "contradiction")
    assert "the list of services shows alpha and a GET does not" in result.message
    assert full.live("alpha") is not None


# erasures


def test_an_empty_list_lets_no_bucket_go_while_a_bucket_tells_of_a_service(full):
    """Alpha is gone; beta, which another bucket names, may use its bucket (trust 3.3)."""
    full.write(service("beta", output=minio("blue/out")))
    full.write_settings(removed=["alpha"])
    full.apply()
    full.write_settings(removed=[{"service": "alpha", "erase": ["red"]}])
    full.oscar.rewrite = listing(lambda listed: [])
    full.write(service("delta"))
    blocked = full.plan().draft.plan.blocked
    assert [item.code for item in blocked] == ["list-incomplete"]
    assert "the list of services lacks beta" in blocked[0].message


def test_an_erasure_needs_the_maker_of_its_bucket_to_be_gone_by_name_too(full):
    """The list lacks alpha, whose bucket is named to be erased, and a GET shows it."""
    full.write(service("beta"))
    full.apply()
    full.write_settings(removed=[{"service": "alpha", "erase": ["red"]}])
    full.oscar.rewrite = listing(lambda listed: [one for one in listed if one["name"] != "alpha"])
    blocked = full.plan().draft.plan.blocked
    assert [item.code for item in blocked] == ["list-incomplete"]
    assert "the list of services lacks alpha" in blocked[0].message


def test_a_bucket_that_an_update_made_has_no_tag_and_its_service_asked_for_by_name(world):
    """A list that lacks the service is no evidence that nobody uses its bucket."""
    world.write(service(), service("beta"))
    world.apply()
    world.write(service(output=minio("red/out")), service("beta"))
    world.apply()
    assert not dict(world.store.get_bucket_tags("red") or {})
    world.put("red", "kept/it", b"x")
    world.write(service("beta"))
    world.write_settings(removed=[{"service": "alpha", "erase": ["red"]}])
    world.oscar.rewrite = listing(lambda listed: [one for one in listed if one["name"] == "beta"])
    found, _ = world.apply()
    assert [item.code for item in found.draft.plan.blocked] == ["list-incomplete"]
    assert stays(world)


@pytest.mark.parametrize("is_full", [True, False])
def test_a_list_that_is_cut_short_after_the_plan_lets_no_bucket_go(world, is_full):
    leave_a_bucket(world, service("beta", output=minio("blue/out")))

    def come_back():
        assert world.api.post(service(output=minio("green/out"))).status == 201

    short = listing(lambda listed: [one for one in listed if one["name"] == "beta"] * is_full)
    result = carried_out(world, rewrite=short, fault=meanwhile("GET", "buckets", come_back))
    assert (result.status, result.code) == (Status.FAILED, "contradiction")
    assert "the list of services lacks" in result.message
    assert sent(world, "DELETE", "buckets/red") == 0
    assert stays(world)


def test_a_removed_service_that_the_list_lacks_is_asked_for_again_before_a_bucket_goes(world):
    """Gamma, which `removed:` names, comes back after the plan and uses what alpha made."""
    leave_a_bucket(world, service("beta"), more=["gamma"])

    def come_back():
        assert world.api.post(service("gamma", mount=minio("red/m")[0])).status == 201

    lying = listing(lambda listed: [one for one in listed if one["name"] == "beta"])
    result = carried_out(world, rewrite=lying, fault=meanwhile("GET", "buckets", come_back))
    assert (result.status, result.code) == (Status.FAILED, "contradiction")
    assert "the list of services lacks gamma, which a GET shows" in result.message
    assert sent(world, "DELETE", "buckets/red") == 0
    assert stays(world)


@pytest.mark.parametrize("node", ["", "node"], ids=["put", "no-put"])
def test_a_delete_that_takes_a_bucket_with_it_needs_a_whole_list_too(world, node):
    world.write(service(interlink_node_name=node, input=minio("red/in")), service("beta"))
    world.apply()
    world.put("red", "kept/it", b"x")
    world.write(service("beta"))
    world.write_settings(removed=[{"service": "alpha", "erase": ["red"]}, "gamma"])

    def come_back():
        assert world.api.post(service("gamma", mount=minio("red/m")[0])).status == 201

    lying = listing(lambda listed: [one for one in listed if one["name"] != "gamma"])
    result = carried_out(world, rewrite=lying, fault=meanwhile("GET", "buckets", come_back))
    assert (result.status, result.code) == (Status.FAILED, "contradiction")
    assert stays(world)


def test_an_empty_list_after_the_plan_has_each_maker_of_a_bucket_asked_for(world):
    """Beta may use the bucket that alpha made, and only its own bucket tells that it is there."""
    leave_a_bucket(world, service("beta", output=minio("blue/out")))
    result = carried_out(world, rewrite=listing(lambda listed: []))
    assert (result.status, result.code) == (Status.FAILED, "contradiction")
    assert "the list of services lacks beta, which a GET shows" in result.message
    assert requests(world).count("GET services/beta") == 1
    assert stays(world)


def test_a_list_that_shows_services_has_the_maker_of_that_bucket_alone_asked_for(world):
    world.write(service(output=minio("red/out")), service("beta"),
                service("gamma", output=minio("green/out")))  # fmt: skip
    world.apply()
    world.write(service("beta"))
    world.write_settings(removed=["alpha", "gamma"])
    world.apply()
    world.write_settings(removed=[{"service": "alpha", "erase": ["red"]}])
    assert carried_out(world).status is Status.DONE
    by_name = [one for one in requests(world) if one.startswith("GET services/")]
    assert by_name == ["GET services/alpha"]


def test_an_empty_list_is_true_where_every_maker_of_a_bucket_is_gone(full):
    full.write(service("beta", output=minio("blue/out")))
    full.apply()
    full.write(service("zeta"))
    full.write_settings(removed=["beta", {"service": "alpha", "erase": ["red"]}, "zeta"])
    full.clear()
    full.write_one(service("delta"))
    full.write_settings()
    full.apply()
    assert "red" not in full.buckets()
    assert "blue" in full.buckets()


# after the deletion


def test_a_bucket_is_a_services_own_by_its_definition_or_by_its_tag():
    listed = [
        BucketFacts(BucketName(name), from_service=service)
        for name, service in (("named", ""), ("tagged", "alpha"), ("other", "beta"))
    ]
    assert own_buckets(listed, ["named", "gone"], "alpha") == {"named", "tagged"}


def attaching(world):
    def attach():
        world.api.put({**world.live("alpha"), "input": minio("red/in")}, SERVICES)

    return meanwhile("DELETE", ALPHA, attach)


def test_a_kept_bucket_that_goes_with_the_deletion_is_reported_as_lost(full):
    """Somebody writes between the last look and the DELETE: nothing can stop that (trust 3.4)."""
    result = carried_out(full, BY_HAND, fault=attaching(full))
    assert "red" not in full.buckets()
    assert (result.status, result.code) == (Status.NOT_VERIFIED, "lost")
    assert result.message.startswith("LOST: red: the bucket was to be kept, and is gone")


def test_a_bucket_that_the_service_once_made_is_looked_at_too(full):
    """Its definition no longer names it, its tags still do."""
    full.write(service())
    full.apply()
    result = carried_out(full, BY_HAND, fault=attaching(full))
    assert (result.status, result.code) == (Status.NOT_VERIFIED, "lost")


def test_a_deletion_whose_answer_is_lost_is_waited_for_before_the_buckets_are_looked_at(full):
    """The server deletes buckets last, when the service is gone for seconds (oscar-server 5)."""
    late = []

    def sleep(seconds):
        late.append(seconds)
        if seconds >= 8:
            assert full.api.call("DELETE", "/system/buckets/red").status == 204

    result = carried_out(
        full, BY_HAND, fault=answering("DELETE", ALPHA, "reset-after"), sleep=sleep
    )
    assert max(late) == 8
    assert (result.status, result.code) == (Status.NOT_VERIFIED, "lost")


def test_kept_buckets_that_nobody_can_look_at_are_not_called_kept(full):
    begun = []

    def fault(method, path, query):
        if method == "DELETE":
            begun.append(path)
        return "403" if begun and path == "/system/buckets" else ""

    ticks = iter(range(0, 100_000, 7))
    result = carried_out(full, BY_HAND, fault=fault, now=lambda: float(next(ticks)))
    assert result.status is Status.NOT_VERIFIED
    assert "it is not known whether red" in result.message
    assert full.live("alpha") is None


def test_a_removal_that_loses_nothing_says_nothing(full):
    result = carried_out(full, BY_HAND)
    assert (result.status, result.message) == (Status.DONE, "")
    assert requests(full).count("GET buckets") == 2
    assert stays(full)


def test_a_list_in_the_shape_of_an_older_release_is_not_planned_on_a_newer_one(full):
    hidden = {"visibility", "isolation_level", "bucket_list", "mount"}
    full.oscar.rewrite = listing(
        lambda listed: [
            {key: value for key, value in one.items() if key not in hidden} for one in listed
        ]
    )
    plan = full.plan(BY_HAND).draft.plan
    assert not plan.actions
    assert "as releases before 3.6 do, not 4.1.2" in plan.clusters[0].problem
