"""What a plan does on the clusters of a federation's members, seen without any of them."""

import pytest
from msgspec.structs import replace

from oscar_sync.model.action import ActionKind, MemberFate
from oscar_sync.model.cluster import Cluster
from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.identity import ClusterId, ServiceKey, ServiceName
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.secret import Secret
from oscar_sync.model.state import Probe
from oscar_sync.model.step import Do
from tests.unit.planning.built import (
    bucket,
    codes,
    draft,
    live,
    minio,
    planned,
    stamp,
    view,
    wanted,
)

FAR = Cluster(ClusterId("far"), "https://far.example.org", "far.example.org", None)
WORKER = ServiceName("worker")
FEDERATED = {
    "cluster_id": "edge",
    "federation": {
        "topology": "star",
        "members": [{"type": "oscar", "cluster_id": "far", "service_name": "worker"}],
    },
}
MARKS = {
    "oscar.grycap/federation-worker": "true",
    "oscar.grycap/origin-cluster": "edge",
    "oscar.grycap/origin-service": "alpha",
}
RED = {"input": minio("red/in")}


def far(*services, **facts):
    """Return the member's cluster, on which the worker's name is free unless it is there."""
    there = [replace(one, key=ServiceKey(FAR.id, one.key.name)) for one in services]
    return replace(view(*there, probes={WORKER: Probe.FREE}, **facts), cluster=FAR)


def worker(**fields):
    annotations = {**MARKS, **fields.pop("annotations", {})}
    return live("worker", cluster_id="far", annotations=annotations, **fields)


def origin(**fields):
    return live("alpha", annotations=stamp(), **FEDERATED, **fields)


def messages(plan):
    return [item.message for item in plan.blocked]


def on_far(action):
    return [(step.do, step.target) for step in action.steps if step.member]


def effects(plan):
    (action,) = plan.actions
    return [(one.fate, *(item.bucket for item in one.keeps)) for one in action.members]


# whose the bucket of a worker is


@pytest.mark.parametrize("there", [(), (origin(),)])
@pytest.mark.parametrize(("owner", "code"), [("zoe", ["member-bucket"]), ("cluster_admin", [])])
def test_no_worker_gets_a_bucket_of_somebody_else_by_a_create_or_an_update(there, owner, code):
    mine = view(*there, buckets=[bucket("red")])
    peer = far(*([worker()] if there else []), buckets=[bucket("red", owner=owner)])
    plan = planned(mine, wanted(**FEDERATED, **RED), peers=(peer,))
    assert codes(plan) == code
    assert all("bucket red exists on far and belongs to zoe" in text for text in messages(plan))


def test_a_bucket_that_is_at_the_worker_alone_would_have_the_create_taken_back():
    plan = planned(view(), wanted(**FEDERATED, **RED), peers=(far(buckets=[bucket("red")]),))
    assert codes(plan) == ["member-bucket"]
    assert "exists on far, and not here" in plan.blocked[0].message


# a worker that is there before its origin


def test_a_worker_of_an_earlier_origin_goes_ahead_of_the_create():
    peer = far(worker(output=minio("blue/out")), buckets=[bucket("blue")])
    plan = planned(view(), wanted(**FEDERATED), peers=(peer,))
    (action,) = plan.actions
    assert on_far(action) == [(Do.PUT, "far/worker"), (Do.DELETE, "far/worker")]
    assert effects(plan) == [(MemberFate.REPLACED, "blue")]
    assert "bucket blue of it stays there" in action.notes[0]
    bare = planned(view(), wanted(**FEDERATED), peers=(far(worker()),))
    assert on_far(bare.actions[0]) == [(Do.DELETE, "far/worker")]
    assert "stays there" not in bare.actions[0].notes[0]


def test_a_worker_that_cannot_be_taken_away_holds_the_create_back():
    volume = {"name": "v", "size": "1Gi", "mount_path": "/d", "lifecycle_policy": "delete"}
    plan = planned(view(), wanted(**FEDERATED), peers=(far(worker(volume=volume)),))
    assert codes(plan) == ["member-volume"]


def test_a_replacement_takes_its_worker_away_once():
    fields = {"volume": {"name": "v", "mount_path": "/a"}}
    moved = {"volume": {"name": "v", "mount_path": "/b"}}
    allow = (Consent(Word.REPLACE, "alpha"),)
    peer = far(worker(federation=FEDERATED["federation"]))
    (action,) = planned(
        view(origin(**fields)), wanted(**FEDERATED, **moved), peers=(peer,), allow=allow
    ).all_actions
    assert action.kind is ActionKind.REPLACE
    assert on_far(action) == [(Do.DELETE, "far/worker")]


# a worker that is not there any more, or not as it should be


def test_a_worker_that_is_made_again_is_known_by_our_mark_and_takes_the_token_of_its_origin():
    found = draft(view(origin(token="t0k3n")), wanted(**FEDERATED), peers=(far(),))
    (action,) = found.plan.actions
    assert [(one.path, one.after) for one in action.changes] == [
        ("federation.members[0]", "far/worker as its origin")
    ]
    assert on_far(action) == [(Do.POST, "far/worker")]
    (watch,) = found.materials[action.id].members
    assert watch.body["annotations"] == {**MARKS, **stamp()}
    assert watch.body["token"] == Secret("t0k3n")


def test_an_update_tells_which_buckets_of_the_worker_it_lets_go_of():
    peer = far(worker(output=minio("blue/out", "red/out")), buckets=[bucket("blue")])
    plan = planned(view(origin()), wanted(**FEDERATED, output=minio("red/out")), peers=(peer,))
    assert effects(plan) == [(MemberFate.UPDATED, "blue")]


def test_a_worker_that_nobody_can_see_or_that_is_no_worker_differs_in_nothing():
    assert not planned(view(origin()), wanted(**FEDERATED)).all_actions
    taken = far(live("worker", owner="zoe"))
    assert not planned(view(origin()), wanted(**FEDERATED), peers=(taken,)).all_actions


def test_the_workers_of_a_service_of_another_set_are_not_looked_at():
    theirs = live("alpha", annotations=stamp(set_name="others"), **FEDERATED)
    assert not planned(view(theirs), wanted(**FEDERATED), peers=(far(),)).all_actions


@pytest.mark.parametrize(
    ("fields", "whose"),
    [
        ({"owner": "zoe"}, "a service of that name exists, owned by zoe;"),
        ({"owner": ""}, "a service of that name exists;"),
        ({"annotations": stamp(set_name="others")}, "managed by set others"),
    ],
)
def test_a_service_that_is_no_worker_is_told_with_its_owner(fields, whose):
    plan = planned(view(), wanted(**FEDERATED), peers=(far(live("worker", **fields)),))
    assert codes(plan) == ["member-taken"]
    assert whose in plan.blocked[0].message


def test_a_worker_whose_buckets_cannot_be_detached_holds_a_removal_back():
    node = {"interlink_node_name": "node", "output": minio("blue/out")}
    plan = planned(view(), wanted(**FEDERATED), peers=(far(worker(**node)),))
    assert codes(plan) == ["cannot-detach"]
    assert "its worker far/worker: an update cannot detach blue" in plan.blocked[0].message


def test_an_adoption_says_that_it_does_not_create_a_worker_that_is_missing():
    unmarked = live("alpha", **FEDERATED)
    options = PlanOptions(scope=Scope.ADOPT, names=("alpha",))
    (action,) = planned(
        view(unmarked), wanted(**FEDERATED), peers=(far(),), options=options
    ).actions
    words = "member far/worker: the worker does not exist, and an update does not create it"
    assert action.notes[-1] == words
