"""A creation: the name is looked at just before, and what a look finds decides after a POST."""

import pytest

from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.report import Status
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


@pytest.fixture
def bare(world):
    """A service without buckets that is to be created."""
    world.write(service())
    return world


def test_a_creation_looks_at_the_name_posts_and_looks_again(bare):
    assert carried_out(bare).status is Status.DONE
    assert requests(bare) == [f"GET {ALPHA}", "POST services", "GET buckets", f"GET {ALPHA}"]


def test_a_bucket_that_exists_is_attached_by_a_put_and_gets_its_marker_before_its_hook(world):
    """The POST would be refused over it (024); a marker under our own hook would start a job."""
    world.store.make_bucket("red")
    world.put("red", "kept/it", b"x")
    world.write(service(input=minio("red/in")))
    assert carried_out(world).status is Status.DONE
    writes = [one for one in requests(world) if "GET" not in one and "HEAD" not in one]
    assert writes == ["POST services", "PUT services", "store PUT /red/in/", "store PUT /red"]
    assert ("red", "kept/it") in world.objects()
    assert world.jobs("alpha") == 0


TWO = minio("red/a", "red/b")


def fires(world, key, name="alpha"):
    before = world.jobs(name)
    world.put("red", key, b"x")
    return world.jobs(name) - before


@pytest.mark.parametrize("others", [{}, {"output": minio("red/out", "blue/out")}])
def test_two_inputs_in_one_bucket_are_made_by_a_post_a_put_and_a_notification(world, others):
    """A POST of both is refused (026); a PUT takes them and leaves the second one deaf (140)."""
    world.write(service(input=TWO, **others))
    assert carried_out(world).status is Status.DONE
    writes = [one for one in requests(world) if "GET" not in one and "HEAD" not in one]
    assert writes == ["POST services", "PUT services", "store PUT /red/b/", "store PUT /red"]
    assert world.hooks("red") == {("alpha", "a/"), ("alpha", "b/")}
    assert world.jobs("alpha") == 0
    assert (fires(world, "a/one"), fires(world, "b/one")) == (1, 1)
    assert not world.plan().draft.plan.actions
    world.apply(PlanOptions(scope=Scope.REMOVE, names=("alpha",)))
    assert world.names() == set()
    world.apply()
    assert not world.plan(PlanOptions(checks_all_hooks=True)).draft.plan.actions
    assert (fires(world, "a/two"), fires(world, "b/two")) == (1, 1)


def test_an_update_that_adds_a_bucket_with_two_inputs_makes_both_of_them_fire(world):
    world.write(service())
    world.apply()
    world.write(service(input=TWO))
    assert carried_out(world).status is Status.DONE
    assert (fires(world, "a/one"), fires(world, "b/one")) == (1, 1)
    world.write(service(input=minio("red/a")))
    assert carried_out(world).status is Status.DONE
    assert (fires(world, "a/two"), fires(world, "b/two")) == (1, 0)
    assert not world.plan().draft.plan.actions


def test_a_name_that_somebody_takes_meanwhile_is_left_to_them(bare):
    taken = meanwhile("GET", ALPHA, lambda: bare.api.post(service(memory="7Gi")))
    result = carried_out(bare, fault=taken)
    assert (result.status, result.message) == (Status.STALE, "it exists now")
    assert sent(bare, "POST", "services") == 0
    assert bare.live("alpha")["memory"] == "7Gi"


def test_a_creation_whose_answer_was_lost_is_read_back_and_told_of(bare):
    waits = [0.0]
    result = carried_out(
        bare, fault=answering("POST", "services", "reset-after"), sleep=waits.append
    )
    assert result.status is Status.DONE
    assert max(waits) < 8  # it is there: nothing is waited for
    assert result.warnings == ("no answer came; verified: the change is in place",)
    assert sent(bare, "POST", "services") == 1


@pytest.mark.parametrize(
    ("kind", "code", "said", "times"),
    [
        ("reset", "lost-answer", "no answer came, and the service does not exist", 3),
        ("503", "not-applied", "the server answered 503", 3),
        ("403", "refused", "the server answered 403", 1),
    ],
)
def test_a_post_that_makes_nothing_is_sent_three_times_at_most(bare, kind, code, said, times):
    """And once where it is refused (trust 3.6)."""
    result = carried_out(bare, fault=answering("POST", "services", kind))
    assert (result.status, result.code) == (Status.FAILED, code)
    assert said in result.message
    assert result.message.endswith("; it belongs to someone else") is (kind == "403")
    assert sent(bare, "POST", "services") == times


@pytest.mark.parametrize("kind", ["reset", "503"])
def test_a_post_that_made_nothing_is_sent_again_when_nothing_is_there(bare, kind):
    result = carried_out(bare, fault=answering("POST", "services", kind, only=1))
    assert result.status is Status.DONE
    assert sent(bare, "POST", "services") == 2
    assert requests(bare).count("GET services") == 1


def leaving(world, what):
    """Return a fault: each POST is answered 503, and *what* is there all the same."""

    def fault(method, path, query):
        if (method, path) != ("POST", SERVICES):
            return ""
        what()
        return "503"

    return fault


def test_a_post_that_left_a_bucket_is_not_sent_again(world):
    """It would be refused over the bucket, or on 3.6.4 erase it."""
    world.write(service(input=minio("red/in")))
    result = carried_out(world, fault=leaving(world, lambda: world.store.make_bucket("red")))
    assert (result.status, result.code) == (Status.FAILED, "not-applied")
    assert sent(world, "POST", "services") == 1


@pytest.mark.parametrize(
    "fields",
    [{"volume": {"size": "1Gi", "mount_path": "/d"}}],
    ids=["volume"],
)
def test_a_post_whose_leftovers_nobody_sees_is_not_sent_again(world, fields):
    world.write(service(**fields))
    result = carried_out(world, fault=answering("POST", "services", "503"))
    assert (result.status, result.code) == (Status.FAILED, "not-applied")
    assert sent(world, "POST", "services") == 1


def test_a_post_whose_answer_is_lost_is_waited_for_before_it_is_sent_again(bare):
    """What it makes shows late, or never: nobody sends a second one over the first."""
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        if sum(waits) == 8:
            assert bare.api.post(service()).status == 201

    result = carried_out(bare, fault=answering("POST", "services", "reset"), sleep=sleep)
    assert sum(waits) == 8
    assert result.status is Status.DONE
    assert sent(bare, "POST", "services") == 1


@pytest.mark.parametrize("kind", ["reset-after", "504-after"])
def test_a_post_whose_answer_is_lost_is_judged_when_its_buckets_are_there(world, kind):
    """The service shows at once, its bucket and notification some 6 s later (4.1.2)."""
    world.write(service(input=minio("red/in")))
    rules, waits = [], []

    def hide(method, status):
        if (method, status) == ("POST", 201):
            rules.append(world.store.get_bucket_notification("red"))
            world.store.remove_object("red", "in/")
            world.store.remove_bucket("red")

    def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            world.store.make_bucket("red")
        if len(waits) == 5:
            world.store.set_bucket_notification("red", rules[0])

    result = carried_out(world, fault=answering("POST", "services", kind), landed=hide, sleep=sleep)
    assert (result.status, len(waits)) == (Status.DONE, 5)
    assert sent(world, "POST", "services") == 1


def test_a_post_whose_buckets_never_come_is_not_called_done(world):
    world.write(service(output=minio("red/out")))
    waits: list[float] = []

    def hide(method, status):
        if (method, status) == ("POST", 201):
            world.store.remove_object("red", "out/")
            world.store.remove_bucket("red")

    result = carried_out(
        world,
        fault=answering("POST", "services", "reset-after"),
        landed=hide,
        sleep=waits.append,
    )
    assert result.status is Status.NOT_VERIFIED
    assert "bucket red does not: remove" in result.message
    assert sum(waits) > 6


def test_a_service_that_is_not_the_one_that_was_sent_is_not_called_done(bare):
    result = carried_out(bare, rewrite=showing("alpha", after=0, memory="7Gi"))
    assert result.status is Status.NOT_VERIFIED
    assert "not the one that was sent" in result.message
