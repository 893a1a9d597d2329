"""On releases that make a new token with each PUT, uploads start something after every write."""

import pytest

from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.report import Status
from oscar_sync.reconcile.status import statuses
from oscar_sync.render.plan_text import plan_text
from oscar_sync.render.status import status_text
from oscar_sync.semantics.buckets import in_out_buckets
from oscar_sync.semantics.normal_form import normal_form
from tests.behaviour.execution.carried import answering
from tests.emulator.calling import SERVICES
from tests.property.proxy import no_fault
from tests.support.services import service
from tests.support.worlds import shared_world
from tests.unit.planning.built import minio

BOTH = {"input": minio("red/in"), "output": minio("red/out", "blue/out")}


_older, older = shared_world("older", oscar_version="3.7")


_oldest, oldest = shared_world("oldest", oscar_version="3.6.4")


def buckets_of(body):
    return set(in_out_buckets(normal_form(body, is_live=False)))


def writes(world):
    """Return the POSTs and PUTs that were carried out."""
    return [one for one in world.oscar.seen if one.path == SERVICES and one.is_write
            and one.status != 403]  # fmt: skip


def bodies(world):
    return [one.sent for one in writes(world)]


def are_uploads_answered(world):
    """Tell whether an upload below the first input starts a job."""
    bucket, _, folder = world.live("alpha")["input"][0]["path"].partition("/")
    before = world.jobs("alpha")
    world.put(bucket, f"{folder}/{before}", b"x")
    return world.jobs("alpha") == before + 1


def state(world, name="alpha"):
    shown = world.live(name)
    return {key: shown[key] for key in ("input", "output", "memory", "visibility")}


def applied(world, *services, **more):
    world.write(*services)
    found, report = world.apply(**more)
    assert [result.status for result in report.results] == [Status.DONE] * len(report.results)
    return found, report


@pytest.mark.parametrize(
    "after",
    [{"memory": "1Gi"}, {"script": "x\n"}, {"output": minio("red/o")}, {"input": minio("red/i")}],
)
def test_an_update_takes_the_inputs_out_and_names_them_again(older, after):
    applied(older, service(**BOTH))
    found, _ = applied(older, service(**{**BOTH, **after}))
    _, first, last = bodies(older)
    assert "red" not in buckets_of(first)
    assert buckets_of(last) >= {"red"}
    assert first["memory"] == last["memory"]
    assert first["script"] == last["script"]
    assert are_uploads_answered(older)
    shown = plan_text(found.draft.plan)
    assert "detaches red/i" in shown
    assert "attaches red/i" in shown
    assert "start nothing between its requests" in shown
    assert not older.plan().draft.plan.actions


def test_one_put_alone_leaves_uploads_unanswered(older):
    """What another tool does, and what oscar-sync did: the reason for all this."""
    applied(older, service(**BOTH))
    shown = older.live("alpha")
    assert older.api.put({**shown, "memory": "1Gi"}).status == 204
    assert not are_uploads_answered(older)


def test_two_inputs_in_one_bucket_start_jobs_after_a_creation_and_after_an_update(older):
    two = minio("red/a", "red/b")

    def jobs_after_an_upload_to_each(name):
        before = older.jobs("alpha")
        for folder in "ab":
            older.put("red", f"{folder}/{name}", b"x")
        return older.jobs("alpha") - before

    applied(older, service(input=two))
    assert jobs_after_an_upload_to_each("one") == 2
    applied(older, service(input=two, memory="1Gi"))
    assert jobs_after_an_upload_to_each("two") == 2
    assert not older.plan(PlanOptions(checks_all_hooks=True)).draft.plan.actions


@pytest.mark.parametrize("is_written_by_another", [True, False])
def test_status_says_where_nobody_can_see_whether_uploads_start_a_service(
    older, is_written_by_another
):
    applied(older, service(**BOTH))
    writes = [{**older.live("alpha"), "memory": "1Gi"}] if is_written_by_another else []
    assert all(older.api.put(body).status == 204 for body in writes)
    with older.connections() as connections:
        shown = statuses(older.desire(), connections)
    words = "whether uploads start it is not known: OSCAR 3.7.1 answers uploads 401"
    assert (words in status_text(shown)) is is_written_by_another


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [
        (service(), service(memory="1Gi"), 1),
        (service(output=minio("red/out")), service(output=minio("red/out"), memory="1Gi"), 1),
        (service(), service(input=minio("red/in")), 1),
        (service(input=minio("red/in")), service(), 1),
        (service(input=minio("red/in")), service(input=minio("red/in", "blue/in")), 1),
        (service(input=minio("red/in")), service(**BOTH), 1),
        (service(**BOTH), service(input=minio("red/in")), 2),
    ],
)
def test_one_put_is_enough_where_it_names_a_new_bucket_or_no_input(older, before, after, count):
    applied(older, before)
    applied(older, after)
    assert [one.method for one in writes(older)] == ["POST", *["PUT"] * count]
    assert not after.get("input") or are_uploads_answered(older)


def test_who_has_access_changes_while_the_bucket_is_named(older):
    """Letting go of a bucket takes no access away: a service that becomes private must name it."""
    applied(older, service(**BOTH, visibility="public"))
    applied(older, service(**BOTH, visibility="private"))
    _, access, without, last = bodies(older)
    assert access["visibility"] == "private"
    assert "red" in buckets_of(access)
    assert "red" not in buckets_of(without)
    assert "red" in buckets_of(last)
    assert are_uploads_answered(older)


@pytest.mark.parametrize("nth", [1, 2])
def test_an_update_that_was_cut_short_is_finished_by_the_next_run(older, nth):
    applied(older, service(**BOTH))
    older.write(service(**BOTH, memory="1Gi"))
    older.oscar.fault = answering("PUT", "services", "403", only=nth)
    _, report = older.apply()
    assert [result.status for result in report.results] == [Status.FAILED]
    older.oscar.fault = no_fault
    applied(older, service(**BOTH, memory="1Gi"))
    assert buckets_of(older.live("alpha")) == {"red", "blue"}
    assert older.live("alpha")["memory"] == "1Gi"
    assert are_uploads_answered(older)
    assert not older.plan().draft.plan.actions


def narrowed(world, scope):
    _, report = world.apply(PlanOptions(scope, names=("alpha",)))
    return [result.status for result in report.results]


def test_adopting_and_forgetting_leave_uploads_answered(older):
    older.write(service(**BOTH))
    older.write_settings(set=None)
    older.apply()
    older.write_settings(set="laws")
    before = state(older)
    assert narrowed(older, Scope.ADOPT) == [Status.DONE]
    assert are_uploads_answered(older)
    assert narrowed(older, Scope.FORGET) == [Status.DONE]
    assert are_uploads_answered(older)
    assert len(bodies(older)) == 5
    assert state(older) == before
    assert not older.live("alpha")["annotations"]


def test_a_forget_that_was_cut_short_gives_the_inputs_back(older):
    applied(older, service(**BOTH))
    before = state(older)
    older.oscar.fault = answering("PUT", "services", "403", only=2)
    assert narrowed(older, Scope.FORGET) == [Status.FAILED]
    assert "red" not in buckets_of(older.live("alpha"))
    older.oscar.fault = no_fault
    assert narrowed(older, Scope.FORGET) == [Status.DONE]
    assert state(older) == before
    assert not older.live("alpha")["annotations"]
    assert are_uploads_answered(older)


def test_a_create_on_a_bucket_that_exists_names_it_last(older):
    older.api.call("POST", "/system/buckets", {"bucket_name": "blue"})
    applied(older, service(**BOTH))
    post, put = bodies(older)
    assert buckets_of(post) == {"red"}
    assert buckets_of(put) == {"red", "blue"}
    assert are_uploads_answered(older)


def test_a_create_on_no_bucket_that_exists_is_one_post(older):
    applied(older, service(**BOTH))
    (post,) = bodies(older)
    assert buckets_of(post) == {"red", "blue"}


def test_no_post_names_a_bucket_on_3_6_4(oldest):
    """A POST that fails there deletes the buckets that it names (024 of 3.6.4)."""
    older = oldest
    found, _ = applied(older, service(**BOTH))
    post, put = bodies(older)
    assert (buckets_of(post), buckets_of(put)) == (set(), {"red", "blue"})
    assert are_uploads_answered(older)
    assert not older.plan().draft.plan.actions
    assert "deletes the buckets that a failed create names" in plan_text(found.draft.plan)
