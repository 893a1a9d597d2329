"""A rename: the buckets, the notifications and every upload go over to the new name."""

import pytest
from minio.notificationconfig import NotificationConfig

from oscar_sync.model.report import Status
from tests.behaviour.execution.carried import (
    answering,
    carried_out,
    meanwhile,
    reported,
    requests,
    sent,
)
from tests.emulator.calling import SERVICES
from tests.property.witness import check_all_steps, check_safe
from tests.property.world import shown, told
from tests.support.services import minio, post, service

PLACES = {"input": minio("red/in"), "output": minio("blue/out")}
MOVED = [{"from": "alpha", "to": "omega"}]


@pytest.fixture
def renamed(world):
    """Alpha is there with an object in its bucket, and the files call it omega."""
    world.write(service(**PLACES))
    world.apply()
    world.put("red", "kept/it", b"x")
    world.write(service("omega", **PLACES))
    world.write_settings(moved=MOVED)
    return world


def upload(world, key="in/f", bucket="red"):
    """Put an object, and return how many jobs each service has by then."""
    world.put(bucket, key, b"x")
    return {name: world.jobs(name) for name in sorted(world.names())}


def check_whole(world):
    """The new name has everything, alone; a further plan finds nothing to do."""
    assert world.names() == {"omega"}
    assert {service for service, _ in world.hooks("red")} == {"omega"}
    assert ("red", "kept/it") in world.objects()
    again = world.plan()
    assert not again.draft.plan.actions, shown(again)
    assert not again.draft.plan.blocked, shown(again)


def test_the_new_service_takes_the_buckets_and_uploads_of_the_old_one(renamed):
    before = renamed.objects()
    renamed.forget()
    found, report = renamed.apply()
    assert [item.status for item in report.results] == [Status.DONE], told(report)
    check_safe(renamed, before, found.draft.plan)
    check_all_steps(renamed, found.draft.plan)
    check_whole(renamed)
    assert upload(renamed) == {"omega": 1}


def test_the_writes_go_out_in_this_order(renamed):
    assert carried_out(renamed).status is Status.DONE
    writes = [one for one in requests(renamed) if "GET" not in one and "HEAD" not in one]
    assert writes == [
        "POST services",
        "PUT services",
        "store PUT /red",
        "PUT services",
        "DELETE services/alpha",
    ]


def test_an_upload_before_and_after_any_write_starts_exactly_one_service(renamed):
    """See docs/decisions/0036; objects are put past the witnesses."""
    counted: list[int] = []

    def jobs():
        return sum(renamed.jobs(name) for name in renamed.names())

    def upload():
        had = jobs()
        renamed.put("red", f"in/{len(counted)}", b"x")
        counted.append(jobs() - had)

    def fault(method, path, query):
        if method not in ("GET", "HEAD"):
            upload()
        return ""

    def landed(method, status):
        fault(method, "", "")

    renamed.s3.landed = landed
    report = reported(renamed, fault=fault, store_fault=fault, landed=landed)
    assert [item.status for item in report.results] == [Status.DONE], told(report)
    assert counted == [1] * 10
    check_whole(renamed)


def test_the_notifications_of_a_bucket_go_over_by_one_write(world):
    places = minio("red/in", "red/more", "blue/in")
    world.write(service(input=places))
    world.apply()
    world.write(service("omega", input=places))
    world.write_settings(moved=MOVED)
    counted: list[set[str]] = []

    def fault(method, path, query):
        if method == "PUT" and "notification" in query:
            counted.append({service for service, _ in world.hooks(path.strip("/"))})
        return ""

    report = reported(world, store_fault=fault)
    assert [item.status for item in report.results] == [Status.DONE], told(report)
    assert counted == [{"alpha"}, {"alpha"}]
    assert world.hooks("red") == {("omega", "in/"), ("omega", "more/")}
    assert world.hooks("blue") == {("omega", "in/")}


def test_the_notifications_of_others_stay(renamed):
    post(renamed, "other", input=minio("green/in"))
    theirs = renamed.store.get_bucket_notification("green").queue_config_list
    mine = renamed.store.get_bucket_notification("red").queue_config_list
    both = NotificationConfig(queue_config_list=[*mine, *theirs])
    renamed.store.set_bucket_notification("red", both)
    assert carried_out(renamed).status is Status.DONE
    assert renamed.hooks("red") == {("omega", "in/"), ("other", "in/")}


def test_the_old_service_stays_until_its_jobs_have_ended(renamed):
    renamed.put("red", "in/slow", b"x")
    renamed.api.finished("alpha", 1)
    (job,) = renamed.emulator._cluster.jobs["oscar-svc", "alpha"].values()
    job.status = "Running"
    result = carried_out(renamed)
    assert (result.status, result.code) == (Status.FAILED, "jobs-running")
    assert "1 job of alpha has not ended" in result.message
    assert "oscar-sync service logs rm alpha --all -c edge" in result.message
    assert renamed.names() == {"alpha", "omega"}
    assert renamed.live("alpha")["input"]
    assert upload(renamed)["omega"] == 1
    job.status = "Succeeded"
    (result,) = renamed.apply()[1].results
    assert result.status is Status.DONE
    check_whole(renamed)


def test_an_old_service_that_changed_since_the_plan_stops_it_before_anything_is_sent(renamed):
    def change():
        live = renamed.live("alpha")
        renamed.api.put({**live, "memory": "2Gi"}, SERVICES)

    result = carried_out(renamed, fault=meanwhile("GET", "services", change))
    assert result.status is Status.STALE
    assert not sent(renamed, "POST", "services")


def test_a_new_name_that_was_taken_meanwhile_stops_it(renamed):
    taken = meanwhile("GET", "services/omega", lambda: post(renamed, "omega"))
    assert carried_out(renamed, fault=taken).status is Status.STALE
    assert renamed.live("alpha")["input"]


def test_a_new_service_that_was_left_without_its_buckets_gets_them(renamed):
    """As a run leaves it that is killed after its first request."""
    mark = {"oscar-sync.io/owner": "laws/laws.example.org/omega"}
    post(renamed, "omega", annotations=mark, output=minio("green/out"))
    assert carried_out(renamed).status is Status.DONE
    check_whole(renamed)
    assert upload(renamed) == {"omega": 1}


def test_a_store_that_refuses_the_change_leaves_the_old_service_as_it_is(renamed):
    def fault(method, path, query):
        return "403" if method == "PUT" and "notification" in query else ""

    assert carried_out(renamed, store_fault=fault).status is Status.FAILED
    assert upload(renamed)["alpha"] == 1
    assert renamed.apply()[1].results[0].status is Status.DONE
    check_whole(renamed)


def test_a_rename_that_also_moves_the_folder_ends_the_old_notification(world):
    world.write(service(**PLACES))
    world.apply()
    world.write(service("omega", input=minio("red/in/deep", "green/in")))
    world.write_settings(moved=MOVED)
    assert carried_out(world).status is Status.DONE
    assert world.hooks("red") == {("omega", "in/deep/")}
    assert world.hooks("green") == {("omega", "in/")}
    assert ("blue", "") in world.objects()


def test_the_answer_to_the_deletion_that_is_lost_changes_nothing(renamed):
    lost = answering("DELETE", "services/alpha", "reset-after")
    assert carried_out(renamed, fault=lost).status is Status.DONE
    check_whole(renamed)
