import uuid

import pytest

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from oscar_sync.model.secret import Secret
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.store import ObjectStore
from tests import servers


@pytest.fixture(scope="session")
def running_emulator():
    with Emulator(EmulatorOptions()) as emulator:
        yield emulator


@pytest.fixture
def emulator(running_emulator):
    """An OSCAR with an empty cluster and an empty store."""
    running_emulator.reset()
    running_emulator.forget_requests()
    return running_emulator


@pytest.fixture
def s3(emulator):
    keys = Secret(emulator.access_key), Secret(emulator.secret_key)
    return StoreAddress(emulator.s3_url, *keys, emulator.region)


@pytest.fixture(params=["obstore", "minio"])
def store(request, s3):
    """The store through each uploader."""
    environ = {"AWS_REGION": "x"} if request.param == "minio" else {}
    return ObjectStore(s3, environ)


@pytest.fixture
def bucket(store):
    name = f"bucket-{uuid.uuid4().hex[:8]}"
    store._client.make_bucket(name)
    return name


@pytest.fixture(scope="session")
def weed():
    """A SeaweedFS, the real and different store."""
    with servers.weed() as server:
        server.start()
        yield server.address
