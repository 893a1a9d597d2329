import socket
import subprocess
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest

from oscar_sync.errors import StoreError, StoreUnreachableError
from oscar_sync.model.secret import Secret
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.store import ObjectStore
from tests.unit.wire.stub import Reply

PLANTED = "pl4nted-s3cret"
ACCESS = "pl4nted-access"
SYSTEM_GIVES_UP_S = 100
"""Less than Linux waits for a connection by itself, 127 s."""
WAYS = {"fast": {}, "slow": {"AWS_REGION": "x"}}


def store_at(url, way="fast", **more):
    return ObjectStore(StoreAddress(url, Secret(ACCESS), Secret(PLANTED), **more), WAYS[way])


def actions(store, folder):
    path = folder / "f"
    path.write_bytes(b"content")
    return [
        lambda: store.hooks("bucket"),
        lambda: store.set_hook("bucket", "a", "in/"),
        lambda: store.count("bucket"),
        lambda: list(store.list_objects("bucket")),
        lambda: store.put_marker("bucket", "in"),
        lambda: store.put_object("bucket", "key", path, 7),
        lambda: store.get_object("bucket", "key"),
        lambda: store.delete_object("bucket", "key"),
    ]


def shown_by(action, kind=StoreError):
    with pytest.raises(kind) as caught:
        action()
    text = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert PLANTED not in text
    assert ACCESS not in text
    return str(caught.value)


def refusal(code, status=403):
    body = (
        f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>the key {ACCESS} of {PLANTED}"
        f"</Message><AWSAccessKeyId>{ACCESS}</AWSAccessKeyId><Resource>/</Resource></Error>"
    )
    return Reply(status, body.encode(), {"Content-Type": "application/xml"})


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("code", ["InvalidAccessKeyId", "SignatureDoesNotMatch"])
def test_wrong_keys_are_an_error_that_names_the_store_and_never_the_keys(stub, tmp_path, way, code):
    stub.replies = [refusal(code)]
    store = store_at(stub.url, way)
    for action in actions(store, tmp_path):
        said = shown_by(action)
        assert stub.url in said
        assert "does not accept the keys" in said
    assert PLANTED not in repr(store)


@pytest.mark.parametrize("way", WAYS)
def test_what_the_store_says_about_anything_else_is_its_code(stub, tmp_path, way):
    stub.replies = [refusal("Teapot", 418)]
    for action in actions(store_at(stub.url, way), tmp_path):
        assert "Teapot" in shown_by(action)


@pytest.mark.parametrize("way", WAYS)
def test_a_page_that_is_no_s3_answer_is_an_error(stub, tmp_path, way):
    stub.replies = [Reply(404, b"<html>", {"Content-Type": "text/html"})]
    for action in actions(store_at(stub.url, way), tmp_path):
        shown_by(action)


def test_an_answer_of_garbage_is_an_error(stub, tmp_path):
    stub.replies = [Reply(200, b"garbage", {"Content-Type": "application/xml"})]
    store = store_at(stub.url)
    for action in (lambda: store.hooks("bucket"), lambda: store.count("bucket")):
        assert "cannot be used" in shown_by(action)


@pytest.mark.parametrize("way", WAYS)
def test_a_redirect_is_followed_nowhere(stub, tmp_path, way):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        other.setblocking(False)
        target = f"http://127.0.0.1:{other.getsockname()[1]}/"
        stub.replies = [Reply(307, b"", {"Location": target, "Content-Type": "application/xml"})]
        for action in actions(store_at(stub.url, way), tmp_path):
            shown_by(action)
        with pytest.raises(BlockingIOError):
            other.accept()


@pytest.mark.parametrize("way", WAYS)
def test_a_store_that_is_not_there_is_unreachable(tmp_path, way):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    for action in actions(store_at(url, way), tmp_path):
        said = shown_by(action, StoreUnreachableError)
        assert url in said


def test_a_store_that_takes_no_connection_is_unreachable_within_its_time_out(tmp_path):
    with full_port() as port, ThreadPoolExecutor(2) as pool:
        uploads = [actions(store_at(f"http://127.0.0.1:{port}", way), tmp_path)[5] for way in WAYS]
        began = time.monotonic()
        for _ in pool.map(lambda upload: shown_by(upload, StoreUnreachableError), uploads):
            assert time.monotonic() - began < SYSTEM_GIVES_UP_S


class full_port:  # noqa: N801 - reads as a context
    """A port whose queue of connections is full, so that new ones wait for ever."""

    def __enter__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        self.waiting = []
        for _ in range(4):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(self.listener.getsockname())
            self.waiting.append(client)
        return self.listener.getsockname()[1]

    def __exit__(self, *_error):
        for one in (*self.waiting, self.listener):
            one.close()


def test_a_name_that_nobody_knows_is_unreachable():
    said = shown_by(lambda: store_at("http://nobody.invalid").hooks("b-b"), StoreUnreachableError)
    assert "host name not found" in said


@pytest.mark.parametrize("host", ["nobody.invalid", "a..b", "a" * 64 + ".b", "é" * 70, "é.invalid"])
def test_a_store_whose_name_cannot_be_one_is_not_reached_and_told(host):
    said = shown_by(store_at(f"http://{host}").reach, StoreUnreachableError)
    assert "host name not found" in said


def test_a_store_with_a_name_beyond_ascii_is_told_by_every_action(tmp_path):
    for action in actions(store_at("http://é.invalid"), tmp_path):
        shown_by(action)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_store_that_takes_connections_is_reached(stub, host):
    store_at(stub.url.replace("127.0.0.1", host)).reach()


def test_a_name_in_ascii_is_looked_up_without_the_tables_of_unicode():
    code = (
        "import sys\n"
        "from oscar_sync.net.errors import NoExchangeError\n"
        "from oscar_sync.net.reaching import reach\n"
        "sys.modules.pop('encodings.idna', None)\n"
        "try: reach('http://127.0.0.1:1', {})\n"
        "except NoExchangeError: sys.exit('encodings.idna' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    "endpoint", ["minio:9000", "ftp://a", "http://", "http://a/b", "http://a:x", "http://u:p@a"]
)
def test_what_is_no_address_of_a_store_is_an_error(endpoint):
    said = shown_by(lambda: store_at(endpoint).hooks("bucket"))
    assert "its address" in said
    assert "u:p" not in said


def test_a_missing_ca_bundle_is_named(tmp_path):
    store = store_at("https://a.example", ca_bundle=str(tmp_path / "ca.pem"))
    assert "ca.pem does not exist" in shown_by(lambda: store.hooks("bucket"))
    assert store._bulk is None


def test_a_passing_failure_is_asked_again_a_bounded_number_of_times(stub):
    stub.replies = [refusal("SlowDown", 503)]
    store = store_at(stub.url)
    assert "SlowDown" in shown_by(lambda: store.hooks("bucket"))
    assert 1 < len(stub.asked) < 5
