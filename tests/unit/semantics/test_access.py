"""Who may read a bucket, as it was measured on the real server: access never narrows."""

import pytest
from msgspec.structs import replace

from oscar_sync.model.identity import BucketName
from oscar_sync.model.state import BucketFacts
from oscar_sync.semantics.access import (
    Access,
    access_given,
    access_of_service,
    closed,
    gained,
    given_by_create,
    given_by_puts,
    hides_public,
    is_closed_by,
    is_locked,
    listed_access,
    seen_as,
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
    raw = {"name": "a", "visibility": "public", "isolation_level": "USER"}
    form = normal_form(raw, is_live=True)
    assert closed(form, ()) == replace(form, visibility="private")
    assert closed(form, ("red-zoe",)) == replace(closed(form, ()), isolation_level="")


def test_what_a_word_of_ones_own_gave_is_not_taken_back():
    assert [word for word in ("public", "Public", "restricted", "open") if takes_back(word)] == [
        "public",
        "Public",
        "restricted",
    ]


ADMIN = "cluster_admin"
PLACES = {"in": ["red/in"], "more": ["red/in", "blue/in"], "two": ["red/in", "red/other"]}


def service(*, inputs=(), mount="", **fields):
    places = [{"storage_provider": "minio.default", "path": path} for path in inputs]
    mounts = {"storage_provider": "minio.default", "path": mount} if mount else {}
    return normal_form({"name": "a", "input": places, "mount": mounts, **fields}, is_live=False)


@pytest.mark.parametrize("owner", [ADMIN, "", "alice"])
def test_a_post_gives_access_unless_it_is_an_administrators(owner):
    form = service(inputs=PLACES["more"], mount="data/x", visibility="public")
    everything = dict.fromkeys(("red", "blue", "data"), EVERYBODY)
    assert given_by_create(form, form, owner) == (everything if owner == "alice" else {})


@pytest.mark.parametrize("owner", [ADMIN, "alice"])
def test_the_put_after_a_post_gives_access_to_what_the_post_left_out(owner):
    whole = service(inputs=PLACES["more"], visibility="public")
    first = service(inputs=PLACES["in"], visibility="public")
    given = given_by_create(first, whole, owner)
    assert given == {"blue": EVERYBODY} | ({"red": EVERYBODY} if owner == "alice" else {})


@pytest.mark.parametrize(
    ("before", "after", "opened"),
    [
        ({"inputs": PLACES["in"]}, {"inputs": PLACES["in"]}, set()),
        ({"inputs": PLACES["in"]}, {"inputs": PLACES["more"]}, {"blue"}),
        ({"inputs": PLACES["two"]}, {"inputs": PLACES["two"]}, {"red"}),
        ({"mount": "data/x"}, {"mount": "data/x"}, {"data"}),
        (
            {"inputs": PLACES["in"], "visibility": "private"},
            {"inputs": PLACES["in"]},
            {"red"},
        ),
        (
            {"inputs": PLACES["in"], "visibility": "other"},
            {"inputs": PLACES["in"]},
            {"red"},
        ),
    ],
)
def test_what_a_put_of_an_administrators_public_service_opens(before, after, opened):
    forms = [service(**{"visibility": "public", **fields}) for fields in (before, after)]
    assert given_by_puts(forms, ADMIN) == dict.fromkeys(opened, EVERYBODY)
    closed_again = [*forms, service(visibility="public"), forms[1]]
    named = {name for name in ("red", "blue", "data") if name in str(after)}
    assert given_by_puts(closed_again, ADMIN) == dict.fromkeys(opened | named, EVERYBODY)


@pytest.mark.parametrize("visibility", ["private", "restricted"])
def test_a_put_of_an_administrators_service_gives_named_users_nothing(visibility):
    """SetPolicies writes the owner's policy first, and ends there (record 135, step 8)."""
    fields = {"visibility": visibility, "allowed_users": ["zoe"]}
    forms = [service(**fields), service(inputs=PLACES["in"], **fields)]
    assert given_by_puts(forms, ADMIN) == {}
    assert given_by_puts(forms, "alice") == {"red": access_of_service(forms[1])}


@pytest.mark.parametrize(
    ("visibility", "hides"), [("", False), ("private", False), ("restricted", True)]
)
def test_an_administrator_is_told_of_public_buckets_but_where_a_group_has_them(visibility, hides):
    assert hides_public(visibility) is hides


@pytest.mark.parametrize(
    ("said", "given", "seen"),
    [
        ("restricted", NOBODY, "restricted"),
        ("restricted", EVERYBODY, "restricted"),
        ("", ZOE, "restricted"),
        ("private", ZOE, "restricted"),
        ("", EVERYBODY, "public"),
        ("private", EVERYBODY, "private"),
        ("", NOBODY, ""),
    ],
)
def test_what_a_bucket_is_called_is_its_first_policy_of_group_owner_and_everybody(
    said, given, seen
):
    assert seen_as(said, given) == seen


@pytest.mark.parametrize("visibility", ["", "private", "public", "restricted"])
@pytest.mark.parametrize("users", [(), ("zoe",)])
def test_users_count_where_a_bucket_is_restricted_and_without_any_it_is_locked(visibility, users):
    is_restricted = visibility == "restricted"
    facts = BucketFacts(BucketName("red"), visibility=visibility, allowed_users=users)
    assert listed_access(facts) == (visibility or "private", users if is_restricted else ())
    assert is_locked(visibility, users) is (is_restricted and not users)
