"""MinIO and S3: many keys, keys beside folders, stores that stop in the middle."""

from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import pytest

from oscar_sync.errors import StoreError, StoreUnreachableError
from oscar_sync.storage.provider import open_provider
from tests.servers import WEED_KEYS
from tests.storage_providers.conftest import place_on
from tests.unit.wire.stub import Reply, running

MANY = 10_000


@pytest.fixture
def local(tmp_path):
    path = tmp_path / "local"
    path.write_bytes(b"content")
    return path


def weed_provider(weed):
    keys = {"access_key": WEED_KEYS[0], "secret_key": WEED_KEYS[1]}
    return open_provider("s3", {"endpoint": weed.url, **keys}, {})


def test_ten_thousand_keys_are_all_listed_in_order(request, local):
    place = place_on(request, "s3")
    provider = place.open()
    names = [f"{place.root}/{n % 7}/{n:05}" for n in range(MANY)]
    with ThreadPoolExecutor(16) as pool:
        for _ in pool.map(lambda name: provider.upload(local, name), names):
            pass
    assert [one.path for one in provider.list_files(place.root)] == sorted(names)
    first = list(islice(provider.list_files(place.root), 1))
    assert first[0].checksum == "md5:9a0364b9e99bb480dd25e1f0284c8555"


@pytest.mark.parametrize("server", ["minio", "s3"])
def test_an_object_is_listed_beside_the_folder_of_its_name(request, local, server):
    place = place_on(request, server)
    provider = place.open()
    for name in ("in/f", "in-between", "in2/f"):
        provider.upload(local, f"{place.root}/{name}")
    found = [one.path.removeprefix(f"{place.root}/") for one in provider.list_files(place.root)]
    assert sorted(found) == ["in-between", "in/f", "in2/f"]
    assert [one.path for one in provider.list_files(f"{place.root}/in")] == [f"{place.root}/in/f"]
    assert list(provider.list_files(f"{place.root}/i")) == []


@pytest.mark.parametrize("server", ["minio", "s3"])
def test_a_bucket_that_is_not_there_is_told(request, local, server):
    provider = place_on(request, server).open()
    with pytest.raises(StoreError, match="bucket no-such-bucket does not exist"):
        list(provider.list_files("no-such-bucket/in"))
    with pytest.raises(StoreError, match="does not name a file"):
        provider.upload(local, "bench")


def test_a_store_that_restarts_fails_what_was_under_way_and_takes_it_up_again(own_weed, tmp_path):
    provider = weed_provider(own_weed)
    paths = {f"bench/in/{n:03}": bytes([n]) * 200_000 for n in range(32)}
    local = tmp_path / "files"
    for name, content in paths.items():
        (local / name).parent.mkdir(parents=True, exist_ok=True)
        (local / name).write_bytes(content)
    failed = []

    def upload(name):
        if name.endswith("008"):
            own_weed.stop()
        try:
            provider.upload(local / name, name)
        except StoreUnreachableError:
            failed.append(name)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(upload, paths))
    assert len(failed) > len(paths) / 2
    with pytest.raises(StoreUnreachableError):
        provider.download("bench/in/000", tmp_path / "back")
    assert not any(tmp_path.glob("*back*"))
    own_weed.start()
    for name in failed:
        provider.upload(local / name, name)
    assert [one.path for one in provider.list_files("bench/in")] == list(paths)
    for name, content in paths.items():
        provider.download(name, tmp_path / "back")
        assert (tmp_path / "back").read_bytes() == content


def test_a_download_that_is_cut_off_leaves_the_file_as_it_was(local):
    with running() as stub:
        stub.replies = [Reply(200, b"x" * 400, {"ETag": '"0"'}, length=1000)]
        keys = {"access_key": "AK", "secret_key": "SK"}
        provider = open_provider("minio", {"endpoint": stub.url, **keys}, {})
        with pytest.raises(StoreUnreachableError):
            provider.download("bucket/f", local)
    assert local.read_bytes() == b"content"
    assert [one.name for one in local.parent.iterdir()] == ["local"]
