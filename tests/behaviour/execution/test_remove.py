"""A removal: exactly these requests, and what becomes of it when the deletion goes wrong."""

import pytest

from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.report import Status
from oscar_sync.reconcile.once import Stop
from tests.behaviour.execution.carried import (
    answering,
    carried_out,
    meanwhile,
    requests,
    sent,
    showing,
)
from tests.emulator.calling import SERVICES
from tests.support.services import minio, service

ALPHA = "services/alpha"
BY_HAND = PlanOptions(scope=Scope.REMOVE, names=("alpha",))
EXPOSED = {"api_port": [80], "min_scale": 1, "max_scale": 1, "cpu_threshold": 80}


@pytest.fixture
def plain(world):
    """A service without buckets: nothing to let go of."""
    world.write(service())
    world.apply()
    return world


@pytest.fixture
def full(world):
    """A service with an input, whose bucket holds an object."""
    world.write(service(input=minio("red/in")))
    world.apply()
    world.put("red", "kept/it", b"x")
    return world


def delete(world, name="alpha"):
    assert world.api.call("DELETE", f"{SERVICES}/{name}").status == 204


# what is sent


def test_a_removal_sends_exactly_these_requests_in_this_order(full):
    """Each write follows a GET by name made just before it, and is read back (safety 2, L4)."""
    result = carried_out(full, BY_HAND)
    assert result.status is Status.DONE
    assert requests(full) == [
        f"GET {ALPHA}",
        "PUT services",
        f"GET {ALPHA}",
        "store GET /red",
        "store PUT /red",
        "store GET /red",
        "store PUT /red",
        "GET buckets",
        "GET services",
        f"GET {ALPHA}",
        f"DELETE {ALPHA}",
        "GET buckets",
        f"GET {ALPHA}",
    ]
    assert ("red", "kept/it") in full.objects()


def test_a_service_without_buckets_is_looked_at_deleted_and_looked_at(plain):
    assert carried_out(plain, BY_HAND).status is Status.DONE
    assert requests(plain) == [
        f"GET {ALPHA}",
        "GET buckets",
        "GET services",
        f"GET {ALPHA}",
        f"DELETE {ALPHA}",
        "GET buckets",
        f"GET {ALPHA}",
    ]


# answers


def test_a_deletion_that_is_answered_well_leaves_nothing_to_say(plain):
    result = carried_out(plain, BY_HAND)
    assert (result.message, result.warnings) == ("", ())


def test_a_deletion_whose_answer_was_lost_is_read_back_and_told_of(plain):
    result = carried_out(plain, BY_HAND, fault=answering("DELETE", ALPHA, "reset-after"))
    assert result.status is Status.DONE
    assert result.warnings == ("no answer came; verified: the change is in place",)
    assert sent(plain, "DELETE", ALPHA) == 1
    assert plain.live("alpha") is None


def test_a_deletion_that_did_not_arrive_is_sent_again(plain):
    result = carried_out(plain, BY_HAND, fault=answering("DELETE", ALPHA, "reset", only=1))
    assert result.status is Status.DONE
    assert sent(plain, "DELETE", ALPHA) == 2
    assert plain.live("alpha") is None


def test_a_service_that_three_deletions_leave_standing_is_a_failure(plain):
    result = carried_out(plain, BY_HAND, fault=answering("DELETE", ALPHA, "503"))
    assert result.status is Status.FAILED
    assert result.message == "the service still exists after the deletion"
    assert sent(plain, "DELETE", ALPHA) == 3
    assert plain.live("alpha") is not None


def test_a_service_that_stands_after_a_good_answer_is_not_called_gone(plain):
    """Somebody brings it back each time: what is read back decides, not the answer."""
    marks = plain.live("alpha")["annotations"]
    result = carried_out(plain, BY_HAND, landed=posting(plain, service(annotations=marks)))
    assert (result.status, result.warnings) == (Status.FAILED, ())
    assert result.message == "the service still exists after the deletion"


def test_a_service_that_somebody_else_made_after_the_deletion_stays(plain):
    result = carried_out(plain, BY_HAND, landed=posting(plain, service()))
    assert (result.status, result.message) == (
        Status.STALE,
        "it was changed by someone else in the meantime",
    )
    assert sent(plain, "DELETE", ALPHA) == 1
    assert plain.live("alpha") is not None


def posting(world, wanted):
    """Return what somebody does right after a deletion: *wanted* is created."""
    return lambda method, status: method == "DELETE" and world.api.post(wanted)


def test_a_deletion_that_is_refused_is_sent_once(plain):
    result = carried_out(plain, BY_HAND, fault=answering("DELETE", ALPHA, "403"))
    assert (result.status, result.code) == (Status.FAILED, "refused")
    assert "the server answered 403" in result.message
    assert sent(plain, "DELETE", ALPHA) == 1


@pytest.mark.parametrize("at", [1, 2])
def test_a_look_that_fails_is_never_taken_for_gone(plain, at):
    """Neither before the first write nor right before the deletion (safety 1)."""
    result = carried_out(plain, BY_HAND, fault=answering("GET", ALPHA, "403", only=at))
    assert (result.status, result.code) == (Status.FAILED, "unreachable")
    assert "GET of service alpha answered 403" in result.message
    assert sent(plain, "DELETE", ALPHA) == 0
    assert plain.live("alpha") is not None


@pytest.mark.parametrize(("at", "writes"), [(1, []), (2, ["PUT services"])])
def test_a_run_that_is_told_to_stop_sends_no_further_write(full, at, writes):
    stop = Stop()
    result = carried_out(full, BY_HAND, stop=stop, fault=meanwhile("GET", ALPHA, stop.set, at=at))
    assert result.status is Status.INTERRUPTED
    assert [one for one in requests(full) if "GET" not in one] == writes


# others meanwhile


def test_what_somebody_else_deletes_just_before_is_gone_without_a_deletion(plain):
    result = carried_out(plain, BY_HAND, fault=meanwhile("GET", ALPHA, lambda: delete(plain), at=2))
    assert (result.status, result.warnings) == (Status.DONE, ())
    assert sent(plain, "DELETE", ALPHA) == 0


def test_what_somebody_else_deletes_at_that_moment_needs_no_word(plain):
    result = carried_out(plain, BY_HAND, fault=meanwhile("DELETE", ALPHA, lambda: delete(plain)))
    assert (result.status, result.warnings) == (Status.DONE, ())
    assert sent(plain, "DELETE", ALPHA) == 1


def test_a_change_since_the_plan_stops_the_removal_before_its_first_write(full):
    live = full.live("alpha")

    def change():
        full.api.put({**live, "memory": "7Gi"}, SERVICES)

    result = carried_out(full, BY_HAND, fault=meanwhile("GET", ALPHA, change))
    assert result.status is Status.STALE
    assert sent(full, "PUT", "services") == 0
    assert sent(full, "DELETE", ALPHA) == 0


@pytest.mark.parametrize("fields", [{"memory": "7Gi"}, {"owner": "somebody"}])
def test_a_change_after_the_buckets_were_let_go_of_stops_the_deletion(full, fields):
    def change():
        full.api.put({**full.live("alpha"), **fields}, SERVICES)

    result = carried_out(full, BY_HAND, fault=meanwhile("GET", ALPHA, change, at=3))
    assert (result.status, result.message) == (
        Status.STALE,
        "it was changed by someone else in the meantime",
    )
    assert sent(full, "DELETE", ALPHA) == 0
    assert full.live("alpha").items() >= fields.items()


def test_another_service_that_takes_the_name_meanwhile_is_not_deleted(plain):
    """The first deletion took ours; whose the next one is, nobody has looked at."""
    result = carried_out(plain, BY_HAND, landed=posting(plain, service(memory="7Gi")))
    assert (result.status, result.message) == (
        Status.STALE,
        "it was changed by someone else in the meantime",
    )
    assert sent(plain, "DELETE", ALPHA) == 1
    assert plain.live("alpha")["memory"] == "7Gi"


@pytest.mark.parametrize("allow", [(), ("erase:red",)])
def test_a_bucket_that_is_named_again_stops_the_deletion_whatever_may_be_erased(full, allow):
    """The words for an erasure are for the step that counts it, not for the DELETE."""
    live = full.live("alpha")

    def attach():
        full.api.put({**live, "input": [], "output": minio("red/out")}, SERVICES)

    result = carried_out(full, BY_HAND, fault=meanwhile("GET", ALPHA, attach, at=3), allow=allow)
    assert result.status is Status.STALE
    assert "its definition names red again" in result.message
    assert sent(full, "DELETE", ALPHA) == 0
    assert ("red", "kept/it") in full.objects()


def test_what_takes_no_put_is_deleted_only_with_the_buckets_that_were_named(world):
    world.write(service(interlink_node_name="node", input=minio("red/in")))
    world.apply()
    result = carried_out(
        world,
        BY_HAND,
        rewrite=showing("alpha", after=1, output=minio("blue/out")),
        allow=("erase:red",),
    )
    assert result.status is Status.STALE
    assert "its definition names red, blue again" in result.message
    assert sent(world, "DELETE", ALPHA) == 0
    assert carried_out(world, BY_HAND, allow=("erase:red",)).status is Status.DONE
    assert "red" not in world.buckets()


def test_what_takes_no_put_is_not_deleted_with_a_bucket_that_another_uses_by_now(world):
    world.write(service(interlink_node_name="node", input=minio("red/in")))
    world.apply()

    def use():
        assert world.api.post(service("beta", mount=minio("red/m")[0])).status == 201

    result = carried_out(
        world, BY_HAND, fault=meanwhile("GET", ALPHA, use, at=2), allow=("erase:red",)
    )
    assert result.status is Status.STALE
    assert "bucket red is used by beta; it stays" in result.message
    assert sent(world, "DELETE", ALPHA) == 0


# the mark of what is kept


def test_a_removal_goes_on_where_the_mark_of_what_it_keeps_is_refused(full):
    """Doctor alone reads the mark."""
    full.s3.fault = lambda method, path, query: (
        "403" if method == "PUT" and "tagging" in query else ""
    )
    _, report = full.apply(BY_HAND)
    (result,) = report.results
    assert result.status is Status.DONE
    assert any("bucket red is not marked as kept" in text for text in result.warnings)
    assert full.names() == set()
    assert ("red", "kept/it") in full.objects()
