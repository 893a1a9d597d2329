import time

import pytest

from oscar_sync.client import Client
from tests.machine import PATIENCE_S


@pytest.fixture
def options(oscar_emulator):
    """What scripts pass to a client of the emulated cluster."""
    return {
        "cluster_id": "edge",
        "endpoint": oscar_emulator.url,
        "user": oscar_emulator.user,
        "password": oscar_emulator.password,
        "ssl": "True",
    }


@pytest.fixture
def client(options):
    made = Client(options)
    yield made
    made.close()


@pytest.fixture
def gray(client):
    """A client with one service on its cluster: `gray`, from `gray/in` to `gray/out`."""
    client.create_service(definition("gray"))
    return client


def ended(list_jobs):
    """The jobs once none of them is waiting or running, however long it takes."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        jobs = list_jobs()
        if all(status == "Succeeded" for status in jobs.values()):
            return jobs
        assert time.monotonic() < deadline, jobs
        time.sleep(0.01)


def definition(name, **fields):
    return {
        "name": name,
        "image": "ghcr.io/grycap/imagemagick:1",
        "script": "#!/bin/sh\necho hi\n",
        "input": [{"storage_provider": "minio.default", "path": f"{name}/in"}],
        "output": [{"storage_provider": "minio.default", "path": f"{name}/out"}],
    } | fields
