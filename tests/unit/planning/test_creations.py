"""What a creation sends and is held back by, seen without a cluster."""

import pytest

from tests.unit.planning.built import bucket, codes, draft, minio, planned, view, wanted

USERS = {"isolation_level": "USER", "allowed_users": ["zoe"]}


@pytest.mark.parametrize(("release", "is_said"), [((3, 6, 4), True), ((4, 1, 2), False)])
def test_why_a_creation_names_no_bucket_at_first_is_told(release, is_said):
    (action,) = planned(view(release=release), wanted(input=minio("new/in"))).actions
    said = [note for note in action.notes if "deletes the buckets that a failed create" in note]
    assert bool(said) is is_said
    assert not planned(view(release=release), wanted()).actions[0].notes


@pytest.mark.parametrize(("is_admin", "owner"), [(True, "cluster_admin"), (False, "me")])
def test_a_service_belongs_to_who_creates_it(is_admin, owner):
    there = view(is_admin=is_admin, me=frozenset({owner}))
    (material,) = draft(there, wanted()).materials.values()
    assert material.owner == owner


@pytest.mark.parametrize(("buckets", "code"), [([], []), (["red"], ["unsupported-update"])])
def test_a_level_that_no_put_keeps_holds_back_a_creation_that_takes_one(buckets, code):
    there = view(buckets=list(map(bucket, buckets)))
    assert codes(planned(there, wanted(input=minio("red/in"), **USERS))) == code
