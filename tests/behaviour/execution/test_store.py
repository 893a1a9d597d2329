"""What the store has to do with an action: waited for, looked into, and never guessed."""

import pytest

from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.report import Status
from tests.behaviour.execution.carried import answering, carried_out, meanwhile, reported, sent
from tests.support.services import minio, service

BY_HAND = PlanOptions(scope=Scope.REMOVE, names=("alpha",))


@pytest.fixture
def fed(world):
    """A service with an input that is to be created: OSCAR makes its bucket and its hook."""
    world.write(service(input=minio("red/in")))
    return world


@pytest.mark.parametrize("at", [1, 2])
def test_a_store_that_restarts_is_waited_for(world, at):
    """Before a deletion for somebody else's restart, after it for its own."""
    world.write(service())
    world.apply()
    result = carried_out(world, BY_HAND, fault=answering("GET", "buckets", "403", only=at))
    assert (result.status, result.warnings) == (Status.DONE, ())
    assert sent(world, "GET", "buckets") == 3


def test_a_service_whose_uploads_start_nothing_is_not_called_done(fed):
    def unhook():
        fed.store.delete_bucket_notification("red")

    result = carried_out(fed, fault=meanwhile("GET", "services/alpha", unhook, at=2))
    assert result.status is Status.NOT_VERIFIED
    assert "uploads to red/in/ start nothing" in result.message
    assert "run: oscar-sync apply --hooks" in result.message


def test_a_repair_is_done_only_when_the_store_shows_the_hook(fed):
    fed.apply()
    fed.store.delete_bucket_notification("red")

    def swallowed(method, path, query):
        return "403" if method == "GET" and "notification" in query and fed.s3.writes else ""

    assert carried_out(fed, PlanOptions(checks_all_hooks=True)).status is Status.DONE
    assert fed.hooks("red") == {("alpha", "in/")}
    fed.store.delete_bucket_notification("red")
    result = carried_out(fed, PlanOptions(checks_all_hooks=True), store_fault=swallowed)
    assert result.status is not Status.DONE


def test_what_was_looked_at_is_not_told_as_unchecked(fed):
    assert reported(fed).verified_except == ()


def test_a_service_is_created_where_its_store_cannot_be_reached_from_here(fed):
    """A store may be there for the cluster alone; OSCAR sets the hook on a bucket that it makes."""
    fed.entry["s3_endpoint"] = "http://127.0.0.1:9"
    fed.write_settings()
    report = reported(fed)
    assert [one.status for one in report.results] == [Status.DONE]
    assert report.verified_except == ("hooks",)
    assert fed.hooks("red") == {("alpha", "in/")}


def refusing_writes(method, path, query):
    return "403" if method == "PUT" else ""


def test_a_hook_that_cannot_be_taken_off_stops_the_removal_before_its_deletion(fed):
    """Left behind it would sleep, and fire at the next service of that name (128)."""
    fed.apply()
    fed.put("red", "kept/it", b"x")
    result = carried_out(fed, BY_HAND, store_fault=refusing_writes)
    assert (result.status, result.code) == (Status.FAILED, "store")
    assert sent(fed, "DELETE", "services/alpha") == 0
    assert ("red", "kept/it") in fed.objects()
    again = carried_out(fed, BY_HAND)
    assert again.status is Status.DONE
    assert fed.hooks("red") == set()


def test_a_hook_that_stands_already_is_not_set_twice(world):
    """It slept, and woke with its service (128)."""
    world.write(service(input=minio("red/in")), service("beta"))
    world.apply()
    world.emulator.wipe()
    world.write(service(input=minio("red/in")))
    assert carried_out(world).status is Status.DONE
    assert world.hooks("red") == {("alpha", "in/")}
