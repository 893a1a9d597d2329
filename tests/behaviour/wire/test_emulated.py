"""The room against an OSCAR that behaves like the recorded one."""

import pytest

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from oscar_sync.errors import RefusedError
from oscar_sync.model.cluster import BasicLogin
from oscar_sync.model.secret import Secret
from oscar_sync.wire.failures import PoisonedListError
from tests.unit.wire.stub import api

SERVICE = {"name": "abc", "image": "i", "script": "s", "cpu": "1", "memory": "1Gi"}
STORED = {"storage_provider": "minio.default", "path": "abc/in"}


@pytest.fixture(scope="module")
def emulator():
    with Emulator(EmulatorOptions()) as running:
        yield running


@pytest.fixture
def oscar(emulator):
    emulator.reset()
    with api(emulator.url, BasicLogin(emulator.user, Secret(emulator.password))) as found:
        yield found


def test_an_empty_cluster_is_read(oscar):
    assert oscar.info()["version"] == "4.1.2"
    assert oscar.config()["config"]
    assert oscar.list_services() == []
    assert oscar.list_buckets() == ()


def test_a_service_lives_and_ends(oscar):
    assert oscar.get_service("abc").status == 404
    assert oscar.post_service({**SERVICE, "input": [STORED]}).status == 201
    (service,) = oscar.list_services()
    assert oscar.get_service("abc").json == service
    (bucket,) = oscar.list_buckets()
    assert (bucket.name, bucket.from_service) == ("abc", "abc")
    assert oscar.put_service({**service, "memory": "2Gi"}).status == 204
    assert oscar.deployment("abc").state == "ready"
    token = Secret(str(service["token"]))
    assert oscar._invoke("/job/abc", token, b"{}").status == 201
    (job,) = oscar.jobs("abc")
    assert job.name.startswith("abc-")
    assert oscar.restart_service("abc").status == 400
    assert oscar.delete_service("abc").status == 204
    assert oscar.list_buckets() == ()


def test_a_bucket_is_erased_with_its_rights(oscar):
    oscar.post_service({**SERVICE, "input": [STORED]})
    assert oscar.delete_bucket("abc").status == 204
    assert oscar.delete_bucket("abc").status == 404


def test_wrong_credentials_are_refused(emulator):
    with api(emulator.url) as oscar, pytest.raises(RefusedError):
        oscar.list_services()


def test_a_poisoned_definition_hides_the_list(oscar):
    poison = {**SERVICE, "environment": {"variables": {"V": "- x"}}}
    assert oscar.post_service(poison).status == 201
    with pytest.raises(PoisonedListError) as caught:
        oscar.list_services()
    assert caught.value.service == "abc"
