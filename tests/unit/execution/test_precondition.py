"""What is asked before a write and after it, by runs without a cluster."""

from functools import partial
from threading import Barrier
from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from oscar_sync.errors import StoreError
from oscar_sync.execution.create import carry_out_create
from oscar_sync.execution.ports import ClusterPorts
from oscar_sync.execution.run import Run, StaleServiceError
from oscar_sync.execution.seed import carry_out_seed
from oscar_sync.execution.sender import Reply
from oscar_sync.execution.update import put_until_it_holds, send_update
from oscar_sync.model.action import Erased, Kept
from oscar_sync.model.cluster import Cluster
from oscar_sync.model.identity import BucketName, ClusterId, ServiceName
from oscar_sync.model.material import MemberWatch
from oscar_sync.model.state import HookRule
from oscar_sync.model.step import Do, Step
from oscar_sync.semantics.answers import Meaning, Outcome
from oscar_sync.semantics.hooks import arn_of
from oscar_sync.wire.answers import Answer
from tests.unit.execution.runs import ACTION, run
from tests.unit.planning.built import live, minio, wanted

NEAR = Cluster(ClusterId("near"), "https://near", "near", None)
RED = BucketName("red")
MAKES = wanted(volume={"name": "v", "size": "1Gi", "mount_path": "/d"}).form


class Asked(Exception):
    """Somebody asked, in the way that it names."""


class Questions:
    """A cluster's newest state that ends the run at the first question."""

    def by_name(self, name):
        raise Asked("by name")

    def service(self, name, planned):
        raise Asked("list")


def asking(action=ACTION, **material):
    one, _ = run()
    held = SimpleNamespace(live=live(), form={}, forms_before=(), members=(), **material)
    return replace(one, action=action, material=cast("Any", held), newest=cast("Any", Questions()))


@pytest.mark.parametrize(
    ("fields", "before", "how"),
    [
        ({}, (), "list"),
        ({"keeps": (Kept(RED),)}, (), "by name"),
        ({"erases": (Erased(RED),)}, (), "by name"),
        ({}, ({},), "by name"),
    ],
)
def test_a_service_with_data_at_risk_is_asked_for_by_name_before_its_update(fields, before, how):
    one = asking(replace(ACTION, **fields))
    one.material = cast("Any", SimpleNamespace(live=live(), form={}, forms_before=before))
    with pytest.raises(Asked, match=how):
        send_update(one, one.material)


def test_a_precondition_is_read_from_the_list_unless_data_is_at_risk():
    with pytest.raises(Asked, match="list"):
        asking().check_precondition(live())
    with pytest.raises(Asked, match="by name"):
        asking().check_precondition(live(), data_is_at_risk=True)


@pytest.mark.parametrize(
    ("planned", "there", "words"),
    [
        (None, live("plants"), "the member near/plants exists now"),
        (live("plants"), live("plants", memory="7Gi"), "has changed since the plan was made"),
        (live("plants"), live("plants"), ""),
        (live("plants"), None, ""),
    ],
)
def test_a_member_that_moved_since_the_plan_is_told_as_what_it_is(planned, there, words):
    class Api:
        def get_service(self, name):
            return Answer(200, "", json=there.raw) if there else Answer(404, "")

    one, _ = run(members=(MemberWatch(NEAR, ServiceName("plants"), (4, 1, 2), planned),))
    ports = ClusterPorts(cast("Any", Api()))
    one = replace(one, parts=replace(one.parts, clusters={NEAR.id: ports}))
    if not words:
        return one.check_members()
    with pytest.raises(StaleServiceError, match=words):
        one.check_members()
    return None


@pytest.mark.parametrize(
    ("planned", "steps", "asked"),
    [
        (None, (), ["by name", "volumes"]),
        (live("plants"), (Step(Do.DELETE, "near/plants", member="near"),), ["by name", "buckets"]),
    ],
)
def test_a_worker_is_taken_away_ahead_of_a_create_that_has_steps_for_it(planned, steps, asked):
    seen = []

    class Near:
        def get_service(self, name):
            seen.append("by name")
            return Answer(200, "", json=planned.raw) if planned else Answer(404, "")

        def list_buckets(self):
            seen.append("buckets")
            raise Asked

    class Here:
        def list_volumes(self):
            seen.append("volumes")
            raise Asked

    class Sending:
        ports = SimpleNamespace(api=Here())

        def at(self, ports):
            return SimpleNamespace(ports=ports)

    watch = MemberWatch(NEAR, ServiceName("plants"), (4, 1, 2), planned)
    one = replace(
        run(members=(watch,), first_form=MAKES, form=MAKES)[0],
        action=replace(ACTION, steps=(*steps, Step(Do.POST, "alpha"))),
        sender=cast("Any", Sending()),
        newest=cast("Any", SimpleNamespace(by_name=lambda _: None)),
    )
    ports = ClusterPorts(cast("Any", Near()))
    one = replace(one, parts=replace(one.parts, clusters={NEAR.id: ports}))
    with pytest.raises(Asked):
        carry_out_create(one, one.material)
    assert seen == asked


class Rules:
    """A store whose one bucket has notifications."""

    def hooks(self, bucket):
        if bucket != RED:
            raise StoreError("https://store", "no such bucket")
        pairs = [("alpha", "in/"), ("alpha", "old/"), ("beta", "other/")]
        return tuple(HookRule(name, prefix, arn_of(name)) for name, prefix in pairs)


def test_a_notification_that_woke_with_its_service_is_told_and_no_other_one():
    one, _ = run()
    one.look_for_woken_hooks(live(input=minio("red/in")).form)
    assert (one.warnings, one.unverified) == ([], set())
    one.sender.ports = ClusterPorts(cast("Any", None), cast("Any", Rules()))
    one.look_for_woken_hooks(live(input=minio("red/in")).form)
    (told,) = one.warnings
    assert told.startswith("uploads to red/old/ start it as well")
    one.look_for_woken_hooks(live(input=minio("blue/in")).form)
    assert one.unverified == {"hooks"}


# after a PUT whose answer was lost

LOST = Reply(Meaning(Outcome.UNKNOWN, "lost-answer"), may_still_run=True)


def lost_put(*shown, holds):
    """Return a PUT without an answer, after which reads show *shown* in turn, and its clock."""
    answers = iter(shown)

    class Watched(Run):
        def read_back(self):
            return next(answers)

        def put_body(self, form, live, *more):
            return {"annotations": {}, "owner": "cluster_admin"}

    plain, clock = run(holds=holds)
    one = Watched(**{name: getattr(plain, name) for name in Run.__struct_fields__})
    one.sender = cast("Any", SimpleNamespace(put=lambda *_: LOST, sent=[]))
    return (
        partial(put_until_it_holds, one, Step(Do.PUT, "alpha"), live().form, live()),
        clock,
    )


def test_nobody_waits_longer_for_a_lost_answer_than_until_it_shows():
    put, clock = lost_put(live(), live(memory="7Gi"), holds=True)
    assert put().form.memory == "7Gi"
    assert clock.now_s == 0.0


@pytest.mark.parametrize(
    ("shown", "holds", "raises"),
    [(None, True, "it is gone"), (live(memory="7Gi"), False, "changed by someone else")],
)
def test_nobody_waits_longer_for_a_lost_answer_than_until_something_moves(shown, holds, raises):
    put, clock = lost_put(live(), shown, holds=holds)
    with pytest.raises(StaleServiceError, match=raises):
        put()
    assert clock.now_s == 0.0


def test_files_go_up_side_by_side_below_the_path_without_its_provider():
    """As many at once as the store takes: each waits here until the other has begun."""
    both, paths = Barrier(2), []
    steps = tuple(Step(Do.UPLOAD, f"webdav.far:in/{name}") for name in ("a", "b"))
    items = tuple(SimpleNamespace(path=f"in/{name}") for name in ("a", "b"))
    one, _ = run(provider="webdav.far", credentials={}, uploads=items, extra=())

    def upload(step, files, item):
        both.wait(60)
        paths.append(item.path)

    one.sender = cast("Any", SimpleNamespace(upload=upload, sent=[]))
    files = SimpleNamespace(uploads_at_once=2)
    one = replace(
        one, action=replace(ACTION, steps=steps),
        parts=replace(one.parts, files=lambda provider, credentials: files),
    )  # fmt: skip
    carry_out_seed(one, one.material)
    assert sorted(paths) == ["in/a", "in/b"]
