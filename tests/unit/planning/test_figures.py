"""How long a plan takes, and what it deletes."""

import pytest
from msgspec.structs import replace

from oscar_sync.model.action import Action, ActionKind, Category, Erased
from oscar_sync.model.field_change import Cause, FieldChange, Op
from oscar_sync.model.identity import ClusterId, ServiceKey, ServiceName
from oscar_sync.model.plan import Loss, Plan, Source
from oscar_sync.model.step import Do, Step
from oscar_sync.planning.forecast import with_seconds


def action(cluster, *steps):
    key = ServiceKey(ClusterId(cluster), ServiceName("a"))
    return Action(id="x", key=key, kind=ActionKind.UPDATE, reason="", steps=steps)


def plan(*actions):
    return Plan("", Source("", 0, 0), (), actions)


POST, PUT = Step(Do.POST, "a", restarts=1), Step(Do.PUT, "a")
MOVED = (PUT, Step(Do.MARKER, "b/in/"), Step(Do.HOOK, "b/in/"))
REMOVED = (PUT, Step(Do.UNHOOK, "b/in/"), Step(Do.DELETE, "a", restarts=1))
ERASED = (*REMOVED, Step(Do.ERASE, "b"), Step(Do.ERASE, "c"))


def adding(buckets):
    return Step(Do.PUT, "a", restarts=buckets)


@pytest.mark.parametrize(
    ("number", "steps", "measured_s"),
    [
        pytest.param(10, (POST,), 65, id="creates with a bucket"),
        pytest.param(5, (POST,), 32, id="creates without buckets"),
        pytest.param(10, (PUT,), 12, id="plain updates"),
        pytest.param(10, (adding(1),), 65, id="updates with a new bucket"),
        pytest.param(10, MOVED, 17, id="moved folders"),
        pytest.param(5, REMOVED, 42, id="removals"),
        pytest.param(5, (POST, adding(2)), 96, id="taken up again with 2 buckets each"),
        pytest.param(5, ERASED, 43, id="deletions of 2 buckets each"),
        pytest.param(1, (adding(1),), 7.6, id="an existing bucket added"),
        pytest.param(1, (adding(2),), 14.2, id="2 existing buckets added"),
        pytest.param(1, (adding(3),), 21.3, id="3 existing buckets added"),
    ],
)
def test_the_forecast_is_near_what_was_measured(number, steps, measured_s):
    """Every row of oscar-releases, "Forecast against real", within the budget of row 30."""
    forecast_s = plan(*with_seconds([action("edge", *steps)] * number)).seconds
    assert 0.8 <= forecast_s / measured_s <= 1.25


@pytest.mark.parametrize(
    ("step", "seconds"),
    [
        (Step(Do.UPLOAD, "b/k", "", 100_000_000), 2.0),
        (Step(Do.UPLOAD, "b/k", "", 1_000_000), 0.02),
        (Step(Do.HOOK, "b/in/"), 0.02),
    ],
)
def test_what_is_sent_to_the_store_has_its_measured_cost(step, seconds):
    (timed,) = with_seconds([action("edge", step)])
    assert timed.seconds == seconds


def test_the_first_update_of_each_cluster_is_cheap_and_clusters_go_side_by_side():
    updates = [action("edge", PUT) for _ in range(4)]
    first, *_, last, other = with_seconds([*updates, action("lab", PUT)])
    assert first.seconds == other.seconds < 0.1
    assert last.seconds > 1
    assert plan(*with_seconds([*updates, action("lab", PUT)])).seconds < 4
    assert plan().seconds == 0


def test_restarts_of_the_store_are_counted():
    both = action("edge", POST, adding(3), Step(Do.HOOK, "b/in/"))
    assert plan(both, both).store_restarts == 8


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
