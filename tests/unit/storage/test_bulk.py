"""Fast listings: what is listed by obstore, and where MinIO's client has to tell."""

import pytest

from oscar_sync.model.secret import Secret
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.bulk import hindrance
from oscar_sync.storage.store import ObjectStore
from tests.unit.wire.stub import Reply


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, ""),
        ({"http_proxy": "http://p:1"}, ""),
        ({"HTTP_PROXY": "p:1", "https_proxy": "http://me:hush@p:1"}, ""),
        ({"ALL_PROXY": "http://p:1"}, ""),
        ({"http_proxy": "http://me:hush@p:1"}, "the environment sets http_proxy"),
        ({"all_proxy": "socks5h://p:1"}, "the environment sets all_proxy"),
        ({"HTTP_PROXY": "http://p:1", "NO_PROXY": "*"}, "the environment sets HTTP_PROXY"),
        ({"https_proxy": "http://p:1"}, "the environment sets https_proxy"),
        ({"AWS_REGION": "x", "http_proxy": "http://p:1"}, "the environment sets AWS_REGION"),
    ],
)
def test_what_the_fast_uploader_would_do_otherwise_keeps_it_from_a_store(environ, said):
    assert hindrance(StoreAddress("http://s.invalid", Secret("a"), Secret("s")), environ) == said


def test_the_fast_uploader_goes_through_the_proxy_of_the_environment(stub, tmp_path):
    stub.replies = [Reply(200, b"", {"ETag": '"e"'})]
    (tmp_path / "f").write_bytes(b"x")
    address = StoreAddress("http://store.invalid:9000", Secret("a"), Secret("s"))
    store = ObjectStore(address, {"http_proxy": stub.url})
    assert store._bulk is not None
    assert store.put_object("bucket", "key", tmp_path / "f", 1).etag == "e"
    assert stub.lines == ["PUT http://store.invalid:9000/bucket/key"]
