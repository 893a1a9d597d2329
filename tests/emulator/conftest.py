"""An emulator for each test, and clients of its object store."""

import boto3
import pytest
from botocore.config import Config
from minio import Minio

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from tests.emulator.calling import Api


@pytest.fixture(scope="session")
def _held_emulator():
    with Emulator(EmulatorOptions(hold_workloads=True, admin=True)) as emulator:
        yield emulator


@pytest.fixture
def held(_held_emulator):
    _held_emulator.reset()
    _held_emulator.forget_requests()
    return _held_emulator


@pytest.fixture
def api(held):
    return Api(held)


def store_of(emulator):
    keys = (emulator.access_key, emulator.secret_key)
    return Minio(emulator.s3_url.removeprefix("http://"), *keys, secure=False)


def boto_of(emulator, **config):
    return boto3.client(
        "s3",
        endpoint_url=emulator.s3_url,
        aws_access_key_id=emulator.access_key,
        aws_secret_access_key=emulator.secret_key,
        region_name=emulator.region,
        config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, **config),
    )


@pytest.fixture
def store(held):
    return store_of(held)


@pytest.fixture
def boto(held):
    client = boto_of(held)
    yield client
    client.close()
