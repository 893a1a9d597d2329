"""An erasure: exactly these requests, and only while the bucket is what the plan showed."""

import pytest
from minio.commonconfig import Tags

from oscar_sync.model.report import Status
from tests.behaviour.execution.carried import (
    answering,
    carried_out,
    leave_a_bucket,
    meanwhile,
    reported,
    requests,
    sent,
)
from tests.emulator.calling import SERVICES
from tests.support.services import minio, service

RED = "buckets/red"


@pytest.fixture
def kept(world):
    """A bucket whose service is gone, and the word to erase it."""
    leave_a_bucket(world, service("beta"))
    return world


def stays(world):
    return ("red", "kept/it") in world.objects()


def test_an_erasure_looks_who_uses_it_who_made_it_what_it_holds_and_looks_again(kept):
    assert carried_out(kept).status is Status.DONE
    assert requests(kept) == [
        "GET buckets",
        "GET services",
        "GET services/alpha",
        "store GET /red",
        f"DELETE {RED}",
        "GET buckets",
    ]
    assert "red" not in kept.buckets()


def test_an_erasure_that_is_answered_well_leaves_nothing_to_say(kept):
    result = carried_out(kept)
    assert (result.message, result.warnings) == ("", ())


def test_an_erasure_whose_answer_was_lost_is_read_back_and_told_of(kept):
    result = carried_out(kept, fault=answering("DELETE", RED, "reset-after"))
    assert result.status is Status.DONE
    assert result.warnings == ("no answer came; verified: the change is in place",)
    assert sent(kept, "DELETE", RED) == 1


def test_an_erasure_that_did_not_arrive_is_sent_again_after_another_look(kept):
    assert carried_out(kept, fault=answering("DELETE", RED, "reset", only=1)).status is Status.DONE
    assert sent(kept, "DELETE", RED) == 2
    assert sent(kept, "GET", "services") == 2
    assert "red" not in kept.buckets()


def test_a_bucket_that_three_erasures_leave_standing_is_a_failure(kept):
    result = carried_out(kept, fault=answering("DELETE", RED, "503"))
    assert result.status is Status.FAILED
    assert result.message == "bucket red still exists after the deletion"
    assert sent(kept, "DELETE", RED) == 3
    assert stays(kept)


def test_an_erasure_that_is_refused_is_sent_once(kept):
    result = carried_out(kept, fault=answering("DELETE", RED, "403"))
    assert (result.status, result.code) == (Status.FAILED, "refused")
    assert sent(kept, "DELETE", RED) == 1
    assert stays(kept)


def test_a_bucket_that_somebody_else_erases_meanwhile_needs_no_request(kept):
    def erase():
        assert kept.api.call("DELETE", "/system/buckets/red").status == 204

    result = carried_out(kept, fault=meanwhile("GET", "buckets", erase))
    assert (result.status, result.warnings) == (Status.DONE, ())
    assert sent(kept, "DELETE", RED) == 0


# not the bucket that was shown


def give(world, **words):
    """Let the tags of the bucket say *words* beside what they say."""
    tags = Tags.new_bucket_tags()
    tags.update({**(world.store.get_bucket_tags("red") or {}), **words})
    world.store.set_bucket_tags("red", tags)


@pytest.mark.parametrize("words", [{"owner": "somebody"}, {"from_service": "gamma"}])
def test_a_bucket_that_says_that_another_made_it_stays(kept, words):
    result = carried_out(kept, fault=meanwhile("GET", "buckets", lambda: give(kept, **words)))
    assert result.status is Status.STALE
    assert "bucket red was created again by someone else; it stays" in result.message
    assert sent(kept, "DELETE", RED) == 0
    assert stays(kept)


def test_a_bucket_that_another_set_manages_by_now_stays(kept):
    mark = {"oscar-sync": "others"}
    result = carried_out(kept, fault=meanwhile("GET", "buckets", lambda: give(kept, **mark)))
    assert result.status is Status.STALE
    assert "bucket red is managed by set others now; it stays" in result.message
    assert stays(kept)


@pytest.fixture
def volume(world):
    world.api.post({"name": "models", "size": "1Gi"}, "/system/volumes")
    world.write()
    world.write_settings(removed=[{"volume": "models", "erase": True}])
    return world


def test_a_volume_that_was_made_again_in_another_size_stays(volume):
    def make_again():
        assert volume.api.call("DELETE", "/system/volumes/models").status == 204
        volume.api.post({"name": "models", "size": "3Gi"}, "/system/volumes")

    result = carried_out(volume, fault=meanwhile("GET", "volumes", make_again))
    assert result.status is Status.STALE
    assert "volume models has 3Gi now, not 1Gi; it stays" in result.message


def test_the_digest_binds_the_size_of_a_volume_that_is_to_be_deleted(volume):
    before = volume.plan().draft.plan.digest
    volume.api.call("DELETE", "/system/volumes/models")
    volume.api.post({"name": "models", "size": "3Gi"}, "/system/volumes")
    assert volume.plan().draft.plan.digest != before


@pytest.mark.parametrize(
    "fields", [{"output": minio("red/out")}, {"mount": minio("red/m")[0]}], ids=["output", "mount"]
)
def test_a_bucket_that_another_service_uses_by_now_stays(kept, fields):
    def use():
        live = kept.live("beta")
        kept.api.put({**live, **fields}, SERVICES)

    result = carried_out(kept, fault=meanwhile("GET", "services", use))
    assert result.status is Status.STALE
    assert "bucket red is used by beta; it stays" in result.message
    assert stays(kept)


def test_a_bucket_that_holds_more_than_the_plan_showed_stays(kept):
    result = carried_out(
        kept, fault=meanwhile("GET", "services", lambda: kept.put("red", "late", b"x"))
    )
    assert result.status is Status.STALE
    assert "bucket red holds 2 objects, 2 bytes" in result.message
    assert {("red", "kept/it"), ("red", "late")} <= kept.objects().keys()


def test_a_bucket_that_holds_less_than_the_plan_showed_is_erased(kept):
    assert (
        carried_out(
            kept,
            fault=meanwhile("GET", "services", lambda: kept.store.remove_object("red", "kept/it")),
        ).status
        is Status.DONE
    )
    assert "red" not in kept.buckets()


def test_a_bucket_that_the_plan_did_not_count_stays(kept):
    result = carried_out(kept, material={"erasures": {}})
    assert result.status is Status.FAILED
    assert result.message == "the plan did not look at bucket red"
    assert requests(kept) == []
    assert stays(kept)


def test_a_bucket_that_cannot_be_counted_any_more_stays(kept):
    result = carried_out(kept, store_fault=lambda method, path, query: "403")
    assert (result.status, result.code) == (Status.FAILED, "store")
    assert sent(kept, "DELETE", RED) == 0
    assert stays(kept)


# after its services


@pytest.fixture
def shared(world):
    """Two services on one bucket, both to be removed, and the word to erase it."""
    world.write(service(input=minio("red/in")), service("beta", output=minio("red/in")))
    world.write_one(service("gamma"))
    world.apply()
    world.put("red", "kept/it", b"x")
    world.write(service("gamma"))
    world.write_settings(removed=[{"service": "alpha", "erase": ["red"]}, "beta"])
    return world


def test_a_shared_bucket_goes_when_both_services_are_gone(shared):
    results = reported(shared).results
    assert [one.status for one in results] == [Status.DONE] * 3
    went = [one for one in requests(shared) if one.startswith("DELETE")]
    assert sorted(went[:2]) == ["DELETE services/alpha", "DELETE services/beta"]
    assert went[2:] == [f"DELETE {RED}"]


@pytest.mark.parametrize("name", ["alpha", "beta"])
def test_a_shared_bucket_stays_while_one_of_its_services_could_not_be_removed(shared, name):
    refused = answering("DELETE", f"services/{name}", "403")
    results = {one.action.id: one for one in reported(shared, fault=refused).results}
    assert results[f"remove:edge/{name}"].status is Status.FAILED
    erasure = results["erase:edge/alpha/red"]
    assert erasure.status is Status.SKIPPED
    assert erasure.message == f"it depends on remove:edge/{name}"
    assert sent(shared, "DELETE", RED) == 0
    assert stays(shared)


def test_a_bucket_stays_where_the_removal_that_it_ends_could_not_be_made(world):
    world.write(service(input=minio("red/in")), service("beta"))
    world.apply()
    world.put("red", "kept/it", b"x")
    world.write(service("beta"))
    world.write_settings(removed=[{"service": "alpha", "erase": ["red"]}])
    result = carried_out(world, fault=answering("DELETE", "services/alpha", "503"))
    assert result.status is Status.FAILED
    assert sent(world, "DELETE", RED) == 0
    assert stays(world)
