"""What a form says of its buckets, paths and release, and what is sent of it."""

from enum import StrEnum
from itertools import islice
from types import MappingProxyType

import pytest

from oscar_sync.model.identity import ClusterId
from oscar_sync.model.secret import Secret
from oscar_sync.semantics.bodies import post_body, put_body
from oscar_sync.semantics.buckets import mount_place
from oscar_sync.semantics.capabilities import NEWEST, release_of
from oscar_sync.semantics.live import live_service
from oscar_sync.semantics.normal_form import normal_form
from oscar_sync.semantics.paths import LONGEST_KEY, folders_above, normal_path, provider_of
from oscar_sync.semantics.shapes import mapping_of, text_of
from oscar_sync.semantics.stamp import live_fingerprint

RELEASE = (4, 1, 2)


class Season(StrEnum):
    """Text that is not plain text."""

    WARM = "warm"


KSERVE = {"type": "inference", "storage_uri": "s3://m", "inference": {"model_format": "onnx"}}


@pytest.mark.parametrize(
    ("value", "mapping", "text"),
    [
        (None, {}, ""),
        ({"a": 1}, {"a": 1}, "{'a': 1}"),
        (MappingProxyType({"a": 1}), {"a": 1}, "{'a': 1}"),
        ("a", {}, "a"),
        (Season.WARM, {}, "warm"),
        (["a"], {}, "['a']"),
        (1, {}, "1"),
    ],
)
def test_what_is_of_another_shape_is_empty(value, mapping, text):
    assert mapping_of(value) == mapping
    assert text_of(value) == text


def form(**fields):
    return normal_form({"name": "a", "image": "i", "script": "s", **fields}, is_live=False)


@pytest.mark.parametrize(
    ("provider", "place"),
    [
        ("minio.default", ("data", "x/y")),
        ("minio", ("data", "x/y")),
        ("minio.far", None),
        ("webdav.nextcloud", None),
    ],
)
def test_only_a_mount_of_the_clusters_own_store_means_a_bucket(provider, place):
    assert mount_place(form(mount={"storage_provider": provider, "path": "/data/x/y"})) == place


def test_kserve_of_a_live_service_leaves_out_what_is_off():
    """A GET omits false and 0, which a request without them would not mean."""
    shown = normal_form({"name": "a", "kserve": KSERVE}, is_live=True).kserve
    assert shown is not None
    assert (shown.set_auth, shown.max_scale) == (False, 0)


@pytest.mark.parametrize(("given", "topology"), [("", "none"), ("star", "star")])
def test_a_federation_without_a_topology_has_none(given, topology):
    block = form(federation={"topology": given}).federation
    assert block is not None
    assert block.topology == topology


@pytest.mark.parametrize("shown", [None, "x", []])
def test_a_block_that_is_none_is_left_out(shown):
    live = normal_form(
        {"name": "a", "kserve": shown, "volume": shown, "federation": shown}, is_live=True
    )
    assert (live.kserve, live.volume, live.federation) == (None, None, None)


def test_what_a_path_lies_within_ends_at_its_bucket_and_at_the_longest_key():
    assert [*islice(folders_above("/a/b/"), 5)] == ["a/b", "a"]
    assert [*islice(folders_above("a" * LONGEST_KEY), 5)] == ["a" * LONGEST_KEY]
    assert [*islice(folders_above("a" * (LONGEST_KEY + 1)), 5)] == []


def test_what_a_manifest_leaves_out_is_what_the_server_makes_of_it():
    least = form(expose={"min_scale": 2, "max_scale": "x"})
    assert (least.memory, least.alpine, least.labels) == ("256Mi", False, {})
    assert (least.expose.min_scale, least.expose.max_scale) == (2, 0)


def test_a_mount_without_a_path_is_not_sent():
    assert mount_place(form()) is None
    assert "mount" not in post_body(form(), {}, {}, RELEASE)


@pytest.mark.parametrize(
    ("text", "release"),
    [
        ("v4.1.2", (4, 1, 2)),
        ("3.6", (3, 6, 0)),
        ("devel", NEWEST),
        ("", NEWEST),
    ],
)
def test_a_build_without_a_release_counts_as_the_newest(text, release):
    assert release_of(text) == release


@pytest.mark.parametrize(
    ("provider", "path", "stored"),
    [
        ("minio.default", "/ in /", "svc/in"),
        ("s3.aws", "in", "svc/in"),
        ("webdav.cloud", "in", "in"),
        ("minio.default", "bucket/in/", "bucket/in"),
        ("minio.default", "", ""),
    ],
)
def test_a_bucket_path_without_a_folder_gets_the_services_name_as_its_bucket(
    provider, path, stored
):
    assert normal_path(path, provider_of(provider), "svc") == stored


def test_a_put_of_a_kserve_service_keeps_the_host_that_the_server_put_in():
    raw = {
        "name": "a", "image": "i", "script": "s", "kserve": KSERVE,
        "environment": {"variables": {"KSERVE_HOST": "h", "OLD": "1"}},
    }  # fmt: skip
    live = live_service(ClusterId("edge"), raw)
    wanted = form(kserve=KSERVE, environment={"variables": {"NEW": "2"}})
    body = put_body(wanted, {}, {}, live, RELEASE, owner="me")
    assert body["environment"] == {"variables": {"KSERVE_HOST": "h", "NEW": "2"}}
    plain = put_body(form(), {}, {}, live, RELEASE, owner="me")
    assert plain["environment"] == {"variables": {}}


def test_a_fingerprint_of_a_service_knows_a_secret_is_there_and_not_which():
    def print_of(text):
        accounts = {"s3": {"aws": {"secret_key": text}}}
        return live_fingerprint(form(storage_providers=accounts), "me", ())

    assert print_of("one") == print_of("two")
    assert print_of("one") != print_of("")


def test_a_put_keeps_each_credential_that_the_manifest_leaves_blank():
    def account(access, secret):
        keys = {"access_key": access, "secret_key": secret, "region": "r"}
        return {"storage_providers": {"s3": {"aws": keys}}}

    raw = {"name": "a", "image": "i", "script": "s", **account("old", "kept")}
    live = live_service(ClusterId("edge"), raw)
    body = put_body(form(**account("new", "")), {}, {}, live, RELEASE, owner="me")
    assert body["storage_providers"] == {
        "s3": {
            "aws": {"access_key": Secret("new"), "secret_key": Secret("kept"), "region": "r"},
        },
    }


@pytest.mark.parametrize(("is_live", "visibility"), [(True, ""), (False, "private")])
def test_a_blank_visibility_is_one_that_a_release_without_any_has_stored(is_live, visibility):
    assert normal_form({"name": "a", "visibility": ""}, is_live=is_live).visibility == visibility
