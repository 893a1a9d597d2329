import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from oscar_sync.errors import StoreError
from oscar_sync.model.state import StoredObject
from oscar_sync.storage.checksums import MIB
from oscar_sync.storage.store import ObjectStore

KEYS = [
    "plain",
    "a b",
    "a+b",
    "a%20b",
    "ü/é e\u0301",
    "a?b#c&d=e",
    "[x]{y}*",
    "a\\b",
    ".h/..x",
    "😀",
]


def write(folder, name, content):
    path = folder / name
    path.write_bytes(content)
    return path, len(content)


@pytest.mark.parametrize("key", KEYS)
def test_keys_arrive_as_they_are(store, bucket, tmp_path, key):
    path, size = write(tmp_path, "f", b"content")
    stored = store.put_object(bucket, key, path, size)
    assert list(store.list_objects(bucket)) == [stored]
    assert store.get_object(bucket, key) == b"content"
    assert store.is_same(bucket, stored, path, size)


@pytest.mark.parametrize("key", ["", "/a", "a//b", "a/../b", "a\nb"])
def test_keys_that_the_store_refuses_are_refused_before_sending_naming_the_file(
    store, bucket, tmp_path, key
):
    path, size = write(tmp_path, "some-file", b"x")
    with pytest.raises(StoreError, match="some-file"):
        store.put_object(bucket, key, path, size)


@pytest.mark.parametrize("size", [0, 1, 8 * MIB, 8 * MIB + 1, 20 * MIB])
def test_a_file_of_any_size_is_one_object_that_reads_as_unchanged(store, bucket, tmp_path, size):
    path, _ = write(tmp_path, "f", random.Random(5).randbytes(size))
    stored = store.put_object(bucket, "f", path, size)
    (listed,) = store.list_objects(bucket)
    assert listed == stored
    assert store.is_same(bucket, listed, path, size)
    assert store.get_object(bucket, "f") == path.read_bytes()


def test_our_digest_stands_in_the_metadata_for_stores_whose_etag_tells_nothing(
    store, bucket, tmp_path
):
    path, size = write(tmp_path, "f", b"content")
    store.put_object(bucket, "f", path, size)
    assert store.is_same(bucket, StoredObject("f", size, "opaque"), path, size)
    path.write_bytes(b"CONTENT")
    assert not store.is_same(bucket, StoredObject("f", size, "opaque"), path, size)


@pytest.mark.parametrize("size", [3, 9 * MIB])
def test_a_file_that_is_not_as_long_as_it_was_is_not_uploaded(store, bucket, tmp_path, size):
    path, _ = write(tmp_path, "f", b"x" * size)
    with pytest.raises(StoreError, match="changed"):
        store.put_object(bucket, "f", path, size + 1)
    assert list(store.list_objects(bucket)) == []


@pytest.mark.parametrize("size", [3, 9 * MIB])
def test_a_file_that_became_a_link_is_not_uploaded(store, bucket, tmp_path, size):
    write(tmp_path, "secret", b"x" * size)
    (tmp_path / "f").symlink_to(tmp_path / "secret")
    with pytest.raises((StoreError, OSError)):
        store.put_object(bucket, "f", tmp_path / "f", size)
    assert list(store.list_objects(bucket)) == []


def test_a_file_that_is_gone_is_an_error_of_the_file(store, bucket, tmp_path):
    with pytest.raises(FileNotFoundError):
        store.put_object(bucket, "f", tmp_path / "absent", 1)


def test_markers_are_no_objects(store, bucket, tmp_path):
    assert not store.has_marker(bucket, "in")
    store.put_marker(bucket, "in")
    assert store.has_marker(bucket, "/in/")
    assert list(store.list_objects(bucket)) == []
    assert [found.key for found in store.list_objects(bucket, has_markers=True)] == ["in/"]
    assert store.count(bucket).objects == 0
    path, size = write(tmp_path, "f", b"abc")
    store.put_object(bucket, "in/f", path, size)
    count = store.count(bucket)
    assert (count.objects, count.size_bytes, count.is_at_least) == (1, 3, False)
    assert count.last_write is not None


def test_an_object_with_content_is_no_marker_whatever_its_key_ends_with(store, bucket, tmp_path):
    path, size = write(tmp_path, "f", b"abc")
    store.put_object(bucket, "in/", path, size)
    assert store.count(bucket).objects == 1


def test_a_folder_is_listed_alone_with_the_slow_way_too(s3, bucket, store, tmp_path):
    path, size = write(tmp_path, "f", b"abc")
    for key in ("in/f", "inner/f", "f"):
        store.put_object(bucket, key, path, size)
    for way in (store, ObjectStore(s3, {"AWS_REGION": "x"})):
        assert [one.key for one in way.list_folder(bucket, "in")] == ["in/f"]
        assert len(list(way.list_folder(bucket, ""))) == 3


def test_a_folder_with_files_but_no_marker_has_none(store, bucket, tmp_path):
    path, size = write(tmp_path, "f", b"abc")
    store.put_object(bucket, "in/f", path, size)
    assert not store.has_marker(bucket, "in")


def test_a_count_stops_at_its_limit_and_says_at_least(store, bucket, tmp_path):
    path, size = write(tmp_path, "f", b"abc")
    for number in range(4):
        store.put_object(bucket, f"f{number}", path, size)
    assert store.count(bucket, limit=4).is_at_least is False
    cut = store.count(bucket, limit=3)
    assert (cut.objects, cut.size_bytes, cut.is_at_least) == (3, 9, True)


def test_a_prefix_narrows_a_listing(store, bucket, tmp_path):
    path, size = write(tmp_path, "f", b"abc")
    for key in ("a/1", "a/2", "ab", "b/1"):
        store.put_object(bucket, key, path, size)
    assert [found.key for found in store.list_objects(bucket, "a/")] == ["a/1", "a/2"]


def test_deleting_twice_is_deleting(store, bucket, tmp_path):
    path, size = write(tmp_path, "f", b"abc")
    store.put_object(bucket, "f", path, size)
    store.delete_object(bucket, "f")
    store.delete_object(bucket, "f")
    assert list(store.list_objects(bucket)) == []


def test_a_bucket_exists_or_not(store, bucket):
    assert store.bucket_exists(bucket)
    assert not store.bucket_exists("absent-bucket")


def test_a_missing_bucket_is_said_in_words(store, tmp_path):
    path, size = write(tmp_path, "f", b"abc")
    for action in (
        lambda: store.put_object("absent-bucket", "f", path, size),
        lambda: store.count("absent-bucket"),
        lambda: list(store.list_objects("absent-bucket")),
        lambda: store.put_marker("absent-bucket", "f"),
    ):
        with pytest.raises(StoreError, match="bucket absent-bucket does not exist"):
            action()


def test_a_bucket_has_tags(store, bucket):
    from minio.commonconfig import Tags

    assert store.tags(bucket) == {}
    tags = Tags.new_bucket_tags()
    tags["owner"] = "me"
    store._client.set_bucket_tags(bucket, tags)
    assert store.tags(bucket) == {"owner": "me"}


def test_many_threads_may_upload_at_once(store, bucket, tmp_path):
    path, size = write(tmp_path, "f", b"abc")
    before = threading.active_count()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: store.put_object(bucket, f"k{n:03}", path, size), range(64)))
    assert store.count(bucket).objects == 64
    # The emulated store lives here too, with a thread for each connection.
    assert threading.active_count() < before + 64


@pytest.mark.parametrize(
    ("environ", "is_fast"),
    [
        ({}, True),
        ({"AWS_ENDPOINT_URL": "x"}, False),
        ({"https_proxy": "http://p"}, False),
    ],
)
def test_an_environment_that_would_lead_uploads_elsewhere_takes_the_slow_way(s3, environ, is_fast):
    assert (ObjectStore(s3, environ)._bulk is not None) == is_fast
