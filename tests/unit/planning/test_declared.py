"""Declared buckets and volumes that cannot be made, or not marked, seen without a cluster."""

import pytest
from msgspec.structs import replace

from oscar_sync.model.action import ActionKind
from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.origin import Origin
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.selection import Narrowing, Selector
from oscar_sync.model.settings import DeclaredBucket, DeclaredVolume, RemovedStorage, Which
from oscar_sync.model.state import VolumeFacts
from oscar_sync.model.step import Do
from oscar_sync.render.words import headline
from tests.unit.planning.built import bucket, codes, planned, view, wanted

PLACE = Origin("oscar-sync.yaml", layer="settings")
MODELS = DeclaredVolume(Which("models"), PLACE, "1Gi")
ATLAS = DeclaredBucket(Which("atlas"), PLACE)
ONLY_ALPHA = Narrowing((Selector("alpha", "alpha"),))


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"release": (3, 6, 4), "volumes": None}, ["unsupported-by-server"]),
        ({"volumes": None}, []),
        ({"volumes": {"models": VolumeFacts("models", "1Gi", phase="deleting")}},
         ["volume-deleting"]),
        ({"volumes": {"models": VolumeFacts("models", "1024Mi")}}, []),
        ({"volumes": {"models": VolumeFacts("models", "2Gi")}}, ["unsupported-update"]),
    ],
)  # fmt: skip
def test_a_declared_volume_is_made_only_where_that_is_possible(facts, code):
    plan = planned(replace(view(), **facts), volumes=(MODELS,))
    assert (codes(plan), plan.actions) == (code, ())


def test_a_narrowed_run_makes_the_storage_that_its_services_use_alone():
    mounting = wanted(volume={"name": "models", "mount_path": "/d"})
    declared = {"volumes": (MODELS,), "buckets": (ATLAS,)}
    made = planned(view(), mounting, narrowing=ONLY_ALPHA, **declared).actions
    assert {str(one.key.name) for one in made} == {"volume models", "alpha"}
    assert [str(one.key.name) for one in planned(view(), wanted(), narrowing=ONLY_ALPHA,
                                                 **declared).actions] == ["alpha"]  # fmt: skip


def test_what_an_administrator_cannot_take_back_is_blocked():
    shared = bucket("atlas", visibility="restricted", allowed_users=("u",), set_name="laws")
    assert codes(planned(view(buckets=[shared]), buckets=(ATLAS,))) == ["needs-user-login"]


def test_without_a_store_a_bucket_is_made_unmarked_and_none_is_adopted():
    away = {"store_problem": "no route"}
    (made,) = planned(view(**away), buckets=(ATLAS,)).actions
    assert any("not marked as managed by this set" in note for note in made.notes)
    assert not planned(view(buckets=[bucket("atlas")], **away), buckets=(ATLAS,)).all_actions
    (adopted,) = planned(view(buckets=[bucket("atlas")]), buckets=(ATLAS,)).actions
    assert adopted.kind is ActionKind.ADOPT_BUCKET


@pytest.mark.parametrize("visibility", ["private", "public"])
def test_a_bucket_of_another_set_is_taken_over_by_a_permission_alone(visibility):
    theirs = bucket("atlas", visibility=visibility, set_name="others", applied="1")
    cluster = view(buckets=[theirs])
    blocked = planned(cluster, buckets=(ATLAS,))
    assert codes(blocked) == ["not-ours"]
    assert "--allow take-over:bucket:atlas" in blocked.blocked[0].ways_out
    allow = (Consent(Word.TAKE_OVER, "bucket:atlas"),)
    (action,) = planned(cluster, buckets=(ATLAS,), allow=allow).actions
    assert [step.do for step in action.steps][-1] is Do.TAG
    assert "it is taken over from set others" in action.notes


def test_a_mark_that_is_renewed_is_not_called_an_adoption():
    stale = bucket("atlas", set_name="laws", applied="1")
    (action,) = planned(view(buckets=[stale]), buckets=(ATLAS,)).actions
    assert headline(action) == "renew its mark"
    (action,) = planned(view(buckets=[bucket("atlas")]), buckets=(ATLAS,)).actions
    assert headline(action) == "adopt: start managing it"


def test_a_bucket_and_a_volume_of_one_name_are_both_deleted():
    removed = tuple(RemovedStorage(Which("atlas"), PLACE, one) for one in (False, True))
    cluster = replace(view(buckets=[bucket("atlas")]), volumes={"atlas": VolumeFacts("atlas")})
    plan = planned(cluster, removed_storage=removed)
    assert {item.name for one in plan.all_actions for item in one.erases} == {
        "bucket atlas", "volume atlas",
    }  # fmt: skip


def test_nothing_is_planned_for_a_removed_volume_where_the_release_has_none():
    removed = (RemovedStorage(Which("models"), PLACE, is_volume=True),)
    old = replace(view(), release=(3, 6, 4), volumes=None)
    assert not planned(old, removed_storage=removed).all_actions


def test_a_volume_is_kept_while_a_manifest_is_unread_that_may_use_it():
    cluster = replace(view(), volumes={"models": VolumeFacts("models")})
    removed = (RemovedStorage(Which("models"), PLACE, is_volume=True),)
    unread = Narrowing(left_out=("x.yaml",))
    by_hand = PlanOptions(scope=Scope.ERASE)
    plan = planned(cluster, options=by_hand, narrowing=unread, removed_storage=removed)
    assert codes(plan) == ["manifests-unread"]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"release": (3, 6, 4)}, ["not-my-bucket"]),
        ({"tag_owners": {"atlas": "other"}}, ["not-my-bucket"]),
        ({"tag_owners": {"atlas": "me"}}, []),
    ],
)
def test_a_user_adopts_no_bucket_that_may_be_another_s(facts, code):
    theirs = {"me": frozenset({"me"}), "is_admin": False, **facts}
    cluster = replace(view(buckets=[bucket("atlas", owner="me")]), **theirs)
    assert codes(planned(cluster, buckets=(ATLAS,))) == code
