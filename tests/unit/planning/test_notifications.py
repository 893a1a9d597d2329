"""Which notifications and folder markers a plan sets and takes off, seen without a cluster."""

import pytest
from msgspec.structs import replace

from oscar_sync.model.identity import BucketName, ServiceName
from oscar_sync.model.state import HookRule, Probe
from oscar_sync.model.step import Do
from oscar_sync.planning.facts import Facts
from oscar_sync.semantics.hooks import arn_of
from oscar_sync.semantics.stamp import HOOKS
from tests.unit.planning.built import bucket, draft, live, minio, planned, stamp, view, wanted

STORE = {Do.MARKER, Do.HOOK, Do.UNHOOK}
FREE = {ServiceName(name): Probe.FREE for name in ("alpha", "beta")}


def seen(*services, buckets=("red",), **rules):
    """Return a cluster with notifications: bucket to (service, prefix) pairs; all have markers."""
    hooks = {
        BucketName(name): tuple(HookRule(one, prefix, arn_of(one)) for one, prefix in pairs)
        for name, pairs in rules.items()
    }
    cluster = view(*services, buckets=[bucket(name) for name in buckets], probes=FREE)
    return replace(cluster, hooks={**cluster.hooks, **hooks})


def on_store(action):
    return [(step.do, step.target) for step in action.steps if step.do in STORE]


def vouched(cluster, service):
    """Return the action for *service* and the notifications that its mark will vouch for."""
    found = draft(cluster, service)
    (action,) = found.plan.actions
    return action, found.materials[action.id].stamp.hooks


def test_a_service_is_started_by_a_bucket_that_another_one_of_the_plan_makes():
    plan = planned(
        seen(buckets=()),
        wanted("alpha", input=minio("new/a")),
        wanted("beta", input=minio("new/b")),
    )
    (made, joins) = plan.actions
    assert on_store(made) == []
    assert on_store(joins) == [(Do.MARKER, "new/b/"), (Do.HOOK, "new/b/")]
    assert joins.depends_on == (made.id,)


def test_a_second_input_in_a_bucket_that_its_own_request_makes_is_set_without_a_look():
    found = draft(seen(buckets=()), wanted(input=minio("new/a", "new/b")))
    (action,) = found.plan.actions
    assert on_store(action) == [(Do.MARKER, "new/b/"), (Do.HOOK, "new/b/")]
    assert not found.missing["edge"].hooks


def test_a_creation_takes_off_what_slept_and_vouches_for_what_it_sets():
    action, mark = vouched(seen(red=[("alpha", "old/")]), wanted(input=minio("red/in")))
    assert (Do.UNHOOK, "red/old/") in on_store(action)
    assert (Do.HOOK, "red/in/") in on_store(action)
    assert mark == "!red/old/ red/in/"
    action, mark = vouched(seen(red=[("alpha", "in/")]), wanted(input=minio("red/in")))
    assert on_store(action) == []
    assert mark == "red/in/"


@pytest.mark.parametrize(
    ("was", "rules", "mark"),
    [
        ("", [], "red/in/"),  # it was missing: set, and vouched for from now on
        ("", [("alpha", "in/")], ""),  # OSCAR set it
        ("red/in/", [("alpha", "in/")], "red/in/"),  # we set it
    ],
)
def test_an_update_vouches_for_what_it_sets_and_for_what_was_vouched_for(was, rules, mark):
    there = live(input=minio("red/in"), annotations={**stamp(), HOOKS: was})
    action, now = vouched(seen(there, red=rules), wanted(input=minio("red/in"), memory="1Gi"))
    assert now == mark
    assert ((Do.HOOK, "red/in/") in on_store(action)) is not bool(rules)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (("beta", "in/"), ["beta also starts on uploads to red/in/: each upload runs both"]),
        (("beta", "other/"), []),
        (("", "in/"), []),
        (("alpha", "in/"), []),
    ],
)
def test_who_else_starts_on_the_same_uploads_is_told(rule, said):
    (action,) = planned(seen(red=[rule]), wanted(input=minio("red/in"))).actions
    assert [note for note in action.notes if "also starts" in note] == said


def test_what_cannot_be_read_has_no_notifications_and_an_unknown_marker_counts_as_there():
    red, facts = BucketName("red"), Facts(seen(red=[("alpha", "in/")]))
    assert [rule.service for rule in facts.hooks(red) or ()] == ["alpha"]
    for unseen in ({"store_problem": "gone"}, {"denied": frozenset({red})}):
        assert Facts(replace(facts.view, **unseen)).hooks(red) is None
    assert facts.has_marker(red, "in") is True
    assert facts.missing.markers == {(red, "in")}
    assert not Facts(replace(facts.view, markers={(red, "in"): False})).has_marker(red, "in")
