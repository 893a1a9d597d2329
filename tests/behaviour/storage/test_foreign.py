"""What other programs have put is recognised: nothing is uploaded again."""

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from boto3.s3.transfer import TransferConfig

from oscar_sync.model.origin import Origin
from oscar_sync.model.settings import Seed, Which
from oscar_sync.reconcile.seed_files import seed_difference
from oscar_sync.storage.buckets import BucketProvider
from oscar_sync.storage.checksums import MIB
from oscar_sync.storage.store import ObjectStore
from tests.servers import WEED_KEYS

SIZES = {"empty": 0, "small": 1_000, "sub/middle": 9 * MIB, "big": 70 * MIB + 1}
TOTAL = len(SIZES)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    for name, size in SIZES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(random.Random(5).randbytes(size))
    return folder


@pytest.fixture
def prefix(request):
    return "".join(char if char.isalnum() else "-" for char in request.node.name)


def program(name):
    beside = str(Path(sys.executable).parent)
    found = shutil.which(name) or shutil.which(name, path=beside)
    return found or pytest.skip(f"no {name} here")


def environ(weed):
    access_key, secret_key = WEED_KEYS
    return {
        "PATH": os.environ["PATH"],
        "AWS_ACCESS_KEY_ID": access_key,
        "AWS_SECRET_ACCESS_KEY": secret_key,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": weed.endpoint,
        "S3_ENDPOINT_URL": weed.endpoint,
        "RCLONE_CONFIG": os.devnull,
        "RCLONE_S3_PROVIDER": "SeaweedFS",
        "RCLONE_S3_ENV_AUTH": "true",
        "RCLONE_S3_ENDPOINT": weed.endpoint,
    }


def rclone(*flags):
    def put(weed, files, prefix):
        words = ("sync", *flags, str(files), f":s3:bench/{prefix}")
        subprocess.run([program("rclone"), *words], env=environ(weed), check=True)

    return put


def s5cmd(weed, files, prefix):
    words = ("sync", f"{files}/", f"s3://bench/{prefix}/")
    subprocess.run([program("s5cmd"), *words], env=environ(weed), check=True)


def aws(weed, files, prefix):
    # It waits for the rest of an answer that SeaweedFS has ended: a minute, if it is not told.
    words = ("--cli-read-timeout", "4", "s3", "sync", str(files), f"s3://bench/{prefix}")
    subprocess.run([program("aws"), *words], env=environ(weed), check=True)


def boto(part_bytes):
    """Put as boto3 does, whose engine the AWS command line has too."""

    def put(weed, files, prefix):
        access_key, secret_key = WEED_KEYS
        client = boto3.client(
            "s3",
            endpoint_url=weed.endpoint,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            region_name="us-east-1",
        )
        config = TransferConfig(multipart_threshold=part_bytes, multipart_chunksize=part_bytes)
        for name in SIZES:
            client.upload_file(str(files / name), "bench", f"{prefix}/{name}", Config=config)

    return put


PUTS = {
    "rclone": rclone("--s3-upload-cutoff", "5M"),
    "rclone-16M": rclone("--s3-upload-cutoff", "16M", "--s3-chunk-size", "16M"),
    "rclone-of-an-unknown-size": rclone("--s3-upload-cutoff", "7M", "--s3-chunk-size", "7M"),
    "s5cmd": s5cmd,
    "aws": aws,
    **{f"boto-{size // MIB}M": boto(size) for size in (5 * MIB, 8 * MIB, 50 * MIB)},
}


def difference(weed, files, prefix):
    where = Origin("oscar-sync.yaml", 1, 1)
    seed = Seed(Which("s"), str(files), "files", "minio.default", "bench", prefix, where)
    return seed_difference(seed, BucketProvider(ObjectStore(weed, {})))


@pytest.mark.parametrize("put", PUTS)
def test_nothing_is_to_be_uploaded_after(put, weed, files, prefix):
    PUTS[put](weed, files, prefix)
    found = difference(weed, files, prefix)
    assert found.uploads == ()
    assert found.extra == ()
    assert found.unchanged == TOTAL


def test_parts_of_an_unknown_size_are_uploaded_once_and_recognised_then(weed, files, prefix):
    boto(7 * MIB)(weed, files, prefix)
    (upload, other) = difference(weed, files, prefix).uploads
    assert {upload.path, other.path} == {f"bench/{prefix}/big", f"bench/{prefix}/sub/middle"}
    provider = BucketProvider(ObjectStore(weed, {}))
    for one in (upload, other):
        provider.upload(Path(one.source), one.path, one.checksum.removeprefix("sha256:"))
    assert difference(weed, files, prefix).uploads == ()
