"""The drop-in's `Storage` and the typed face, on every provider and every server."""

import pytest

from oscar_sync.client import Client, connect
from oscar_sync.client.storage import Storage
from tests.unit.wire.stub import reply, running


@pytest.fixture
def cluster():
    """A server in the place of a cluster; what it is to answer is written down by the test."""
    with running() as stub:
        yield stub


@pytest.fixture
def storage(cluster, place, monkeypatch):
    """A `Storage` of a service that names the provider as `mine`, and the folder to use there."""
    for name, value in place.environ.items():
        monkeypatch.setenv(name, value)
    service = {"name": "a", "storage_providers": {place.kind: {"mine": place.credentials}}}
    cluster.replies = [reply(service), reply({"minio_provider": {"endpoint": "http://none"}})]
    client = Client(cluster_id="edge", endpoint=cluster.url, user="u", password="p")
    made = Storage(client, "a")
    yield made
    client.close()


@pytest.fixture
def local(tmp_path):
    path = tmp_path / "a b+%ü.txt"
    path.write_bytes(b"content")
    return path


def names(storage, place, folder):
    found = storage.list_files_from_path(f"{place.kind}.mine", f"{place.root}/{folder}".strip("/"))
    if not isinstance(found, dict):
        return found
    inside = f"{place.root}/{folder}".partition("/")[2]
    return [one["Key"].removeprefix(f"{inside}/") for one in found.get("Contents", [])]


def test_files_go_up_are_listed_and_come_down(storage, place, local, tmp_path):
    provider, folder = f"{place.kind}.mine", f"{place.root}/in/deep"
    remote = storage.upload_file(provider, local, folder)
    storage.upload_file(provider, local, f"/{folder}/deeper/", name="b")

    assert remote == f"{folder}/{local.name}"
    assert sorted(names(storage, place, "in/deep")) == [local.name, "deeper/b"]
    assert names(storage, place, "in/none") == []
    path = storage.download_file(provider, tmp_path / "to", remote)
    assert path == str(tmp_path / "to" / local.name)
    assert (tmp_path / "to" / local.name).read_bytes() == b"content"


def test_the_typed_face_opens_a_services_provider(cluster, place, local):
    service = {
        "name": "a",
        "image": "i",
        "script": "s",
        "input": [],
        "output": [],
        "storage_providers": {place.kind: {"mine": place.credentials}},
    }
    cluster.replies = [reply(service), reply({"minio_provider": {"endpoint": "http://none"}})]
    environ = {**place.environ, "HOME": str(local.parent)}
    with connect(cluster.url, user="u", password="p", environ=environ) as oscar:
        provider = oscar.provider(f"{place.kind}.mine", service="a")
        remote = f"{place.root}/typed/{local.name}"
        provider.upload(local, remote)

        assert [one.path for one in provider.list_files(f"{place.root}/typed")] == [remote]
        provider.close()
