"""Weaknesses 32 to 40 of oscar-python: files on storage providers."""

import copy
import pickle
import re

import pytest

from oscar_sync.client import HTTPError
from oscar_sync.client.providers import opened
from oscar_sync.client.storage import Storage
from oscar_sync.errors import StoreError
from tests.client.conftest import definition
from tests.client.serving import stubbed
from tests.unit.wire.stub import reply


@pytest.fixture
def storage(gray):
    return gray.create_storage_client("gray")


@pytest.fixture
def local(tmp_path):
    path = tmp_path / "local" / "a.txt"
    path.parent.mkdir()
    path.write_bytes(b"content")
    return path


def keys(storage, path, provider="minio.default"):
    return [one["Key"] for one in storage.list_files_from_path(provider, path).get("Contents", [])]


def put(oscar_emulator, storage, *names):
    store = storage._provider("minio.default").store
    for name in names:
        store._client.put_object("gray", name, _stream(), 1)


def _stream():
    from io import BytesIO

    return BytesIO(b"x")


def test_a_service_without_providers_has_the_clusters_own_store():
    """Weakness 32."""
    config = {"minio_provider": {"endpoint": "http://s", "access_key": "a", "secret_key": "s"}}
    with stubbed(reply({"name": "a"}), reply(config)) as (client, stub):
        made = client.create_storage_client("a")
        assert list(made.storage_providers) == ["minio"]
        assert stub.lines == ["GET /system/services/a", "GET /system/config"]


def test_a_storage_client_needs_no_service(client):
    assert list(client.create_storage_client().storage_providers["minio"]) == ["default"]


def test_a_storage_client_of_no_service_is_an_http_error(client):
    with pytest.raises(HTTPError, match="404"):
        client.create_storage_client("none")


def test_minio_alone_is_the_default(storage):
    """Weakness 33."""
    assert keys(storage, "gray/in", "minio") == ["in/"]


@pytest.mark.parametrize(
    ("provider", "words"),
    [
        ("minio.other", "not defined; there are: minio.default"),
        ("s3.mine", "not defined"),
        ("webdav.mine", "not defined"),
        ("onedata.mine", "not defined"),
        ("rucio.mine", "rucio is not supported; supported are: minio, s3, webdav, onedata"),
        ("dcache", "dcache is not supported"),
    ],
)
def test_a_provider_that_does_not_work_is_a_value_error_that_names_what_does(
    storage, provider, words
):
    """Weaknesses 33, 39 and 40."""
    with pytest.raises(ValueError, match=words):
        storage.list_files_from_path(provider, "gray/in")
    with pytest.raises(KeyError):
        storage.list_files_from_path(provider, "gray/in")


def test_a_listing_is_of_the_folder_at_any_depth_and_of_nothing_beside_it(storage, oscar_emulator):
    """Weakness 34."""
    put(oscar_emulator, storage, "in2/x", "in/x", "in/a/b/y", "in/ab/z", "in/a/c")

    assert keys(storage, "gray/in/a") == ["in/a/b/y", "in/a/c"]
    assert keys(storage, "gray/in/a/b/") == ["in/a/b/y"]
    assert keys(storage, "gray/in") == ["in/", "in/a/b/y", "in/a/c", "in/ab/z", "in/x"]
    assert keys(storage, "/gray/in2/") == ["in2/x"]
    assert keys(storage, "gray/in/x") == ["in/x"]
    assert len(keys(storage, "gray")) == 7
    assert keys(storage, "gray/nothing") == []


def test_a_listing_has_more_than_a_thousand_keys(storage, oscar_emulator):
    """Weakness 34."""
    for number in range(1005):
        oscar_emulator._store.put("gray", f"many/{number:05}", b"x")

    assert keys(storage, "gray/many") == [f"many/{number:05}" for number in range(1005)]


def test_a_listing_reads_like_boto3s(storage, local):
    """Kept: scripts read `['Contents'][i]['Key']`, and `Contents` is absent where it is empty."""
    storage.upload_file("minio.default", str(local), "gray/in")
    listed = storage.list_files_from_path("minio.default", "gray/in")

    assert listed["Contents"][1]["Key"] == "in/a.txt"
    assert listed["Contents"][1]["Size"] == 7
    assert listed["Contents"][1]["LastModified"].year > 2000
    assert listed["Contents"][1]["ETag"].startswith('"')
    assert "Contents" not in storage.list_files_from_path("minio.default", "gray/none")


def test_a_path_without_a_bucket_is_a_value_error(storage):
    """Weakness 34."""
    with pytest.raises(ValueError, match="does not name a bucket"):
        storage.list_files_from_path("minio.default", "/")


@pytest.mark.parametrize(
    ("remote", "key"),
    [("gray", "a.txt"), ("gray/in", "in/a.txt"), ("gray/in/", "in/a.txt"),
     ("/gray/x/y/", "x/y/a.txt")],
)  # fmt: skip
def test_an_upload_lands_in_the_folder_that_is_named(storage, local, remote, key):
    """Weakness 35."""
    assert storage.upload_file("minio.default", str(local), remote) == f"gray/{key}"
    assert key in keys(storage, "gray")


def test_an_upload_may_be_given_another_name(storage, local):
    """Weakness 35."""
    storage.upload_file("minio.default", local, "gray/in", name="b.txt")

    assert keys(storage, "gray/in") == ["in/", "in/b.txt"]


def test_an_upload_fires_the_service_like_any_other(gray, storage, local):
    storage.upload_file("minio.default", local, "gray/in")

    assert len(gray.list_jobs("gray").json()["jobs"]) == 1


def test_a_download_makes_its_folder(storage, local, tmp_path):
    """Weakness 36."""
    storage.upload_file("minio.default", local, "gray/in")
    folder = tmp_path / "not" / "yet"
    path = storage.download_file("minio.default", str(folder), "gray/in/a.txt")

    assert path == str(folder / "a.txt")
    assert (folder / "a.txt").read_bytes() == b"content"


def test_a_download_that_fails_leaves_no_file(storage, tmp_path):
    """Weakness 36."""
    with pytest.raises(StoreError, match="does not exist"):
        storage.download_file("minio.default", str(tmp_path / "to"), "gray/in/none")
    assert list((tmp_path / "to").iterdir()) == []


def test_a_download_that_fails_leaves_the_file_that_was_there(storage, tmp_path):
    """Weakness 36."""
    (tmp_path / "none").write_text("before")
    with pytest.raises(StoreError):
        storage.download_file("minio.default", tmp_path, "gray/in/none")

    assert (tmp_path / "none").read_text() == "before"


def test_a_download_of_a_bucket_is_a_value_error(storage, tmp_path):
    """Weakness 36."""
    with pytest.raises(ValueError, match="does not name a file"):
        storage.download_file("minio.default", tmp_path, "gray")


def test_what_the_store_refuses_is_an_error_with_its_reason(storage, local):
    """Weakness 37."""
    with pytest.raises(StoreError, match="the bucket no-such-bucket does not exist"):
        storage.upload_file("minio.default", local, "no-such-bucket/in")
    storage.storage_providers["minio"]["default"]["secret_key"] = "wr0ng-key"
    with pytest.raises(StoreError, match="does not accept the keys") as caught:
        storage.list_files_from_path("minio.default", "gray")
    assert "wr0ng-key" not in str(caught.value)


def test_a_local_file_that_is_not_there_is_a_file_not_found_error(storage):
    """Weakness 37."""
    with pytest.raises(FileNotFoundError):
        storage.upload_file("minio.default", "nowhere.txt", "gray/in")


def test_the_providers_are_as_the_cluster_gave_them_after_use(storage, local):
    """Weakness 38."""
    before = copy.deepcopy(storage.storage_providers)
    storage.upload_file("minio.default", local, "gray/in")
    storage.list_files_from_path("minio", "gray")

    assert storage.storage_providers == before


def test_an_s3_provider_works_wherever_it_is(client, gray, oscar_emulator, local):
    """Weakness 38."""
    account = {"access_key": oscar_emulator.access_key, "secret_key": oscar_emulator.secret_key}
    storage = client.create_storage_client("gray")
    storage.storage_providers["s3"] = {"mine": {**account, "endpoint": oscar_emulator.s3_url}}
    storage.upload_file("s3.mine", local, "gray/other")

    assert keys(storage, "gray/other", "s3.mine") == ["other/a.txt"]


def test_an_s3_provider_without_an_address_is_amazons_in_its_region():
    """Weakness 38."""
    account = {"access_key": "a", "secret_key": "b"}
    known = {"s3": {"mine": {**account, "region": "eu-west-1"}, "other": account}}

    assert "https://s3.eu-west-1.amazonaws.com" in repr(opened("s3.mine", known))
    assert "https://s3.us-east-1.amazonaws.com" in repr(opened("s3.other", known))


def test_credentials_that_lack_something_are_a_value_error_that_names_it():
    """Weakness 33."""
    with pytest.raises(ValueError, match=r"webdav\.mine lacks password"):
        opened("webdav.mine", {"webdav": {"mine": {"hostname": "h", "login": "l"}}})


def test_a_storage_client_can_be_pickled_and_shows_no_key(storage, oscar_emulator):
    keys(storage, "gray")
    again = pickle.loads(pickle.dumps(storage))

    assert keys(again, "gray/in") == ["in/"]
    assert oscar_emulator.secret_key not in repr(storage)
    assert re.fullmatch(r"Storage\(minio\)", repr(storage))


def test_a_storage_client_is_made_of_a_client_and_a_name(gray):
    assert keys(Storage(gray, "gray"), "gray/in") == ["in/"]
    assert Storage(client_obj=gray).svc_name is None


def test_providers_of_the_service_are_there(client):
    client.create_service(
        definition("gray", storage_providers={"s3": {"mine": {"access_key": "a", "region": "r"}}})
    )

    assert client.create_storage_client("gray").storage_providers["s3"]["mine"]["region"] == "r"
