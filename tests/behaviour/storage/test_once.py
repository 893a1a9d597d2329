"""L7: an upload whose answer is lost is not sent again where it has landed, so it fires once."""

import random

import pytest
from msgspec.structs import replace

from oscar_sync.errors import StoreUnreachableError
from oscar_sync.storage.checksums import MIB
from oscar_sync.storage.store import ObjectStore
from tests.property.proxy import Proxy

SIZES = (7, 40 * MIB)


@pytest.fixture
def proxy(s3):
    with Proxy(s3.endpoint) as proxy:
        yield proxy


@pytest.fixture(params=["obstore", "minio"])
def store(request, s3, proxy):
    environ = {"AWS_REGION": "x"} if request.param == "minio" else {}
    store = ObjectStore(replace(s3, endpoint=proxy.url), environ)
    store._client.make_bucket("bench")
    proxy.forget()
    return store


def struck(proxy, fault, times):
    """Let *fault* strike the first *times* of the requests that make an object visible."""
    left = [times]

    def strike(method, path, query):
        makes = (method == "PUT" and "partNumber" not in query) or (
            method == "POST" and "uploadId" in query
        )
        if makes and left[0]:
            left[0] -= 1
            return fault
        return ""

    proxy.fault = strike


def applied(proxy):
    """Return how often an object came to be: answered, or applied and cut off."""
    return [
        one
        for one in proxy.seen
        if (one.method == "PUT" and "partNumber" not in one.query)
        or (one.method == "POST" and "uploadId" in one.query)
    ]


@pytest.mark.parametrize("size", SIZES)
def test_a_lost_answer_is_looked_for_and_nothing_is_sent_twice(store, proxy, tmp_path, size):
    path = tmp_path / "f"
    path.write_bytes(random.Random(5).randbytes(size))
    struck(proxy, "reset-after", 1)
    stored = store.put_object("bench", "in/f", path, size)
    assert len(applied(proxy)) == 1
    (listed,) = store.list_objects("bench", "in/")
    assert listed == stored


@pytest.mark.parametrize("fault", ["reset", "503"])
def test_what_did_not_land_is_sent_again(store, proxy, tmp_path, fault):
    path = tmp_path / "f"
    path.write_bytes(b"content")
    struck(proxy, fault, 2)
    store.put_object("bench", "in/f", path, 7)
    assert [one.status for one in applied(proxy)][-1] == 200
    assert [one.key for one in store.list_objects("bench", "in/")] == ["in/f"]


def test_another_object_of_that_name_is_not_taken_for_it(store, proxy, tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"older..")
    store.put_object("bench", "in/f", path, 7)
    path.write_bytes(b"content")
    struck(proxy, "reset", 1)
    stored = store.put_object("bench", "in/f", path, 7)
    (listed,) = store.list_objects("bench", "in/")
    assert listed == stored
    assert store.get_object("bench", "in/f") == b"content"


def test_a_marker_is_written_once_although_its_answer_is_lost(store, proxy):
    struck(proxy, "reset-after", 1)
    store.put_marker("bench", "in")
    assert len(applied(proxy)) == 1
    assert store.has_marker("bench", "in")


def test_three_failures_are_one(store, proxy, tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"content")
    struck(proxy, "reset", 9)
    with pytest.raises(StoreUnreachableError):
        store.put_object("bench", "in/f", path, 7)
    assert len(applied(proxy)) == 3
