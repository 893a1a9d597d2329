"""Fast listings: what is listed by obstore, and where MinIO's client has to tell."""

import uuid

import pytest

from oscar_sync.storage.bulk import MOST_LOOKS, Bulk
from oscar_sync.storage.store import ObjectStore


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


def test_an_object_with_a_marker_of_its_name_is_left_to_the_slow_listing(s3, tmp_path):
    store = ObjectStore(s3, {})
    store._client.make_bucket("both")
    (tmp_path / "f").write_text("content")
    store.put_object("both", "p/x", tmp_path / "f", 7)
    store.put_marker("both", "p/x")
    assert Bulk(s3, {}).below("both", "p") is None
    assert [one.key for one in store.list_folder("both", "p")] == ["p/x"]
