"""Against a store that is not ours and not MinIO's: uploads, parts and long listings."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from oscar_sync.storage.checksums import MIB
from oscar_sync.storage.store import ObjectStore


@pytest.fixture(params=["obstore", "minio"])
def store(request, weed):
    return ObjectStore(weed, {"AWS_REGION": "x"} if request.param == "minio" else {})


def test_a_listing_goes_on_beyond_a_thousand_keys(store, tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"x" * 100)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: store.put_object("bench", f"many/{n:04}", path, 100), range(1100)))
    listed = list(store.list_objects("bench", "many/"))
    assert [found.key for found in listed] == [f"many/{n:04}" for n in range(1100)]
    assert all(store.is_same("bench", found, path, 100) for found in listed[::100])
    assert store.count("bench", limit=1050).is_at_least


@pytest.mark.parametrize("size", [0, 8 * MIB, 20 * MIB + 1])
def test_an_upload_reads_as_unchanged_and_a_changed_file_as_changed(store, tmp_path, size):
    path = tmp_path / "f"
    path.write_bytes(random.Random(5).randbytes(size))
    stored = store.put_object("bench", "one/ü +%", path, size)
    (listed,) = store.list_objects("bench", "one/")
    assert listed == stored
    assert store.is_same("bench", listed, path, size)
    path.write_bytes(b"x" * (size or 1))
    assert not store.is_same("bench", listed, path, size or 1)
    store.delete_object("bench", "one/ü +%")
