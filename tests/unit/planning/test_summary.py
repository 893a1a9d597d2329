"""What a plan says of a run as a whole: counts, notes, what was not read."""

import pytest
from msgspec.structs import replace

from oscar_sync.model.cluster import Cluster
from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.identity import BucketName, ClusterId, ServiceKey, ServiceName
from oscar_sync.model.origin import Origin
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.selection import Narrowing, Selector
from oscar_sync.model.settings import RemovedEntry, Settings, Which
from oscar_sync.model.state import SeedDifference, Upload
from oscar_sync.planning.context import Context
from oscar_sync.planning.facts import Facts
from tests.unit.planning.built import (
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

ENTRY = Origin("oscar-sync.yaml", layer="settings")
LAB = Cluster(ClusterId("lab"), "http://127.0.0.1:2", "lab.example.org", None)


def ours(name, **fields):
    return live(name, annotations=stamp(name), **fields)


def test_services_that_left_the_files_are_counted_against_max_removals():
    there = view(ours("alpha"), ours("beta"), ours("gamma"), ours("delta"), live("strange"))
    removed = (RemovedEntry(Which("delta"), ENTRY),)
    plan = planned(there, wanted(), prune=True, max_removals=1, removed=removed)
    assert codes(plan) == ["too-many-removals"] * 2
    assert "2 services are no longer in the manifests" in plan.blocked[0].message


@pytest.mark.parametrize(
    ("gaps", "listed"), [("a", ": a"), ("abc", ": a; b; c"), ("abcdefg", "; and 2 more")]
)
def test_files_that_may_hold_services_are_listed_as_far_as_people_read(gaps, listed):
    (held,) = planned(view(ours("alpha")), prune=True, gaps=tuple(gaps)).blocked
    assert held.code == "source-incomplete"
    assert held.message.endswith(listed)


def test_services_of_the_files_without_a_mark_are_counted_where_a_set_marks_them():
    there = view(ours("alpha"), live("beta"), live("gamma"), live("other"))
    services = (wanted(), wanted("beta"), wanted("gamma"))
    (cluster,) = planned(there, *services).clusters
    assert (cluster.live, cluster.ours, cluster.unstamped) == (4, 1, 2)
    (cluster,) = planned(there, *services, set_name="").clusters
    assert (cluster.live, cluster.ours, cluster.unstamped) == (4, 0, 0)


@pytest.mark.parametrize(
    ("scope", "narrowing", "is_said"),
    [
        (Scope.ALL, Narrowing(), True),
        (Scope.DRIFT, Narrowing(), False),
        (Scope.ALL, Narrowing(services=(Selector("alpha", "alpha"),)), False),
    ],
)
def test_an_entry_of_what_is_gone_is_told_by_a_full_run(scope, narrowing, is_said):
    plan = planned(
        view(), removed=(RemovedEntry(Which("left"), ENTRY),), narrowing=narrowing,
        options=PlanOptions(scope),
    )  # fmt: skip
    assert any("no service left" in note for note in plan.notes) is is_said


def test_where_buckets_go_the_services_that_are_not_in_the_list_are_asked_for_once_more():
    there = view(ours("alpha", input=minio("red/in")), ours("beta"), buckets=[bucket("red")])
    removed = (
        RemovedEntry(Which("alpha"), ENTRY, erase=("red",)),
        RemovedEntry(Which("beta"), ENTRY),
        RemovedEntry(Which("gone"), ENTRY),
    )
    found = draft(there, removed=removed)
    absent = {
        str(action.key.name): found.materials[action.id].absent for action in found.plan.actions
    }
    assert absent == {"alpha": (ServiceName("gone"),), "beta": ()}


@pytest.mark.parametrize(
    ("name", "clusters"),
    [("alpha", ["edge", "lab"]), ("lab/alpha", ["lab"]), ("elsewhere/alpha", [])],
)
def test_a_name_with_a_cluster_is_not_planned_on_that_one_alone(name, clusters):
    unread = view(problem="unreachable")
    plan = planned(
        unread, peers=(replace(unread, cluster=LAB),),
        options=PlanOptions(Scope.REMOVE, names=(name,)),
    )  # fmt: skip
    assert [str(item.key.cluster) for item in plan.not_planned] == clusters


def test_a_consent_that_no_step_uses_is_told_unless_a_cluster_that_was_not_read_may_need_it():
    replacing = Consent(Word.REPLACE, "alpha")
    volumes = [{"volume": {"name": "v", "mount_path": place}} for place in ("/a", "/b")]

    def is_told(*, differs, **more):
        there = view(live(annotations=stamp(), **volumes[differs]))
        notes = planned(there, wanted(**volumes[0]), allow=(replacing,), **more).notes
        return any("no step needs the permission replace:alpha" in note for note in notes)

    assert is_told(differs=False)
    assert not is_told(differs=True)
    unread = replace(view(problem="unreachable"), cluster=LAB)
    assert not is_told(differs=False, peers=(unread,))
    assert not is_told(differs=True, peers=(unread,))


def test_a_fast_uploader_that_does_not_help_is_told_where_something_is_uploaded():
    def notes(hindrance, *uploads):
        there = view(
            live(annotations=stamp()), buckets=[bucket("data")], upload_hindrance=hindrance,
            seeds={seed(): SeedDifference(uploads)},
        )  # fmt: skip
        found = planned(there, wanted(), services=seeded(seed())).notes
        return [note for note in found if "fast uploader" in note]

    upload = Upload("/files/in/a", "data/in/a", 1, "sha256:0")
    assert notes("it is not installed", upload) == [
        "edge: files are uploaded without the fast uploader, since it is not installed"
    ]
    assert notes("it is not installed") == notes("", upload) == []


def test_a_bucket_is_used_by_who_is_about_to_use_it_and_not_by_what_the_cluster_still_shows():
    def users(was, becomes):
        there = view(live(**was))
        context = Context(Facts(there), Settings("/files"), {ServiceName("alpha"): becomes}, None)
        return {name: context.users_of(BucketName(name)) for name in ("a", "b", "c", "d", "e", "f")}

    was = {"input": minio("a/x"), "output": minio("b/x"), "mount": minio("c/x")[0]}
    other = {"input": minio("d/x"), "output": minio("e/x"), "mount": minio("f/x")[0]}
    key, becomes = ServiceKey(EDGE, ServiceName("alpha")), wanted(**other)
    assert users(was, becomes) == {
        **{name: {key: None} for name in "abc"},
        **{name: {key: becomes} for name in "def"},
    }
    same = wanted(**was)
    assert users(was, same) == {name: {key: same} if name in "abc" else {} for name in "abcdef"}
