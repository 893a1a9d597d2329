"""The object store answers as MinIO does, to every client the project uses."""

import hashlib
import http.client
import io
import threading
import urllib.parse

import obstore
import pytest
from botocore.exceptions import ClientError
from minio import Minio
from minio.commonconfig import CopySource, Tags
from minio.deleteobjects import DeleteObject
from minio.error import S3Error
from minio.notificationconfig import NotificationConfig, PrefixFilterRule, QueueConfig
from obstore.store import S3Store

from tests.emulator.calling import SERVICES, minimal, minio, owned
from tests.emulator.conftest import boto_of


def put(store, key, data=b"x", bucket="bbb"):
    store.put_object(bucket, key, io.BytesIO(data), len(data))


def names(store, bucket="bbb", **how):
    return [item.object_name for item in store.list_objects(bucket, **how)]


@pytest.fixture
def obs(held, store):
    store.make_bucket("bbb")
    return S3Store(
        "bbb",
        endpoint=held.s3_url,
        access_key_id=held.access_key,
        secret_access_key=held.secret_key,
        region=held.region,
        client_options={"allow_http": True},
        virtual_hosted_style_request=False,
    )


def test_minio_stores_reads_and_deletes(store):
    store.make_bucket("bbb")
    put(store, "a b/é+%.txt", b"data")
    assert store.stat_object("bbb", "a b/é+%.txt").size == 4
    assert names(store, recursive=True) == ["a b/é+%.txt"]
    store.remove_object("bbb", "a b/é+%.txt")
    assert names(store, recursive=True) == []


def test_a_multipart_upload_comes_back_whole(store):
    store.make_bucket("bbb")
    data = bytes(range(256)) * 4096 * 12
    store.put_object("bbb", "big", io.BytesIO(data), -1, part_size=5 * 1024 * 1024)
    answer = store.get_object("bbb", "big")
    assert hashlib.sha256(answer.read()).digest() == hashlib.sha256(data).digest()
    answer.close()
    answer.release_conn()


def test_more_than_a_thousand_keys_are_listed_in_pages(held, store, boto):
    store.make_bucket("bbb")
    for number in range(1050):
        held._store.put("bbb", f"k/{number:04d}", b"")
    assert len(names(store, recursive=True)) == 1050
    assert names(store) == ["k/"]
    first = boto.list_objects(Bucket="bbb")
    assert (len(first["Contents"]), first["IsTruncated"]) == (1000, True)
    pages = boto.get_paginator("list_objects_v2").paginate(
        Bucket="bbb", PaginationConfig={"PageSize": 400}
    )
    assert [page["KeyCount"] for page in pages] == [400, 400, 250]
    errors = list(
        store.remove_objects("bbb", [DeleteObject(key) for key in names(store, recursive=True)])
    )
    assert errors == []
    assert names(store, recursive=True) == []


def test_tags_are_kept_and_go_with_the_bucket(store):
    store.make_bucket("bbb")
    assert store.get_bucket_tags("bbb") is None
    tags = Tags.new_bucket_tags()
    tags["owner"] = ""
    store.set_bucket_tags("bbb", tags)
    assert store.get_bucket_tags("bbb") == {"owner": ""}
    store.remove_bucket("bbb")
    store.make_bucket("bbb")
    assert store.get_bucket_tags("bbb") is None


def test_a_copy_is_a_copy(store):
    store.make_bucket("bbb")
    put(store, "one", b"data")
    store.copy_object("bbb", "two", CopySource("bbb", "one"))
    assert store.stat_object("bbb", "two").size == 4


@pytest.mark.parametrize(
    ("make", "code"),
    [("bbb", "BucketAlreadyOwnedByYou"), ("Bad_Name", "InvalidBucketName")],
)
def test_a_bucket_is_made_once_and_by_a_good_name(store, boto, make, code):
    store.make_bucket("bbb")
    with pytest.raises(ClientError) as refused:
        boto.create_bucket(Bucket=make)
    assert refused.value.response["Error"]["Code"] == code


def test_a_bucket_with_objects_is_not_removed(store):
    store.make_bucket("bbb")
    put(store, "k")
    with pytest.raises(S3Error) as refused:
        store.remove_bucket("bbb")
    assert refused.value.code == "BucketNotEmpty"


def test_obstore_stores_lists_and_reads(obs):
    obstore.put(obs, "in/a b.txt", b"data")
    assert bytes(obstore.get(obs, "in/a b.txt").bytes()) == b"data"
    assert [item["path"] for item in obstore.list(obs).collect()] == ["in/a b.txt"]
    assert obstore.head(obs, "in/a b.txt")["size"] == 4
    obstore.copy(obs, "in/a b.txt", "in/c")
    obstore.delete(obs, ["in/a b.txt"])
    assert [item["path"] for item in obstore.list(obs).collect()] == ["in/c"]


def test_obstore_uploads_in_parts(obs, store):
    data = b"0123456789abcdef" * 800_000
    obstore.put(obs, "big", io.BytesIO(data), chunk_size=5 * 1024 * 1024)
    assert store.stat_object("bbb", "big").size == len(data)


def test_obstore_signs_urls(obs, held):
    from datetime import timedelta

    url = obstore.sign(obs, "PUT", "in/f", timedelta(minutes=1))
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.request("PUT", f"{parts.path}?{parts.query}", b"data")
    assert connection.getresponse().status == 200
    connection.close()


def refused(client, **call):
    with pytest.raises(ClientError) as error:
        client.put_object(**{"Bucket": "bbb", "Key": "k", "Body": b"x", **call})
    metadata = error.value.response["ResponseMetadata"]
    return error.value.response["Error"]["Code"], metadata["HTTPStatusCode"]


def test_a_wrong_secret_is_refused(held, store):
    store.make_bucket("bbb")
    host = held.s3_url.removeprefix("http://")
    wrong = Minio(host, held.access_key, "wrong" * 4, secure=False, region=held.region)
    with pytest.raises(S3Error) as error:
        put(wrong, "k")
    assert error.value.code == "SignatureDoesNotMatch"


def test_an_unknown_key_is_refused(held, store):
    store.make_bucket("bbb")
    host = held.s3_url.removeprefix("http://")
    unknown = Minio(host, "nobody-knows-me", "secret" * 4, secure=False, region=held.region)
    with pytest.raises(S3Error) as error:
        put(unknown, "k")
    assert (error.value.code, error.value.response.status) == ("InvalidAccessKeyId", 403)


@pytest.mark.parametrize("path", ["/", "/bbb", "/bbb/k", "/bbb?notification"])
def test_nobody_is_answered_without_a_signature(held, path):
    connection = http.client.HTTPConnection(held.s3_url.removeprefix("http://"))
    connection.request("GET", path)
    answer = connection.getresponse()
    assert (answer.status, b"AccessDenied" in answer.read()) == (403, True)
    connection.close()


def test_a_changed_query_breaks_a_presigned_url(held, store):
    store.make_bucket("bbb")
    put(store, "k")
    url = store.presigned_get_object("bbb", "k").removeprefix(held.s3_url)
    connection = http.client.HTTPConnection(held.s3_url.removeprefix("http://"))
    for path, status in ((url, 200), (url.replace("/k?", "/other?"), 403), (url + "&x=1", 403)):
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status
    connection.close()


def test_another_body_than_was_signed_is_refused(held, store):
    store.make_bucket("bbb")
    import boto3
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    assert boto3
    url = f"{held.s3_url}/bbb/k"
    request = AWSRequest("PUT", url, data=b"signed")
    S3SigV4Auth(Credentials(held.access_key, held.secret_key), "s3", held.region).add_auth(request)
    connection = http.client.HTTPConnection(held.s3_url.removeprefix("http://"))
    connection.request("PUT", "/bbb/k", b"forged", dict(request.headers))
    answer = connection.getresponse()
    assert (answer.status, b"XAmzContentSHA256Mismatch" in answer.read()) == (400, True)
    connection.close()


@pytest.mark.parametrize("checksums", ["when_supported", "when_required"])
def test_boto_with_and_without_chunks_stores_the_same(held, store, checksums):
    store.make_bucket("bbb")
    client = boto_of(held, request_checksum_calculation=checksums)
    client.put_object(Bucket="bbb", Key="k", Body=b"data")
    client.upload_fileobj(io.BytesIO(b"more"), "bbb", "stream")
    assert client.get_object(Bucket="bbb", Key="k")["Body"].read() == b"data"
    assert client.get_object(Bucket="bbb", Key="stream")["Body"].read() == b"more"
    client.close()


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("a//b", "XMinioInvalidObjectName"),
        ("/a", "XMinioInvalidObjectName"),
        ("a/../b", "XMinioInvalidResourceName"),
        ("./a", "XMinioInvalidResourceName"),
        ("k" * 1025, "KeyTooLongError"),
    ],
)
def test_a_key_that_minio_refuses_is_refused(boto, store, key, code):
    store.make_bucket("bbb")
    assert refused(boto, Key=key) == (code, 400)


def hook(service="a", prefix="in/"):
    return QueueConfig(
        queue=f"arn:minio:sqs::{service}:webhook",
        events=["s3:ObjectCreated:*"],
        prefix_filter_rule=PrefixFilterRule(prefix),
    )


def set_hooks(store, *rules, bucket="bbb"):
    store.set_bucket_notification(bucket, NotificationConfig(queue_config_list=list(rules)))


def prefixes(store, bucket="bbb"):
    rules = store.get_bucket_notification(bucket).queue_config_list
    return [(rule.queue.split(":")[-2], rule.prefix_filter_rule.value) for rule in rules]


@pytest.mark.parametrize(
    "rules",
    [[hook("nobody")], [hook(), hook()]],
    ids=["unregistered", "twice"],
)
def test_a_hook_that_minio_refuses_leaves_the_old_ones(api, store, rules):
    api.post(minimal(input=minio("bbb/in")))
    with pytest.raises(S3Error) as error:
        set_hooks(store, *rules)
    assert error.value.code == "InvalidArgument"
    assert prefixes(store) == [("a", "in/")]


def test_a_hook_sleeps_with_its_service_and_wakes_with_its_name(api, store):
    api.post(minimal(input=minio("bbb/in")))
    api.put(owned())
    api.delete(f"{SERVICES}/a")
    assert prefixes_or_none(store) == []
    put(store, "in/f")
    api.post(minimal())
    assert prefixes(store) == [("a", "in/")]
    assert api.jobs() == {}


def prefixes_or_none(store):
    return store.get_bucket_notification("bbb").queue_config_list


def test_a_hook_that_somebody_wrote_over_does_not_wake(api, store):
    api.post(minimal(input=minio("bbb/in")))
    api.post(minimal("b"))
    api.put(owned())
    api.delete(f"{SERVICES}/a")
    set_hooks(store, hook("b", "x/"))
    api.post(minimal())
    assert prefixes(store) == [("b", "x/")]


def test_hooks_go_with_the_bucket(api, store):
    api.post(minimal(input=minio("bbb/in")))
    store.remove_object("bbb", "in/")
    store.remove_bucket("bbb")
    store.make_bucket("bbb")
    assert prefixes_or_none(store) == []


def test_an_upload_in_parts_a_copy_and_a_marker_start_jobs(api, store):
    api.post(minimal(input=minio("bbb/in")))
    store.put_object("bbb", "in/big", io.BytesIO(b"x" * 6_000_000), -1, part_size=5_242_880)
    store.copy_object("bbb", "in/copy", CopySource("bbb", "in/big"))
    put(store, "in/", b"")
    store.copy_object("bbb", "out/copy", CopySource("bbb", "in/big"))
    store.remove_object("bbb", "in/big")
    assert len(api.jobs()) == 3


def test_two_services_on_one_prefix_both_start(api, store):
    api.post(minimal(input=minio("bbb/in")))
    api.post(minimal("b"))
    set_hooks(store, hook(), hook("b"))
    put(store, "in/f")
    assert (len(api.jobs()), len(api.jobs("b"))) == (1, 1)


def test_uploads_at_once_are_all_stored_and_all_start(api, store, held):
    api.post(minimal(input=minio("bbb/in")))

    def upload(number):
        client = boto_of(held)
        for part in range(10):
            client.put_object(Bucket="bbb", Key=f"in/{number}-{part}", Body=b"x")
        client.close()

    threads = [threading.Thread(target=upload, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names(store, prefix="in/", recursive=True)) == 61
    assert api.get("/system/logs/a").json.get("next_page") is None
    assert len(api.jobs()) == 60


def test_two_emulators_share_no_bucket(held, oscar_emulator):
    ours, theirs = boto_of(held), boto_of(oscar_emulator)
    ours.create_bucket(Bucket="bbb")
    theirs.create_bucket(Bucket="bbb")
    ours.put_object(Bucket="bbb", Key="k", Body=b"ours")
    assert "Contents" not in theirs.list_objects_v2(Bucket="bbb")
    ours.create_bucket(Bucket="ccc")
    assert refused(theirs, Bucket="ccc") == ("NoSuchBucket", 404)
    ours.close()
    theirs.close()
