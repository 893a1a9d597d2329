"""Declared buckets and volumes that cannot be made, or not marked, seen without a cluster."""

import pytest
from msgspec.structs import replace

from oscar_sync.model.action import ActionKind
from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.field_change import Op
from oscar_sync.model.origin import Origin
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.selection import Narrowing, Selector
from oscar_sync.model.settings import DeclaredBucket, DeclaredVolume, RemovedStorage, Which
from oscar_sync.model.state import VolumeFacts
from oscar_sync.model.step import Do
from oscar_sync.render.words import headline
from oscar_sync.semantics.bucket_marks import access_mark
from tests.unit.planning.built import bucket, codes, live, minio, planned, view, wanted

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


ALICE = {"is_admin": False, "me": frozenset({"alice"})}
USERS = ("restricted", ("u", "v"))


def atlas(visibility="private", users=(), **more):
    """Return the bucket of alice that this set manages, with that access."""
    more = {"owner": "alice", "set_name": "laws", **more}
    return bucket("atlas", visibility=visibility, allowed_users=users, **more)


def access(visibility="private", users=()):
    return (DeclaredBucket(Which("atlas"), PLACE, visibility, users),)


@pytest.mark.parametrize(
    ("before", "after", "changed", "told"),
    [
        (("private", ()), USERS, {"visibility": Op.CHANGE, "allowed_users": Op.ADD},
         "u, v gain access"),
        (USERS, ("private", ()), {"visibility": Op.CHANGE, "allowed_users": Op.REMOVE},
         "u, v lose access"),
        (USERS, ("restricted", ("u",)), {"allowed_users": Op.CHANGE}, "v loses access"),
        (("restricted", ("u",)), USERS, {"allowed_users": Op.CHANGE}, "v gains access"),
    ],
)  # fmt: skip
def test_a_change_of_access_names_who_gains_it_and_who_loses_it(before, after, changed, told):
    there = atlas(*before, applied=access_mark(*before))
    (action,) = planned(view(buckets=[there], **ALICE), buckets=access(*after)).actions
    assert {change.path: change.op for change in action.changes} == changed
    assert [note for note in action.notes if "access" in note] == [told]


@pytest.mark.parametrize(
    ("declared", "facts", "is_said"),
    [
        ("private", ALICE, True),
        ("public", ALICE, False),
        ("private", {}, False),  # administrators are shown what is public
    ],
)
def test_who_adopts_a_bucket_is_told_where_it_may_be_public_unseen(declared, facts, is_said):
    there = bucket("atlas", visibility=declared, owner="alice" if facts else "")
    (action,) = planned(view(buckets=[there], **facts), buckets=access(declared)).actions
    assert action.reason == "it is what the settings declare, and no set manages it"
    assert [note.startswith("everybody may have access") for note in action.notes] == (
        [True] if is_said else []
    )


def test_a_mark_that_is_renewed_says_nothing_of_who_may_have_access():
    there = atlas(applied=access_mark("public", ()))
    (action,) = planned(view(buckets=[there], **ALICE), buckets=access()).all_actions
    assert not any(note.startswith("everybody may") for note in action.notes)


@pytest.mark.parametrize("facts", [{}, ALICE])
def test_a_bucket_that_a_public_service_opens_unseen_is_blocked_for_a_user_alone(facts):
    opening = live("open", visibility="public", output=minio("atlas/out"))
    mine = "alice" if facts else "cluster_admin"
    there = atlas(applied=access_mark("private", ()), owner=mine)
    plan = planned(view(opening, buckets=[there], **facts), buckets=access())
    assert codes(plan) == (["bucket-open"] if facts else [])


def test_a_bucket_that_is_restricted_to_nobody_gets_its_owner_first_but_by_an_administrator():
    there = atlas("restricted", applied=access_mark("restricted", ()))
    for facts, number in ((ALICE, 2), ({}, 1)):
        (action,) = planned(view(buckets=[there], **facts), buckets=access()).all_actions
        given = [step.access for step in action.steps if step.do is Do.SET_ACCESS]
        assert given == [("restricted", ("alice",)), ("private", ())][-number:]
