"""One exchange: connections are kept and given up, answers are unpacked, told where they end."""

import errno
import gc
import gzip
import io
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from oscar_sync.net.errors import NoExchangeError
from oscar_sync.net.pool import Pool
from tests.machine import PATIENCE_S
from tests.unit.wire.stub import Reply, reply

BODY = b'[{"name": "a"}]' * 1000


@pytest.fixture
def transport():
    made = Pool("http://127.0.0.1", {}, connections=2)
    yield made
    made.clear()


def get(transport, url, **more):
    options = {"headers": {}, "timeout": PATIENCE_S, **more}
    return transport.urlopen("GET", f"{url}/a", **options)


def test_a_connection_is_used_again(stub, transport):
    stub.replies = [reply([])]
    for _ in range(3):
        get(transport, stub.url)
    assert stub.connections == 1


def test_a_connection_that_the_server_has_closed_is_not_used_again(stub, transport):
    """A server may end an idle connection without a word; a write on it would be in doubt."""
    stub.replies = [Reply(length=2)]  # the server hangs up after this one
    get(transport, stub.url)
    assert stub.is_closed.wait(PATIENCE_S)
    answer = transport.urlopen("PUT", stub.url, headers={}, body=b"{}", timeout=PATIENCE_S)
    assert answer.status == 200
    assert stub.lines == ["GET /a", "PUT /"]


def test_an_answer_that_says_it_is_the_last_ends_the_connection(stub, transport):
    stub.replies = [Reply(headers={"Connection": "close"})]
    get(transport, stub.url)
    get(transport, stub.url)
    assert stub.connections == 2


def test_a_transport_that_nobody_closes_leaves_nothing_open(stub):
    stub.replies = [reply([])]
    transport = Pool("http://127.0.0.1", {}, connections=2)
    get(transport, stub.url)
    assert not stub.is_closed.is_set()
    del transport
    gc.collect()
    assert stub.is_closed.wait(PATIENCE_S)


def test_many_at_once_share_few_kept_connections(stub, transport):
    stub.replies = [reply([])]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: get(transport, stub.url), range(64)))
    assert {answer.status for answer in answers} == {200}
    before = stub.connections
    get(transport, stub.url)
    assert stub.connections == before


@pytest.mark.parametrize("body", [gzip.compress(BODY, mtime=0), b""], ids=["packed", "nothing"])
def test_a_packed_answer_is_unpacked(stub, transport, body):
    stub.replies = [Reply(body=body, headers={"Content-Encoding": "gzip"})]
    assert get(transport, stub.url).data == (BODY if body else b"")


@pytest.mark.parametrize("coding", ["gzip", "gzip, gzip", "deflate", "br"])
def test_an_answer_that_cannot_be_unpacked_is_told(stub, transport, coding):
    stub.replies = [Reply(body=BODY, headers={"Content-Encoding": coding})]
    with pytest.raises(NoExchangeError, match="cannot be unpacked") as caught:
        get(transport, stub.url)
    assert caught.value.was_sent


def served(answer: bytes, *, reads: int = 65536) -> str:
    """Return the address of a server that answers one request, and hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener, listener.accept()[0] as connection:
            connection.recv(reads)
            connection.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_an_answer_without_a_length_ends_with_its_connection(transport):
    url = served(b"HTTP/1.1 200 OK\r\n\r\n" + BODY)
    assert get(transport, url).data == BODY


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf",
    ],
)
def test_half_an_answer_is_none(transport, answer):
    with pytest.raises(NoExchangeError, match="the answer was cut off") as caught:
        get(transport, served(answer))
    assert caught.value.was_sent


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH_9.2\r\n"])
def test_what_is_no_answer_is_told(transport, answer):
    with pytest.raises(NoExchangeError, match="the connection was cut off"):
        get(transport, served(answer))


def test_a_server_may_refuse_a_body_that_it_has_not_read(transport):
    url = served(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n", reads=100)
    answer = transport.urlopen("PUT", url, headers={}, body=bytes(32 << 20), timeout=PATIENCE_S)
    assert answer.status == 413


def test_a_header_that_comes_twice_is_one(transport):
    url = served(b"HTTP/1.1 200 OK\r\nVia: a\r\nVia: b\r\nContent-Length: 0\r\n\r\n")
    assert get(transport, url).headers["vIA"] == "a, b"


def test_a_disk_that_is_full_is_no_fault_of_the_answer(stub, transport):
    class Full(io.BytesIO):
        def write(self, _piece):
            raise OSError(errno.ENOSPC, "No space left on device")

    stub.replies = [Reply(body=BODY)]
    with pytest.raises(OSError, match="No space left"):
        get(transport, stub.url, into=Full())


@pytest.mark.parametrize("header", ["a\r\nX: b", "\u20ac"])
def test_a_header_that_cannot_be_sent_is_not(stub, transport, header):
    with pytest.raises(NoExchangeError, match="cannot be written") as caught:
        get(transport, stub.url, headers={"X": header})
    assert not caught.value.was_sent
    assert stub.asked == []
