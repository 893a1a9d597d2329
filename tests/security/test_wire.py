"""A hostile cluster: what it answers is used or refused in words, in bounded time and memory."""

import socket
import threading

import pytest

from oscar_sync.errors import BadAnswerError, OscarSyncError, UnreachableError
from oscar_sync.net.unpacking import MAX_BYTES
from oscar_sync.wire.messages import excerpt
from tests.unit.wire.stub import Reply, api, reply, running

HOSTILE = {
    "deep": b"[" * 101 + b"]" * 101,
    "very deep": b"[" * 1_000_000,
    "surrogate": b'[{"name": "\\ud800"}]',
    "huge number": b"[" + b"9" * 10_000 + b"]",
    "not a number": b"[NaN]",
    "no text": b"\xff\xfe\x00",
    "a page": b"<html><script>alert(1)</script>",
    "nothing": b"",
    "names that are no names": b'[{"name": ["a"]}]',
    "a list in a list": b"[[]]",
}


def swallowed(error):
    return len(str(error)) < 1000 and str(error).isprintable()


@pytest.mark.parametrize("kind", HOSTILE)
def test_an_answer_that_cannot_be_used_is_a_sentence(kind):
    with running() as stub, api(stub.url) as oscar:
        stub.replies = [Reply(body=HOSTILE[kind])]
        with pytest.raises(BadAnswerError) as caught:
            oscar.list_services()
    assert swallowed(caught.value)


def test_an_answer_over_64_mib_is_refused():
    with running() as stub, api(stub.url) as oscar:
        stub.replies = [Reply(body=b" " * (MAX_BYTES + 1))]
        with pytest.raises(BadAnswerError, match="larger than 64 MiB"):
            oscar.list_services()


@pytest.mark.parametrize(
    "place", ["http://elsewhere.invalid/system/services", "//elsewhere.invalid/", "file:///etc/x"]
)
def test_a_redirect_to_another_origin_is_not_followed(place):
    with running() as stub, api(stub.url) as oscar:
        stub.replies = [reply("", 302, Location=place)]
        with pytest.raises(BadAnswerError, match="not followed"):
            oscar.list_services()
        assert len(stub.asked) == 1


def test_an_error_text_of_a_server_shows_nothing_that_a_terminal_obeys():
    hostile = "\x1b[2J\u202e\u2028\x9b1m no\r\nline two"
    assert excerpt(hostile.encode()).isprintable()
    with running() as stub, api(stub.url) as oscar:
        stub.replies = [reply(hostile, 400)]
        with pytest.raises(OscarSyncError) as caught:
            oscar.list_services()
    assert swallowed(caught.value)


BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
HEADERS = b"HTTP/1.1 200 OK\r\nX-Long: "


def dripping(listener, is_over, head):
    """Answer one request with *head* and what never ends, a byte at a time."""
    with listener.accept()[0] as connection, listener:
        connection.recv(65536)
        connection.sendall(head)
        while not is_over.wait(0.05):
            try:
                connection.sendall(b" ")
            except OSError:
                return


@pytest.mark.parametrize(
    ("head", "limit_s", "words"),
    [
        (BODY, 3, "no whole answer within 3 s"),  # a busy machine needs some of it for the head
        (HEADERS, 0.3, "no answer within 0.3 s"),
        (b"", 0.3, "no answer within 0.3 s"),
    ],
)
def test_an_answer_that_drips_ends_with_the_time_out(head, limit_s, words):
    listener = socket.create_server(("127.0.0.1", 0))
    is_over = threading.Event()
    thread = threading.Thread(target=dripping, args=(listener, is_over, head), daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        with (
            api(url, read_timeout_s=limit_s) as oscar,
            pytest.raises(UnreachableError, match=words),
        ):
            oscar.list_services()
    finally:
        is_over.set()
        thread.join()


def test_a_body_may_take_as_long_as_its_head_once_more():
    """The time-out is for each of the two: a slow head leaves the body its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    pause = threading.Event()

    def slow():
        with listener.accept()[0] as connection, listener:
            connection.recv(65536)
            for part in (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", b"[]"):
                pause.wait(2.2)
                connection.sendall(part)

    thread = threading.Thread(target=slow, daemon=True)
    thread.start()
    with api(f"http://127.0.0.1:{listener.getsockname()[1]}", read_timeout_s=4) as oscar:
        assert oscar.list_services() == []
    thread.join()
