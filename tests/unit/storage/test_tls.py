import warnings

import pytest

from oscar_sync.errors import StoreUnreachableError
from oscar_sync.model.secret import Secret
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.store import ObjectStore
from tests.unit.wire.stub import Reply, running
from tests.unit.wire.tls import make_certificate, server_context


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def secure(certificate):
    with running(server_context(certificate)) as stub:
        empty = b"<NotificationConfiguration></NotificationConfiguration>"
        stub.replies = [Reply(200, empty, {"Content-Type": "application/xml", "ETag": '"0"'})]
        yield stub


def store_at(url, **more):
    return ObjectStore(StoreAddress(url, Secret("AK"), Secret("SK"), **more), {})


def test_a_certificate_that_nobody_vouches_for_ends_it_both_ways(secure, tmp_path):
    (tmp_path / "f").write_bytes(b"x")
    store = store_at(secure.url)
    for action in (
        lambda: store.hooks("bucket"),
        lambda: store.put_object("bucket", "f", tmp_path / "f", 1),
    ):
        with pytest.raises(StoreUnreachableError, match="not trusted"):
            action()
    assert secure.asked == []


def test_a_named_ca_vouches_and_uploads_go_where_it_is_known(secure, certificate, tmp_path):
    (tmp_path / "f").write_bytes(b"x")
    store = store_at(secure.url, ca_bundle=str(certificate / "cert.pem"))
    assert store.hooks("bucket") == ()
    assert store.put_object("bucket", "f", tmp_path / "f", 1).etag == "0"


def test_told_so_in_writing_any_certificate_will_do_and_no_warning_drowns_ours(secure, tmp_path):
    (tmp_path / "f").write_bytes(b"x")
    store = store_at(secure.url, verify=False)
    with warnings.catch_warnings(record=True) as seen:
        assert store.hooks("bucket") == ()
        assert store.put_object("bucket", "f", tmp_path / "f", 1).etag == "0"
    assert seen == []
