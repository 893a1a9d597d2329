"""Answers come whole, in time and within a cap, whoever asks (trust 3.7)."""

import gzip
import socket
import threading
from contextlib import contextmanager

import pytest

from oscar_sync.net.errors import NoExchangeError
from oscar_sync.net.pool import Pool
from oscar_sync.net.unpacking import AnswerTooLargeError
from tests.machine import PATIENCE_S
from tests.unit.wire.stub import Reply, running

SECONDS = 30.0
"""How long a server drips that nobody hangs up on."""


@contextmanager
def dripping(head: bytes, drop: bytes, pause_s: float = 0.05):
    """A server that sends *head* and then, after each pause, one more *drop*."""
    ended = threading.Event()

    def serve():
        with listener:
            while not ended.is_set():
                try:
                    connection = listener.accept()[0]
                except OSError:
                    return
                threading.Thread(target=drip, args=(connection,), daemon=True).start()

    def drip(connection):
        with connection:
            connection.recv(65536)
            connection.sendall(head)
            for _ in range(int(SECONDS / pause_s)):
                if ended.wait(pause_s):
                    return
                try:
                    connection.sendall(drop)
                except OSError:
                    return

    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)


def pool(url, environ=None, timeout_s=PATIENCE_S, repeats=0):
    return Pool(url, environ or {}, connections=2, timeout_s=timeout_s, repeats=repeats)


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (b"HTTP/1.1 200 ", b"O"),
    ],
    ids=["length", "chunks", "headers", "status"],
)
def test_an_answer_that_drips_ends_with_its_time(head, drop):
    with (
        dripping(head, drop) as url,
        pool(url, timeout_s=0.4) as connections,
        pytest.raises(NoExchangeError, match=r"answer within 0\.4 s"),
    ):
        connections.request("GET", url)


def test_a_file_may_take_its_time():
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"
    with dripping(head, b"x", 1.1) as url, pool(url, timeout_s=3) as connections:
        answer = connections.request("GET", url, preload_content=False)
        assert answer.read() == b"xxx"


@pytest.mark.parametrize(
    ("coding", "kind"), [("gzip", AnswerTooLargeError), ("gzip, gzip", NoExchangeError)]
)
@pytest.mark.parametrize("method", ["GET", "POST", "PROPFIND"])
def test_no_answer_is_unpacked_without_bounds(coding, kind, method):
    bomb = gzip.compress(b" " * (80 * 2**20))
    body = gzip.compress(bomb) if "," in coding else bomb
    with running() as stub, pool(stub.url) as connections:
        stub.replies = [Reply(body=body, headers={"Content-Encoding": coding})]
        with pytest.raises(kind):
            connections.request(method, stub.url)


def test_what_is_packed_once_is_unpacked_and_says_so_no_longer():
    with running() as stub, pool(stub.url) as connections:
        headers = {"Content-Encoding": "gzip", "ETag": "e"}
        stub.replies = [Reply(body=gzip.compress(b"text"), headers=headers)]
        answer = connections.request("GET", stub.url)
        assert (answer.data, answer.status) == (b"text", 200)
        assert "Content-Encoding" not in answer.headers
        assert answer.headers["ETag"] == "e"


def test_a_read_that_is_cut_off_is_repeated_as_often_as_is_said():
    with running() as stub, pool(stub.url, repeats=1) as connections:
        cut = Reply(body=b"half", length=9)
        stub.replies = [cut, Reply(body=b"whole")]
        assert connections.request("GET", stub.url).data == b"whole"
        stub.replies = [cut, Reply(body=b"whole")]
        with pytest.raises(NoExchangeError, match="cut off"):
            connections.request("POST", stub.url)


def test_the_proxy_of_the_environment_is_asked_and_exempt_hosts_are_not():
    with running() as stub, running() as proxy:
        environ = {"http_proxy": proxy.url}
        proxy.replies = stub.replies = [Reply(body=b"{}")]
        with pool(stub.url, environ) as connections:
            connections.request("GET", f"{stub.url}/x")
        assert [one.path for one in proxy.asked] == [f"{stub.url}/x"]
        with pool(stub.url, {**environ, "NO_PROXY": "127.0.0.0/8"}) as connections:
            connections.request("GET", f"{stub.url}/y")
        assert stub.lines == ["GET /y"]


def test_an_answer_that_is_repeated_is_not_read_without_bounds_either():
    """It is read to its end, to use the connection again."""
    with running() as stub, pool(stub.url, repeats=2) as connections:
        stub.replies = [Reply(503, b" " * (70 * 2**20))]
        with pytest.raises(AnswerTooLargeError):
            connections.request("GET", stub.url)
        bomb = gzip.compress(b" " * (80 * 2**20))
        stub.replies = [Reply(503, bomb, {"Content-Encoding": "gzip"}), Reply(200, b"fine")]
        assert connections.request("GET", stub.url).data == b"fine"
