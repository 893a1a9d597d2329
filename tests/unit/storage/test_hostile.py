"""What a store, or something in its place, may answer: it is told, bounded, and never "empty"."""

import gzip
from urllib.parse import quote

import pytest

from oscar_sync.errors import StoreDeniedError, StoreError, StoreUnreachableError
from oscar_sync.model.secret import Secret
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.checksums import MIB
from oscar_sync.storage.failures import WrongDocumentError
from oscar_sync.storage.multipart import Multipart
from oscar_sync.storage.store import ObjectStore
from oscar_sync.storage.watched import MOST_EMPTY_PAGES, Listing
from tests.support.etags import parts_etag
from tests.unit.wire.stub import Reply

XML = {"Content-Type": "application/xml"}
READS = {
    "count": lambda store: store.count("red"),
    "listing": lambda store: list(store.list_objects("red")),
    "folder": lambda store: list(store.list_folder("red", "in")),
    "hooks": lambda store: store.hooks("red"),
    "set a hook": lambda store: store.set_hook("red", "alpha", "in/"),
    "remove hooks": lambda store: store.remove_hooks("red", "alpha"),
    "tags": lambda store: store.tags("red"),
}


@pytest.fixture
def store(stub):
    address = StoreAddress(stub.url, Secret("access"), Secret("secret"))
    return ObjectStore(address, {"AWS_REGION": "x"})  # by MinIO's client alone


def page(keys, token):
    entries = "".join(
        f"<Contents><Key>{key}</Key><Size>1</Size><ETag>e</ETag>"
        "<LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>"
        for key in keys
    )
    more = f"<NextContinuationToken>{token}</NextContinuationToken>" if token else ""
    return Reply(
        200,
        f"<ListBucketResult><Name>red</Name><IsTruncated>{'true' if token else 'false'}"
        f"</IsTruncated>{more}{entries}</ListBucketResult>".encode(),
        XML,
    )


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("status", [200, 403, 503])
@pytest.mark.parametrize("kind", ["text/html", "application/xml"])
def test_a_page_for_people_is_told_as_one_and_never_read_as_empty(stub, store, read, status, kind):
    body = b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><p>hello</p></html>"
    stub.replies = [Reply(status, body, {"Content-Type": kind})]
    with pytest.raises(StoreError, match=rf"answers with an HTML page \({status}\)"):
        READS[read](store)


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize(
    "body", [b"<other/>", b"<ListAllMyBucketsResult/>", b"<Error/>", b"", b"{}", b"text"]
)
def test_another_document_is_never_read_as_an_empty_one(stub, store, read, body):
    stub.replies = [Reply(200, body, XML)]
    with pytest.raises(StoreError, match="its answer cannot be used"):
        READS[read](store)


def error(code, message):
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return Reply(400, body.encode(), XML)


@pytest.mark.parametrize(
    ("code", "message", "words"),
    [
        ("InvalidArgument", "A specified destination ARN does not exist", "no webhook of that"),
        ("InvalidArgument", "bad prefix", "bad prefix"),
        ("MalformedXML", "an ARN", "an ARN"),
    ],
)
def test_a_notification_that_is_refused_for_want_of_a_webhook_is_told_as_that(
    stub, store, code, message, words
):
    stub.replies = [Reply(200, b"<NotificationConfiguration/>", XML), error(code, message)]
    with pytest.raises(StoreError, match=words):
        store.set_hook("red", "alpha", "in/")


def test_each_object_that_a_deletion_leaves_is_named_with_the_reason(stub, store):
    left = (
        "<Error><Key>a</Key><Code>SlowDown</Code><Message>not yours</Message></Error>"
        "<Error><Code>Odd</Code></Error>"
    )
    stub.replies = [Reply(200, f"<DeleteResult>{left}</DeleteResult>".encode(), XML)]
    found = store.delete_objects("red", ["a", "b"])
    assert [*found] == ["a", ""]
    assert "not yours" in found["a"]


@pytest.mark.parametrize("key", ["x\ry", "x\x1by", "x\uffffy"])
def test_a_key_that_xml_would_turn_into_another_is_deleted_by_a_request_of_its_own(
    stub, store, key
):
    stub.replies = [Reply(200, b"<DeleteResult/>", XML), Reply(403, b"", XML)]
    assert [*store.delete_objects("red", ["a", key])] == [key]
    batch, single = stub.asked
    assert b"<Key>a</Key>" in batch.body
    assert batch.body.count(b"<Key>") == 1
    assert (single.method, single.path) == ("DELETE", f"/red/{quote(key)}")
    stub.replies = [Reply(204, b"", XML)]
    assert store.delete_objects("red", [key]) == {}


def test_an_object_whose_metadata_is_denied_is_judged_by_its_parts(stub, store, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    stub.replies = [Reply(403, b"", XML)]
    etag = parts_etag(path, 8 * MIB)
    assert store.is_content("red", "file", etag, path)
    with pytest.raises(StoreDeniedError):
        store.is_content("red", "file", "0" * 32 + "-1", path)


def test_a_store_that_refuses_the_connection_is_told_as_that(stub):
    address = StoreAddress("http://127.0.0.1:1", Secret("access"), Secret("secret"))
    with pytest.raises(StoreUnreachableError, match="connection refused"):
        ObjectStore(address, {}).reach()


def test_so_many_pages_may_be_empty_in_a_row_and_no_more():
    listing = Listing()
    for number in range(MOST_EMPTY_PAGES):
        listing.turn(str(number))
    with pytest.raises(WrongDocumentError, match="does not end"):
        listing.turn("more")


@pytest.mark.parametrize("read", ["count", "listing", "folder"])
def test_a_listing_that_begins_again_ends(stub, store, read):
    stub.replies = [*[page(["in/a"], "again")] * 3, page([], "")]
    with pytest.raises(StoreError, match="its listing begins again"):
        READS[read](store)
    assert len(stub.asked) == 2


@pytest.mark.parametrize("read", ["count", "listing", "folder"])
def test_a_listing_of_empty_pages_ends(stub, store, read):
    tokens = iter(range(200))
    stub.answer = lambda asked: page([], f"t{token}" if (token := next(tokens)) < 150 else "")
    with pytest.raises(StoreError, match="its listing does not end"):
        READS[read](store)
    assert len(stub.asked) == 100


def test_pages_are_turned_to_the_end_and_listings_do_not_disturb_each_other(stub, store):
    pages = {"": page(["a"], "1"), "1": page([], "2"), "2": page(["b"], "")}

    def answer(asked):
        token = asked.path.partition("continuation-token=")[2].partition("&")[0]
        return pages[token]

    stub.answer = answer
    one, other = store.list_objects("red"), store.list_objects("red")
    keys = [(first.key, second.key) for first, second in zip(one, other, strict=True)]
    assert keys == [("a", "a"), ("b", "b")]


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize(
    ("coding", "words"), [("gzip", "larger than 64 MiB"), ("gzip, gzip", "cannot be unpacked")]
)
def test_an_answer_is_bounded_after_it_is_unpacked(stub, store, read, coding, words):
    bomb = gzip.compress(b" " * (65 * 2**20), 1, mtime=0)
    stub.replies = [Reply(200, bomb, {**XML, "Content-Encoding": coding})]
    with pytest.raises(StoreError, match=words):
        READS[read](store)


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (Reply(404, b"<Error>", length=99), "the answer was cut off"),
        (Reply(404, gzip.compress(b" " * (65 * 2**20), 1), {"Content-Encoding": "gzip"}), "64 MiB"),
        (Reply(404, b"<html>"), "404"),
    ],
    ids=["cut off", "bomb", "page"],
)
def test_what_is_answered_in_the_place_of_an_object_is_bounded_and_told(
    stub, store, refused, words
):
    stub.replies = [refused]
    for read in (lambda: store.get_object("red", "k"), lambda: list(store.read_object("red", "k"))):
        with pytest.raises(StoreError, match=words):
            read()


def test_parts_are_bounded_too(stub):
    bomb = gzip.compress(b" " * (65 * 2**20), 1, mtime=0)
    stub.replies = [Reply(200, bomb, {**XML, "Content-Encoding": "gzip"})]
    multipart = Multipart(StoreAddress(stub.url, Secret("a"), Secret("s")), {})
    with pytest.raises(StoreError, match="larger than 64 MiB"):
        list(multipart.unfinished(("red", "key")))


def test_clocks_that_differ_are_told_as_that(stub, store):
    body = b"<Error><Code>RequestTimeTooSkewed</Code><Message>skewed</Message></Error>"
    stub.replies = [Reply(403, body, XML)]
    with pytest.raises(StoreError, match="its clock and the one of this machine differ"):
        store.hooks("red")


def test_a_proxy_that_does_not_pass_it_on_is_told_as_that(stub):
    """Through CONNECT: what the proxy answers is not the store's."""
    stub.replies = [Reply(407, b"log in")]
    address = StoreAddress("https://store.example.org", Secret("a"), Secret("s"))
    store = ObjectStore(address, {"https_proxy": stub.url})
    with pytest.raises(StoreError, match=r"the proxy .* does not pass it on"):
        store.hooks("red")


def test_a_store_behind_a_proxy_is_asked_through_it_alone(stub):
    """Its address may be one that nobody reaches from here."""
    stub.replies = [page(["in/a"], "")]
    address = StoreAddress("http://store.invalid:9000", Secret("a"), Secret("s"))
    store = ObjectStore(address, {"HTTP_PROXY": stub.url})
    store.reach()
    assert store.count("red").objects == 1
    assert stub.asked[0].path.startswith("http://store.invalid:9000/red?")


def test_a_page_in_answer_to_a_question_about_parts_is_told_as_one(stub):
    stub.replies = [Reply(200, b"<html><body/></html>", XML)]
    multipart = Multipart(StoreAddress(stub.url, Secret("a"), Secret("s")), {})
    for ask in (
        lambda: multipart.create(("red", "key"), ""),
        lambda: list(multipart.parts(("red", "key"), "id")),
        lambda: multipart.put(("red", "key"), "id", 1, memoryview(b"x"), bytes(32)),
    ):
        with pytest.raises(StoreError, match=r"answers with an HTML page \(200\)"):
            ask()
