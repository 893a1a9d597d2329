"""What each kind of run looks at: a narrowed one, one for seeds alone, one for stamps alone."""

import pytest
from msgspec.structs import replace

from oscar_sync.model.action import ActionKind
from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.identity import BucketName, ClusterId
from oscar_sync.model.origin import Origin
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.selection import Narrowing, Selector
from oscar_sync.model.settings import RemovedEntry, Which
from oscar_sync.model.state import SeedDifference, Upload
from oscar_sync.planning.notes import spent_entries, spent_notes
from tests.unit.planning.built import (
    CLUSTER,
    EDGE,
    bucket,
    codes,
    draft,
    live,
    minio,
    planned,
    seed,
    seeded,
    stamp,
    view,
    wanted,
)

UPLOAD = Upload("/files/in/a", "data/in/a", 1, "md5:0")
LEFT = RemovedEntry(Which("left"), Origin("oscar-sync.yaml", layer="settings"))


def kinds(plan):
    return [(action.kind, str(action.key.name)) for action in plan.actions]


def leaving():
    """Return a cluster with a service that no manifest names, and one that an entry removes."""
    services = ("alpha", "gone", "left")
    return view(*(live(name, annotations=stamp(name)) for name in services))


# entries of removed


def far(*services, **facts):
    """Return a second cluster, called cloud."""
    return replace(view(**facts), cluster=replace(CLUSTER, id=ClusterId("cloud")), services={
        service.key.name: replace(service, key=replace(service.key, cluster=ClusterId("cloud")))
        for service in services
    })  # fmt: skip


def test_an_entry_without_a_cluster_is_spent_only_where_the_service_is_on_none():
    here, there = view(), far(live("left"))
    assert spent_entries((LEFT,), (here,)) == (LEFT,)
    assert spent_entries((LEFT,), (here, there)) == ()
    assert spent_entries((LEFT,), (here, far())) == (LEFT,)
    assert spent_entries((LEFT,), (here, far(problem="unreachable"))) == ()


def test_an_entry_with_a_cluster_is_spent_by_that_cluster_alone():
    entry = replace(LEFT, which=Which("left", EDGE))
    assert spent_entries((entry,), (view(), far(live("left")))) == (entry,)
    assert spent_entries((entry,), (view(problem="unreachable"), far())) == ()
    assert spent_entries((entry,), (far(),)) == ()


def test_a_spent_entry_names_where_it_was_looked_for_and_what_may_be_meant():
    (note,) = spent_notes((LEFT,), (view(live("lefty")), far()))
    assert "no service left on edge, cloud" in note
    assert "(did you mean lefty?)" in note


def test_an_entry_that_still_deletes_data_is_not_called_spent():
    entry = replace(LEFT, erase=("blue",))
    there = view(buckets=[bucket("blue", from_service="left")])
    plan = planned(there, wanted(), removed=(entry,))
    assert [str(action.key.name) for action in plan.actions if action.erases] == ["left"]
    assert "no service left" not in "".join(plan.notes)
    after = planned(view(), wanted(), removed=(entry,))
    assert "no service left" in "".join(after.notes)


# narrowed


@pytest.mark.parametrize(
    ("narrowing", "said"),
    [
        (Narrowing(services=(Selector("alpha", "alpha"),)), "narrowed to alpha: nothing is pruned"),
        (
            Narrowing(services=(Selector("alpha", "alpha"),), clusters=(EDGE,)),
            "narrowed to alpha, edge/: nothing",
        ),
        (
            Narrowing(left_out=("old.yaml",)),
            "narrowed to the given paths, without old.yaml: nothing is pruned; `removed` is not",
        ),
    ],
)
def test_a_run_that_does_not_read_every_service_removes_none(narrowing, said):
    """What it does not name may stand in a manifest that was not looked at."""
    plan = planned(leaving(), wanted(), prune=True, removed=(LEFT,), narrowing=narrowing)
    assert kinds(plan) == []
    assert plan.left_alone == ()
    assert plan.source.narrowed.startswith(said)


@pytest.mark.parametrize(
    ("narrowing", "said"),
    [(Narrowing(), ""), (Narrowing(clusters=(EDGE,)), "narrowed to edge/")],
)
def test_a_run_over_whole_clusters_removes_what_left_the_manifests(narrowing, said):
    plan = planned(leaving(), wanted(), prune=True, removed=(LEFT,), narrowing=narrowing)
    assert kinds(plan) == [(ActionKind.REMOVE, "left"), (ActionKind.REMOVE, "gone")]
    assert plan.source.narrowed == said


# seeds alone, stamps alone


def test_a_run_for_seeds_updates_and_removes_nothing():
    cluster = view(
        live(), live("gone", annotations=stamp("gone")), buckets=[bucket("data")],
        seeds={seed(): SeedDifference((UPLOAD,))},
    )  # fmt: skip
    options = PlanOptions(scope=Scope.SEED)
    plan = planned(
        cluster, wanted(memory="1Gi"), options=options, services=seeded(seed()), prune=True
    )
    assert kinds(plan) == [(ActionKind.SEED, "alpha")]


def test_only_what_is_named_is_stamped_and_only_where_our_stamp_is_missing():
    cluster = view(live(), live("beta"), live("ours", annotations=stamp("ours")))
    names = ("alpha", "beta", "ours")
    services = [wanted(name) for name in names]
    one = PlanOptions(scope=Scope.ADOPT, names=("alpha",))
    assert kinds(planned(cluster, *services, options=one)) == [(ActionKind.ADOPT, "alpha")]
    all_three = PlanOptions(scope=Scope.ADOPT, names=("edge/alpha", "beta", "ours"))
    assert kinds(planned(cluster, *services, options=all_three)) == [
        (ActionKind.ADOPT, "alpha"),
        (ActionKind.ADOPT, "beta"),
    ]


def test_what_no_manifest_names_is_not_adopted_to_be_removed_at_once():
    plan = planned(view(live()), options=PlanOptions(scope=Scope.ADOPT, names=("alpha",)))
    assert codes(plan) == ["no-manifest"]


def test_only_our_own_stamp_is_taken_off():
    others = live("beta", annotations=stamp("beta", "others"))
    cluster = view(live(annotations=stamp()), live("bare"), others)
    options = PlanOptions(scope=Scope.FORGET, names=("alpha", "bare", "beta"))
    assert kinds(planned(cluster, options=options)) == [(ActionKind.FORGET, "alpha")]


# what a user's list leaves out


def test_a_bucket_that_a_users_list_leaves_out_is_looked_at_by_name():
    """A PUT would attach another user's own bucket without a word (record 215)."""
    mine = {"is_admin": False, "me": frozenset({"me"}), "buckets": [bucket("blue", owner="me")]}
    service = wanted(input=minio("red/in"))
    unknown = draft(view(**mine), service)
    assert unknown.missing["edge"].unlisted == {"red"}
    theirs = {BucketName("red"): bucket("red", owner="zoe")}
    found = planned(view(**mine, unlisted=theirs), service)
    assert codes(found) == ["foreign-bucket"]
    assert "bucket red belongs to zoe" in found.blocked[0].message
    free = planned(view(**mine, unlisted={BucketName("red"): None}), service)
    assert kinds(free) == [(ActionKind.CREATE, "alpha")]


# updates that erase


def test_an_update_that_drops_a_user_names_each_bucket_that_it_erases():
    fields = {"isolation_level": "USER", "input": minio("red/in")}
    stored = ["red-zoe", "red-amy", "red-joe"]
    there = live(bucket_list=stored, allowed_users=["zoe", "amy", "joe"], owner="me", **fields)
    user = view(
        there, buckets=[bucket("red", owner="me")], is_admin=False,
        me=frozenset({"me"}), unlisted={BucketName(name): None for name in stored},
    )  # fmt: skip
    smaller = wanted(allowed_users=["zoe"], **fields)
    one = (Consent(Word.ERASE, bucket="red-amy"),)
    held = planned(user, smaller, allow=one)
    assert codes(held) == ["erases-user-buckets"]
    (item,) = held.blocked
    assert "would delete the per-user buckets red-amy, red-joe" in item.message
    assert item.ways_out[-1] == "--allow erase:red-joe"
    plan = planned(user, smaller, allow=(*one, Consent(Word.ERASE, bucket="red-joe")))
    (action,) = plan.actions
    assert [(lost.bucket, lost.consent) for lost in action.erases] == [
        ("red-amy", "erase:red-amy"),
        ("red-joe", "erase:red-joe"),
    ]
