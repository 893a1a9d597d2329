"""How long a plan takes, and what it deletes."""

import pytest
from msgspec.structs import replace

from oscar_sync.model.identity import ClusterId, ServiceKey, ServiceName
from oscar_sync.model.plan import (
    Action,
    ActionKind,
    Category,
    Cause,
    Do,
    Erased,
    FieldChange,
    Loss,
    Op,
    Plan,
    Source,
    Step,
)
from oscar_sync.planning.forecast import with_seconds


def action(cluster, *steps):
    key = ServiceKey(ClusterId(cluster), ServiceName("a"))
    return Action(id="x", key=key, kind=ActionKind.UPDATE, reason="", steps=steps)


def plan(*actions):
    return Plan("", Source("", 0, 0), (), actions)


@pytest.mark.parametrize(
    ("step", "seconds"),
    [
        (Step(Do.POST, "a"), 6.3),
        (Step(Do.DELETE, "a"), 6.3),
        (Step(Do.PUT, "a", "", restarts_store=True), 6.3),
        (Step(Do.PUT, "a"), 0.03),
        (Step(Do.UPLOAD, "b/k", "", 100_000_000), 2.0),
        (Step(Do.UPLOAD, "b/k", "", 1_000_000), 0.02),
        (Step(Do.HOOK, "b/in/"), 0.02),
    ],
)
def test_each_step_has_its_measured_cost(step, seconds):
    (timed,) = with_seconds([action("edge", step)])
    assert timed.seconds == seconds


def test_from_the_third_on_updates_of_a_cluster_wait_for_each_other():
    updates = [action("edge", Step(Do.PUT, "a")) for _ in range(4)]
    other = action("lab", Step(Do.PUT, "a"))
    timed = with_seconds([*updates, other])
    assert [one.seconds for one in timed] == [0.03, 0.03, 1.1, 1.1, 0.03]
    assert plan(*timed).seconds == pytest.approx(2.26)
    assert plan().seconds == 0


def test_restarts_of_the_store_are_counted():
    both = action("edge", Step(Do.POST, "a", "", restarts_store=True), Step(Do.HOOK, "b/in/"))
    assert plan(both, both).store_restarts == 2


def test_what_is_deleted_is_added_up_over_the_plan():
    buckets = Erased("red", 3, 6), Erased("blue", 0, 0), Erased("volume data")
    extra = Step(Do.DELETE_OBJECT, "red/a"), Step(Do.DELETE_OBJECT, "red/b")
    found = plan(replace(action("edge"), erases=buckets), action("lab", *extra)).loss
    assert found == Loss(buckets=2, volumes=1, objects=3, size_bytes=6, extra_objects=2)
    assert found
    assert not plan(action("edge", Step(Do.PUT, "a"))).loss


@pytest.mark.parametrize("item", [Erased("red"), Erased("red", 3, 6, is_at_least=True)])
def test_what_could_not_be_counted_is_told_as_at_least(item):
    assert plan(replace(action("edge"), erases=(item,))).loss.is_at_least


# how an action is told


def moved(cause):
    return FieldChange("memory", Op.CHANGE, "1Gi", "2Gi", cause)


@pytest.mark.parametrize(
    ("changes", "category"),
    [
        ((moved(Cause.CLUSTER),), Category.DRIFTED),
        ((moved(Cause.UNKNOWN), moved(Cause.BOTH)), Category.DRIFTED),
        ((moved(Cause.CLUSTER), moved(Cause.MANIFEST)), Category.CHANGED),
        ((moved(Cause.MANIFEST),), Category.CHANGED),
        ((), Category.CHANGED),
    ],
)
def test_an_update_counts_as_drift_only_where_nobody_edited_anything(changes, category):
    one = replace(action("edge", Step(Do.PUT, "a")), changes=changes)
    assert one.category is category
    assert replace(one, erases=(Erased("red"),)).category is Category.DELETED
    assert replace(one, steps=(Step(Do.DELETE_OBJECT, "red/a"),)).category is Category.DELETED
