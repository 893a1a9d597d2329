import warnings

import pytest

from oscar_sync.errors import StoreUnreachableError
from oscar_sync.model.secret import Secret
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.provider import cluster_store
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


@pytest.mark.parametrize(
    ("s3_endpoint", "bundle", "verify", "is_checked"),
    [
        ("", "", False, False),
        ("", "", True, True),
        ("https://s3.example.org", "", False, True),
        ("HTTPS://s3.example.org", "", False, True),
        ("http://s3.example.org", "", False, False),
        ("", "ca.pem", False, True),
    ],
)
def test_what_is_written_down_wins_over_the_word_of_the_cluster(
    s3_endpoint, bundle, verify, is_checked
):
    """`/system/config` says `verify: false` where its own store is spoken to inside (trust 3.9)."""
    named = {"endpoint": "https://minio.example.org", "verify": verify}
    made = cluster_store(named, {}, s3_endpoint=s3_endpoint, ca_bundle=bundle)
    assert made.verify is is_checked


def test_the_store_is_trusted_by_what_the_environment_names(secure, certificate):
    environ = {"SSL_CERT_FILE": str(certificate / "cert.pem")}
    made = cluster_store({"endpoint": secure.url}, environ, s3_endpoint="", ca_bundle="")
    assert ObjectStore(made, {}).hooks("bucket") == ()


def test_a_store_without_tls_needs_no_cas():
    made = cluster_store({"endpoint": "http://s3"}, {"SSL_CERT_FILE": "x"}, s3_endpoint="",
                         ca_bundle="")  # fmt: skip
    assert made.ca_bundle == ""
