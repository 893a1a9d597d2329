"""What becomes of an update whose PUT goes wrong: read back first, never guessed."""

from contextlib import nullcontext

import pytest

from oscar_sync.execution.run import FailedError, NotVerifiedError, StaleServiceError
from oscar_sync.execution.sender import Reply
from oscar_sync.execution.update import raise_unless_unknown
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.report import Status
from oscar_sync.semantics.answers import Meaning, Outcome
from oscar_sync.semantics.stamp import OWNER
from tests.behaviour.execution.carried import answering, carried_out, meanwhile, sent
from tests.emulator.calling import SERVICES
from tests.property.world import shown
from tests.support.services import minio, post, service
from tests.unit.planning.built import live

EXPOSE = {"api_port": [80], "min_scale": 1, "max_scale": 1, "cpu_threshold": 80}


@pytest.fixture
def moved(world):
    """A service whose input moves within its bucket: a PUT of its own, then the store."""
    return _changed(world, input=minio("red/other"))


@pytest.fixture(params=[{"input": minio("red/other")}, {"memory": "1Gi"}], ids=["alone", "batch"])
def changed(world, request):
    """A service with an update by itself, or with one that is sent beside others."""
    return _changed(world, **request.param)


def _changed(world, **fields):
    world.write(service(input=minio("red/in")))
    world.apply()
    world.write(service(**{"input": minio("red/in"), **fields}))
    world.emulator.forget_requests()
    return world


def outcome(world):
    _, report = world.apply()
    (result,) = report.results
    return result.status, result.message


def puts(world):
    return sum(method == "PUT" and path == SERVICES for method, path, _ in world.emulator.requests)


def test_an_update_that_holds_is_done(moved):
    assert outcome(moved) == (Status.DONE, "")
    assert puts(moved) == 1
    assert moved.hooks("red") == {("alpha", "other/")}


@pytest.mark.parametrize("kind", ["500-after", "reset"])
def test_one_that_was_applied_all_the_same_is_done(moved, kind):
    moved.emulator.fault(f"PUT {SERVICES}#1:{kind}")
    status, _ = outcome(moved)
    assert status is Status.DONE
    assert puts(moved) <= 2


def test_one_that_is_plainly_not_applied_is_sent_three_times_at_most(changed):
    changed.emulator.fault(f"PUT {SERVICES}:500-before")
    status, message = outcome(changed)
    assert status is Status.FAILED
    assert "the server answered 500" in message
    assert puts(changed) == 3


@pytest.mark.parametrize("failing", [1, 2])
def test_one_that_is_not_applied_at_first_is_done_when_sent_again(changed, failing):
    for at in range(failing):
        changed.emulator.fault(f"PUT {SERVICES}#{at + 1}:500-before")
    assert outcome(changed)[0] is Status.DONE
    assert puts(changed) == failing + 1


def test_one_that_is_refused_is_sent_once(changed):
    changed.emulator.fault(f"PUT {SERVICES}:403")
    status, message = outcome(changed)
    assert status is Status.FAILED
    assert "403" in message
    assert puts(changed) == 1


@pytest.mark.parametrize("kind", ["reset", "503", "504"])
@pytest.mark.parametrize(
    ("fields", "waits_s"),
    [
        ({"memory": "1Gi"}, 3),
        ({"memory": "1Gi"}, 8),
        ({"input": [*minio("red/in"), *minio("blue/in")]}, 14),
    ],
    ids=["side by side", "side by side, at the last moment", "by itself"],
)
def test_no_second_put_goes_out_while_the_first_may_still_run(world, fields, waits_s, kind):
    """Whose answer does not come may be at work for a while: its effect is waited for."""
    world.write(service(input=minio("red/in")))
    world.apply()
    world.write(service(**{"input": minio("red/in"), **fields}))
    waits: list[float] = []

    def sleep(seconds):
        waits.append(seconds)
        if sum(waits) == waits_s:
            (put,) = [one for one in world.oscar.writes if one.method == "PUT"]
            assert world.api.put(put.sent, SERVICES).status in {204, 500}

    result = carried_out(world, fault=answering("PUT", "services", kind), sleep=sleep)
    assert result.status is Status.DONE
    assert sent(world, "PUT", "services") == 1
    assert sum(waits) == waits_s


def test_an_update_whose_effect_nobody_can_see_is_not_sent_again(world):
    """The PUT is lost, and from then on the list of services does not come."""
    _changed(world, memory="1Gi")

    def fault(method, path, query):
        if method == "PUT":
            return "reset"
        is_list = (method, path) == ("GET", SERVICES)
        return "403" if is_list and any(one.method == "PUT" for one in world.oscar.seen) else ""

    assert carried_out(world, fault=fault).status is Status.FAILED
    assert sent(world, "PUT", "services") == 1


@pytest.mark.parametrize(
    ("outcome", "fields", "error", "words"),
    [
        (Outcome.UNKNOWN, None, StaleServiceError, "it is gone"),
        (Outcome.NOT_APPLIED, {}, FailedError, "the server answered 500"),
        (Outcome.APPLIED, {"memory": "7Gi"}, NotVerifiedError, "is not the one that was sent"),
        (Outcome.UNKNOWN, {"memory": "7Gi"}, StaleServiceError, "changed by someone else"),
        (
            Outcome.APPLIED,
            {},
            NotVerifiedError,
            "the server accepted the update, but it is not visible",
        ),
        (Outcome.UNKNOWN, {"owner": "eve"}, StaleServiceError, "changed by someone else"),
        (Outcome.UNKNOWN, {}, None, ""),
    ],
)
def test_what_is_read_back_says_whether_a_put_may_be_sent_again(outcome, fields, error, words):
    found = None if fields is None else live(**fields)
    reply = Reply(Meaning(outcome, "why"), 500)
    with pytest.raises(error, match=words) if error else nullcontext():
        raise_unless_unknown(reply, found, live())


@pytest.mark.parametrize("fields", [{"memory": "1Gi"}, {"input": minio("red/other")}])
def test_a_put_that_the_server_ended_with_an_error_is_sent_again_at_once(world, fields):
    world.write(service(input=minio("red/in")))
    world.apply()
    world.write(service(**{"input": minio("red/in"), **fields}))
    world.emulator.fault(f"PUT {SERVICES}#1:500-before")
    waits: list[float] = []
    assert carried_out(world, sleep=waits.append).status is Status.DONE
    assert (sent(world, "PUT", "services"), waits) == (2, [])


def test_a_service_that_vanishes_meanwhile_is_stale(moved):
    def fault(method, path, query):
        if method == "PUT":
            moved.api.call("DELETE", f"{SERVICES}/alpha")
            return "reset"
        return ""

    moved.oscar.fault = fault
    try:
        assert outcome(moved) == (Status.STALE, "it is gone")
    finally:
        moved.oscar.fault = lambda *_: ""


def test_another_writer_right_behind_is_not_taken_for_ours(moved):
    moved.emulator.fault(f"GET {SERVICES}/alpha#1:meanwhile=alpha:memory=7Gi")
    status, message = outcome(moved)
    assert status in {Status.NOT_VERIFIED, Status.STALE}
    assert message
    assert moved.live("alpha")["memory"] == "7Gi"


def test_an_owner_is_given_back_by_a_put_whose_answer_is_lost(world):
    world.write(service())
    world.apply()
    lost = {key: value for key, value in world.live("alpha").items() if key != "owner"}
    world.api.put(lost, SERVICES)
    result = carried_out(world, fault=answering("PUT", "services", "reset", only=1))
    assert result.status is Status.DONE
    assert sent(world, "PUT", "services") == 2
    assert world.live("alpha")["owner"] == "cluster_admin"


def test_a_restart_that_fails_is_a_failure_of_its_update(world):
    world.write(service(expose=EXPOSE))
    world.apply()
    world.write(service(expose=EXPOSE, script="s2\n"))
    world.emulator.fault(f"POST {SERVICES}/alpha/restart:500-before")
    status, message = outcome(world)
    assert status is Status.FAILED
    assert "the restart was answered 500" in message
    assert world.live("alpha")["script"] == "s2\n"


@pytest.mark.parametrize(
    "fields", [{"memory": "1Gi"}, {"input": minio("red/other")}], ids=["side by side", "by itself"]
)
def test_a_new_owner_is_not_taken_back_by_a_put_that_is_sent_again(world, fields):
    """The first PUT did not arrive, and the service is another's by the time of the second."""
    world.write(service(input=minio("red/in")))
    world.apply()
    world.write(service(**{"input": minio("red/in"), **fields}))

    def give():
        world.api.put({**world.live("alpha"), "owner": "somebody"}, SERVICES)

    given = meanwhile("PUT", "services", give)
    lost = answering("PUT", "services", "reset")
    result = carried_out(world, fault=lambda *asked: given(*asked) or lost(*asked))
    assert (result.status, result.message) == (
        Status.STALE,
        "it was changed by someone else in the meantime",
    )
    assert sent(world, "PUT", "services") == 1
    assert world.live("alpha")["owner"] == "somebody"


# the mount of an administrator (oscar-releases, 4.1.2)


@pytest.fixture
def forgetful(world):
    """An update of a service with a mount, on an OSCAR that has forgotten who created last."""
    world.write(service(mount=minio("red/models")[0]))
    world.apply()
    world.emulator.restart()
    world.write(service(mount=minio("red/models")[0], memory="1Gi"))
    return world


def test_an_update_with_a_mount_that_a_restarted_server_refuses_says_how_to_go_on(forgetful):
    result = carried_out(forgetful)
    assert (result.status, result.code) == (Status.FAILED, "stale-admin-flag")
    assert "again with --allow wake-mount:alpha" in result.message
    assert sent(forgetful, "PUT", "services") == 1


def test_with_consent_a_create_that_is_refused_goes_ahead_and_makes_nothing(forgetful):
    before = forgetful.names(), forgetful.buckets()
    result = carried_out(forgetful, allow=("wake-mount:alpha",))
    assert result.status is Status.DONE
    assert [one.status for one in result.sent] == [400, 500]  # as every update with a mount
    assert (forgetful.names(), forgetful.buckets()) == before
    assert forgetful.live("alpha")["memory"] == "1Gi"
    assert not forgetful.plan().draft.plan.actions


@pytest.mark.parametrize("scope", [Scope.FORGET, Scope.ADOPT])
def test_it_goes_ahead_of_an_update_of_the_mark_alone_as_well(world, scope):
    world.write(service(mount=minio("red/models")[0]))
    if scope is Scope.ADOPT:
        post(world, mount=minio("red/models")[0])
    else:
        world.apply()
    world.emulator.restart()
    asked = PlanOptions(scope, ("alpha",))
    assert carried_out(world, asked).code == "stale-admin-flag"
    assert carried_out(world, asked, allow=("wake-mount:alpha",)).status is Status.DONE
    assert (OWNER in world.live("alpha")["annotations"]) is (scope is Scope.ADOPT)


def test_the_plan_shows_the_create_that_is_refused(forgetful):
    assert "create alpha with a blank input path" not in shown(forgetful.plan())
    found = forgetful.plan(allow=("wake-mount:alpha",))
    assert "& create alpha with a blank input path: OSCAR refuses it" in shown(found)


@pytest.mark.parametrize("kind", ["reset", "503"])
def test_where_that_create_is_not_refused_nothing_else_is_sent(forgetful, kind):
    fault = answering("POST", "services", kind)
    result = carried_out(forgetful, allow=("wake-mount:alpha",), fault=fault)
    assert (result.status, result.code) == (Status.FAILED, "not-refused")
    assert sent(forgetful, "PUT", "services") == 0


def test_no_create_goes_ahead_of_an_update_that_mounts_no_bucket_by_itself(world):
    for fields in ({}, {"output": minio("red/out"), "mount": minio("red/models")[0]}):
        world.reset()
        world.write(service(**fields))
        world.apply()
        world.write(service(**fields, memory="1Gi"))
        carried_out(world, allow=("wake-mount:alpha",))
        assert sent(world, "POST", "services") == 0
