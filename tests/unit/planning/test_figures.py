"""How long a plan takes, and how two plans differ."""

import pytest

from oscar_sync.model.identity import ClusterId, ServiceKey, ServiceName
from oscar_sync.model.plan import Action, ActionKind, Do, Step
from oscar_sync.planning.forecast import store_restarts, total_seconds, with_seconds
from oscar_sync.planning.freeform import document_differences


def action(cluster, *steps):
    key = ServiceKey(ClusterId(cluster), ServiceName("a"))
    return Action(id="x", key=key, kind=ActionKind.UPDATE, reason="", steps=steps)


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
    assert total_seconds(timed) == pytest.approx(2.26)
    assert total_seconds([]) == 0


def test_restarts_of_the_store_are_counted():
    both = action("edge", Step(Do.POST, "a", "", restarts_store=True), Step(Do.HOOK, "b/in/"))
    assert store_restarts([both, both]) == 2


def test_two_documents_are_told_apart_line_by_line():
    def document(**parts):
        return {"actions": [], "blocked": [], "not_planned": [], **parts}

    old = document(
        actions=[{"id": "a", "reason": "x", "gone": 1}, {"id": "b"}],
        not_planned=[{"cluster": "c", "service": "s", "reason": "r"}],
    )
    new = document(actions=[{"id": "a", "reason": "y", "more": 2}, {"id": "d"}], blocked=None)
    assert sorted(document_differences(old, new)) == [
        "+ actions: d is new in the plan",
        "- actions: b is no longer in the plan",
        "- not_planned: c/s is no longer in the plan",
        "~ actions: a: plan['gone']: 1 is gone",
        "~ actions: a: plan['more']: 2 is new",
        "~ actions: a: plan['reason']: 'x' -> 'y'",
    ]
    assert document_differences(old, old) == ()
