"""How many files are under way at once: many small ones, a few that leave parts behind."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from oscar_sync.storage.buckets import BucketProvider
from oscar_sync.storage.checksums import MIB
from oscar_sync.storage.store import ObjectStore
from oscar_sync.storage.stored import SMALL_AT_ONCE
from oscar_sync.storage.uploads import BIG_AT_ONCE
from tests.machine import PATIENCE_S
from tests.property.proxy import Proxy


@pytest.fixture
def proxy(s3):
    with Proxy(s3.endpoint) as proxy:
        yield proxy


@pytest.fixture
def environ():
    return {}


@pytest.fixture
def provider(s3, proxy, environ):
    store = ObjectStore(replace(s3, endpoint=proxy.url), environ)
    store._client.make_bucket("bench")
    return BucketProvider(store)


def uploaded(provider, path, count):
    with ThreadPoolExecutor(provider.uploads_at_once) as pool:
        list(pool.map(lambda at: provider.upload(path, f"bench/in/{at}"), range(count)))


@pytest.mark.parametrize("environ", [{}, {"AWS_REGION": "x"}], ids=["fast", "slow"])
def test_small_files_go_side_by_side_without_a_warning(provider, proxy, tmp_path, caplog):
    path = tmp_path / "small"
    path.write_bytes(b"content")
    together = threading.Barrier(SMALL_AT_ONCE)

    def wait_for_all(method, path, query):
        if method == "PUT":
            together.wait(PATIENCE_S)
        return ""

    proxy.fault = wait_for_all
    uploaded(provider, path, SMALL_AT_ONCE)
    assert not together.broken
    assert caplog.messages == []


def test_of_files_in_parts_no_more_are_begun_than_a_killed_run_may_leave(provider, proxy, tmp_path):
    path = tmp_path / "big"
    path.write_bytes(random.Random(5).randbytes(9 * MIB))
    guard = threading.Lock()
    begun, most = set(), []

    def count(method, key, query):
        with guard:
            if method == "POST" and "uploadId" in query:
                begun.discard(key)
            elif method == "POST":
                begun.add(key)
            most.append(len(begun))
        return ""

    proxy.fault = count
    uploaded(provider, path, BIG_AT_ONCE + 4)
    assert 1 < max(most) <= BIG_AT_ONCE
