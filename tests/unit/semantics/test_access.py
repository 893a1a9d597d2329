"""Who may read a bucket, as it was measured on the real server: access never narrows."""

import pytest

from oscar_sync.model.field import Value
from oscar_sync.semantics.access import (
    Access,
    access_given,
    access_of_service,
    closed,
    gained,
    is_closed_by,
    takes_back,
)
from oscar_sync.semantics.normal_form import normal_form

NOBODY, EVERYBODY = Access(), Access(is_public=True)
ZOE, BOB = Access(users=frozenset({"zoe"})), Access(users=frozenset({"bob"}))

PRIVATE, PUBLIC = ("private", ()), ("public", ())
OF_ZOE, OF_BOB = ("restricted", ("zoe",)), ("restricted", ("bob",))
MEASURED = [
    (PRIVATE, PUBLIC, EVERYBODY),
    (PRIVATE, OF_ZOE, ZOE),
    (PUBLIC, PRIVATE, EVERYBODY),
    (PUBLIC, OF_ZOE, EVERYBODY | ZOE),
    (OF_ZOE, PRIVATE, ZOE),
    (OF_ZOE, PUBLIC, EVERYBODY | ZOE),
    (OF_ZOE, OF_BOB, ZOE | BOB),
]


@pytest.mark.parametrize(("bucket", "service", "readers"), MEASURED)
def test_what_attaching_a_bucket_gives_to_whom(bucket, service, readers):
    assert access_given(*bucket) | access_given(*service) == readers


@pytest.mark.parametrize(
    ("before", "after", "closes"),
    [
        ("public", "private", True),
        ("public", "public", False),
        ("private", "public", False),
        ("private", "private", False),
    ],
)
def test_a_service_that_was_public_closes_its_buckets(before, after, closes):
    forms = [
        normal_form({"name": "a", "visibility": word}, is_live=False) for word in (before, after)
    ]
    assert is_closed_by(*forms) is closes


def test_any_other_word_is_public_and_none_is_private():
    assert access_given("") == access_given("private", ("zoe",)) == NOBODY
    assert access_given("Private") == access_given("public", ("zoe",)) == EVERYBODY


def test_a_service_gives_what_its_visibility_says():
    def form(**fields):
        return normal_form({"name": "a", "image": "i", "script": "s", **fields}, is_live=False)

    assert access_of_service(form()) == NOBODY
    assert access_of_service(form(visibility="public")) == EVERYBODY
    assert access_of_service(form(visibility="restricted", allowed_users=["zoe"])) == ZOE


@pytest.mark.parametrize(
    ("before", "after", "who"),
    [
        (NOBODY, NOBODY, ""),
        (NOBODY, EVERYBODY, "everybody"),
        (ZOE, EVERYBODY | ZOE, "everybody"),
        (EVERYBODY, EVERYBODY | ZOE, ""),
        (NOBODY, ZOE, "the user zoe"),
        (ZOE, ZOE | BOB, "the user bob"),
        (NOBODY, ZOE | BOB, "the allowed users bob, zoe"),
        (ZOE, ZOE, ""),
        (NOBODY, Access(users=frozenset({"me"})), ""),
    ],
)
def test_who_gains_is_said_without_those_who_have_access_anyway(before, after, who):
    assert gained(before, after, {"me"}) == who


def test_what_closes_buckets_names_them_and_keeps_the_buckets_of_single_users():
    form: dict[str, Value] = {"visibility": "public", "isolation_level": "USER", "output": ["o"]}
    assert closed(form, ()) == {**form, "visibility": "private"}
    assert closed(form, ("red-zoe",)) == {**closed(form, ()), "isolation_level": ""}


def test_what_a_word_of_ones_own_gave_is_not_taken_back():
    assert [word for word in ("public", "Public", "restricted", "open") if takes_back(word)] == [
        "public",
        "Public",
        "restricted",
    ]
