"""Which buckets a service names, which must be there, and which a DELETE or a PUT would erase."""

import pytest
from msgspec.structs import replace

from oscar_sync.model.form import Mount
from oscar_sync.model.identity import BucketName, ClusterId, ServiceName
from oscar_sync.model.state import BucketFacts
from oscar_sync.semantics.bodies import put_body
from oscar_sync.semantics.buckets import (
    detached,
    in_out_buckets,
    inputs,
    is_per_user,
    keeps_user_level,
    lost_user_buckets,
    mount_bucket,
    named_by_delete,
    needed_buckets,
    outputs,
    places_elsewhere,
    unlisted_makers,
    used_buckets,
    without_buckets,
)
from oscar_sync.semantics.hooks import deaf_hooks
from oscar_sync.semantics.live import live_service
from oscar_sync.semantics.normal_form import normal_form

USERS = {"isolation_level": "USER", "allowed_users": ["0123456789abcdef", "zoe"]}
NO_MOUNT = Mount()


def form(**fields):
    return normal_form({"name": "a", "image": "i", "script": "s", **fields}, is_live=False)


def at(*paths, store="minio.default"):
    return [{"storage_provider": store, "path": path} for path in paths]


def mounted(path, store="minio.default"):
    return at(path, store=store)[0]


def paths(blocks):
    return [f"{block.storage_provider}:{block.path}" for block in blocks]


# what a service names


def test_inputs_and_outputs_name_each_bucket_once_and_inputs_first():
    service = form(output=at("blue/out", "red/out"), input=at("red/in", "red/more"))
    assert inputs(service) == (("red", "in"), ("red", "more"))
    assert outputs(service) == (("blue", "out"), ("red", "out"))
    assert in_out_buckets(service) == ("red", "blue")


@pytest.mark.parametrize("store", ["minio.far", "s3.aws"])
def test_an_output_on_another_store_names_the_own_bucket_of_that_name(store):
    """The server's DELETE empties it (record 133), whatever the service needs."""
    service = form(output=at("red/out", store=store))
    assert outputs(service) == (("red", "out"),)
    assert named_by_delete(service, ()) == ("red",)
    assert used_buckets(service) == ("red",)


@pytest.mark.parametrize("store", ["webdav.cloud", "onedata.one"])
def test_a_store_without_buckets_names_none(store):
    service = form(output=at("red/out", store=store))
    assert in_out_buckets(service) == used_buckets(service) == needed_buckets(service) == ()


def test_what_touches_no_own_bucket_is_elsewhere():
    service = form(
        input=[*at("red/in"), *at("a/in", store="webdav.cloud")],
        output=[*at("red/out"), *at("red/out", store="s3.aws"), *at("a/out", store="onedata.one")],
    )
    assert places_elsewhere(service) == (
        ("input", "webdav.cloud:a/in"),
        ("output", "onedata.one:a/out"),
    )


@pytest.mark.parametrize(
    ("mount", "bucket"),
    [
        (mounted("red/in"), "red"),
        (mounted("red"), "red"),
        (mounted(""), None),
        (mounted("red", "minio.far"), None),
        (mounted("red", "webdav.cloud"), None),
        (None, None),
    ],
)
def test_a_mount_uses_a_bucket_of_the_own_store_alone(mount, bucket):
    service = form(input=at("blue/in"), mount=mount)
    assert mount_bucket(service) == bucket
    assert used_buckets(service) == (("blue", bucket) if bucket else ("blue",))


# what must be there for it to work


def test_a_service_needs_its_inputs_its_own_outputs_and_its_mount():
    service = form(input=at("red/in"), output=at("blue/out"), mount=mounted("green"))
    assert needed_buckets(service) == ("red", "blue", "green")


def test_a_service_without_a_mount_needs_no_bucket_for_one():
    assert needed_buckets(form(input=at("red/in"))) == ("red",)
    assert needed_buckets(form(input=at("red/in"), mount=mounted("red"))) == ("red",)


@pytest.mark.parametrize("store", ["minio.far", "s3.aws", "s3.default"])
def test_a_service_works_without_a_bucket_that_only_an_output_elsewhere_names(store):
    service = form(output=[*at("blue/out"), *at("red/out", store=store)])
    assert needed_buckets(service) == ("blue",)


# what a DELETE would erase


@pytest.mark.parametrize(
    ("level", "is_read_as_user"), [("USER", True), ("user", True), ("SERVICE", False), ("", False)]
)
def test_a_delete_takes_per_user_buckets_where_the_level_reads_user_in_any_case(
    level, is_read_as_user
):
    service = form(input=at("red/in"), isolation_level=level)
    assert is_per_user(service) is is_read_as_user
    named = ("red", "red-zoe") if is_read_as_user else ("red",)
    assert named_by_delete(service, ["red-zoe"]) == named


def test_a_delete_keeps_a_bucket_that_is_mounted_alone():
    assert named_by_delete(form(mount=mounted("green")), ()) == ()


# what a PUT would erase


@pytest.mark.parametrize(
    "fields",
    [
        {"isolation_level": "", "allowed_users": ["zoe"]},
        {"isolation_level": "SERVICE", "allowed_users": ["zoe"]},
        {"isolation_level": "user", "allowed_users": ["zoe"]},
        {"isolation_level": "USER", "allowed_users": []},
    ],
)
def test_per_user_buckets_stay_where_the_server_does_not_make_the_list_anew(fields):
    """It does at the exact level USER with users (209, 222); else the stored list is carried."""
    service = form(input=at("red/in"), **fields)
    assert not keeps_user_level(service)
    assert lost_user_buckets(["red-zoe", "red-amy"], service) == ()


def test_an_update_erases_the_buckets_of_users_and_inputs_that_it_drops():
    service = form(input=at("red/in"), **USERS)
    assert keeps_user_level(service)
    stored = ["red-zoe", "red-0123456789", "red-amy", "blue-zoe"]
    assert lost_user_buckets(stored, service) == ("blue-zoe", "red-amy")


def test_only_inputs_have_buckets_for_each_user():
    service = form(input=at("red/in"), output=at("blue/out"), **USERS)
    assert lost_user_buckets(["red-zoe", "blue-zoe"], service) == ("blue-zoe",)


@pytest.mark.parametrize(
    ("fields", "is_carried"),
    [({"isolation_level": ""}, True), ({"isolation_level": "SERVICE"}, True), (USERS, False)],
)
def test_an_update_carries_the_stored_list_unless_the_server_makes_it_anew(fields, is_carried):
    """One that left it out would erase every bucket in it, with its data (222, 224)."""
    raw = {"name": "a", "image": "i", "script": "s", "input": at("red/in"), **USERS}
    live = live_service(ClusterId("edge"), {**raw, "bucket_list": ["red-zoe", "red-amy"]})
    body = put_body(form(**fields), {}, {}, live, (4, 1, 2), owner="me")
    assert body.get("bucket_list") == (["red-zoe", "red-amy"] if is_carried else None)


def test_notifications_of_per_user_buckets_have_a_slash_too_many():
    """OSCAR writes ``<folder>//``, which no upload matches (208)."""
    service = form(input=at("red/in", "red/more"), **USERS)
    assert deaf_hooks(service, ["red-zoe"]) == {("red-zoe", "in//"), ("red-zoe", "more//")}
    assert deaf_hooks(service, []) == frozenset()


# letting go


def test_letting_go_of_buckets_takes_what_lies_in_them_and_nothing_else():
    service = form(
        input=at("red/in", "blue/in"),
        output=[*at("red/out", "blue/out"), *at("red/far", store="s3.aws")],
        memory="1Gi",
    )
    found = without_buckets(service, ["red"])
    assert paths(found.input) == ["minio.default:blue/in"]
    assert paths(found.output) == ["minio.default:blue/out"]
    assert replace(found, input=service.input, output=service.output) == service


def test_what_lies_on_a_store_without_buckets_is_no_part_of_a_bucket():
    service = form(
        input=at("red/in", store="webdav.cloud"), output=at("red/out", store="webdav.cloud")
    )
    found = without_buckets(service, ["red"])
    assert paths(found.input) == ["webdav.cloud:red/in"]
    assert paths(found.output) == ["webdav.cloud:red/out"]


def test_a_mount_goes_with_its_bucket_and_stays_beside_others():
    service = form(input=at("red/in"), mount=mounted("green/m"))
    assert without_buckets(service, ["green"]).mount == NO_MOUNT
    assert without_buckets(service, ["red"]).mount == service.mount


def test_a_mount_goes_before_a_delete_whatever_buckets_are_let_go_of():
    service = form(input=at("red/in"), mount=mounted("green/m"))
    assert detached(service, []).mount == NO_MOUNT


def test_what_is_let_go_of_before_a_delete_leaves_nothing_to_erase():
    service = form(
        input=at("red/in"), output=at("blue/out"), isolation_level="user", allowed_users=["zoe"]
    )
    assert named_by_delete(service, ["red-zoe"])
    found = detached(service, ["red-zoe"])
    assert named_by_delete(found, ["red-zoe"]) == ()
    assert found.allowed_users == service.allowed_users


def test_the_level_stays_where_no_bucket_of_a_user_stands():
    service = form(input=at("red/in"), isolation_level="USER", allowed_users=["zoe"])
    assert detached(service, []).isolation_level == "USER"


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 40])
@pytest.mark.parametrize("side", ["input", "output"])
def test_a_service_may_have_any_number_of_buckets(count, side):
    """None is left out of what a DELETE erases, however many there are."""
    places = [{"storage_provider": "minio.default", "path": f"red-{at}/x"} for at in range(count)]
    form = normal_form({"name": "alpha", side: places}, is_live=True)
    names = tuple(f"red-{at}" for at in range(count))
    assert in_out_buckets(form) == names
    assert used_buckets(form) == names
    assert named_by_delete(form, ()) == names
    assert getattr(detached(form, ()), side) == ()


def made(bucket, service):
    return BucketFacts(BucketName(bucket), from_service=service)


@pytest.mark.parametrize(
    ("bucket", "listed", "asked"),
    [
        (made("red", "alpha"), {"beta"}, ("alpha",)),
        (made("red", "alpha"), {"alpha"}, ()),
        (made("red", ""), {"beta"}, ()),
        (made("red", "No Name"), {"beta"}, ()),
        (made("red", "alpha"), set(), ("alpha", "gamma")),
        (None, set(), ("gamma",)),
        (None, {"beta"}, ()),
    ],
)
def test_makers_that_the_list_lacks_are_asked_for_and_of_an_empty_list_all(bucket, listed, asked):
    others = [made("green", "gamma"), made("blue", "gamma"), made("gray", "")]
    assert unlisted_makers(bucket, others, listed) == asked


@pytest.mark.parametrize(
    ("bucket", "listed", "asked"),
    [
        (made("red", ""), {"beta"}, ("alpha",)),
        (made("red", ""), {"beta", "alpha"}, ()),
        (made("red", "gamma"), {"beta"}, ("gamma",)),
        (None, {"beta"}, ()),
    ],
)
def test_of_a_bucket_without_a_tag_the_service_that_it_goes_with_is_asked_for(
    bucket, listed, asked
):
    assert unlisted_makers(bucket, (), listed, ServiceName("alpha")) == asked
