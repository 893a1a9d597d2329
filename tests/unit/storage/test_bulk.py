"""Fast listings: what is listed by obstore, and where MinIO's client has to tell."""

import uuid

import pytest

from oscar_sync.model.secret import Secret
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.bulk import MOST_LOOKS, Bulk, hindrance
from oscar_sync.storage.store import ObjectStore
from tests.unit.wire.stub import Reply


@pytest.fixture(params=["s3", "weed"])
def filled(request, tmp_path):
    """A store, a fast way into it, and what puts an object there; a key ending in / is a marker."""
    address = request.getfixturevalue(request.param)
    store, bucket = ObjectStore(address, {}), f"bucket-{uuid.uuid4().hex[:8]}"
    store._client.make_bucket(bucket)

    def put(key, content=""):
        (tmp_path / "f").write_text(content)
        if key.endswith("/"):
            store.put_marker(bucket, key)
        else:
            store.put_object(bucket, key, tmp_path / "f", len(content))

    return store, bucket, put


def keys_below(filled, folder="p"):
    store, bucket, _ = filled
    found = Bulk(store.address, {}).below(bucket, folder)
    assert found is None or found == list(store.list_objects(bucket, f"{folder}/"))
    return None if found is None else [one.key for one in found]


def test_an_empty_object_is_listed_and_a_marker_is_not(filled):
    *_, put = filled
    for key in ("p/", "p/full", "p/empty", "p/folder/", "p/folder/empty"):
        put(key, "content" if key == "p/full" else "")
    assert keys_below(filled) == ["p/empty", "p/folder/empty", "p/full"]


def test_many_empty_objects_are_left_to_the_slow_listing(filled):
    *_, put = filled
    for number in range(MOST_LOOKS + 1):
        put(f"p/{number}")
    assert keys_below(filled) is None


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, ""),
        ({"http_proxy": "http://p:1"}, ""),
        ({"HTTP_PROXY": "p:1", "https_proxy": "http://me:hush@p:1"}, ""),
        ({"ALL_PROXY": "http://p:1"}, ""),
        ({"http_proxy": "http://me:hush@p:1"}, "the environment sets http_proxy"),
        ({"all_proxy": "socks5h://p:1"}, "the environment sets all_proxy"),
        ({"HTTP_PROXY": "http://p:1", "NO_PROXY": "*"}, "the environment sets HTTP_PROXY"),
        ({"https_proxy": "http://p:1"}, "the environment sets https_proxy"),
        ({"AWS_REGION": "x", "http_proxy": "http://p:1"}, "the environment sets AWS_REGION"),
    ],
)
def test_what_the_fast_uploader_would_do_otherwise_keeps_it_from_a_store(environ, said):
    assert hindrance(StoreAddress("http://s.invalid", Secret("a"), Secret("s")), environ) == said


def test_the_fast_uploader_goes_through_the_proxy_of_the_environment(stub, tmp_path):
    stub.replies = [Reply(200, b"", {"ETag": '"e"'})]
    (tmp_path / "f").write_bytes(b"x")
    address = StoreAddress("http://store.invalid:9000", Secret("a"), Secret("s"))
    store = ObjectStore(address, {"http_proxy": stub.url})
    assert store._bulk is not None
    assert store.put_object("bucket", "key", tmp_path / "f", 1).etag == "e"
    assert stub.lines == ["PUT http://store.invalid:9000/bucket/key"]
