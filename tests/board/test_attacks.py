"""What a stranger on the network, or a page that fails, cannot do to a board."""

import json
import socket
import threading

import pytest

from oscar_sync.board import connections, guard, pages, stream
from oscar_sync.board.server import ListenOptions
from oscar_sync.model.run import PastRun
from tests.board.conftest import TOKEN
from tests.servers import until
from tests.unit.wire.tls import make_certificate

JSON = {"content-type": "application/json"}


def _connected(served):
    port = int(served.server.url.rstrip("/").rpartition(":")[2])
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def _rest(connection):
    answer = b""
    try:
        while chunk := connection.recv(65536):
            answer += chunk
    except ConnectionResetError:
        pass
    return answer


def _log_in(served):
    answer = served.ask("/login", "POST", token="", data={"token": TOKEN})
    return answer.headers["set-cookie"].partition(";")[0]


@pytest.mark.parametrize("path", ["/", "/cluster/edge-1", "/service/edge-1/detector", "/api/plan"])
def test_a_page_that_fails_says_so_and_the_board_goes_on(serve, monkeypatch, capfd, path):
    def failing(*_told):
        raise ZeroDivisionError("a-secret-of-the-page")

    for name in ("board_page", "service_page"):
        monkeypatch.setattr(pages, name, failing)
    monkeypatch.setitem(pages._DOCUMENTS, "plan", failing)
    served = serve()
    answer = served.ask(path)
    assert (answer.status_code, answer.text) == (
        500, "the board failed to answer this; its messages say why\n",
    )  # fmt: skip
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    until(lambda: served.told, name="what is told the operator")
    assert [type(error) for error in served.told] == [ZeroDivisionError]
    assert served.ask("/healthz").status_code == 200
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("body", [
    '{"token": "\\ud800", "because": "\\udfff"}', "[1]", '"x"', "null", '{"token": 1}', "[" * 9999,
    "\ufeff{}", '{"token": "\\u0000"}',
])  # fmt: skip
def test_no_body_makes_a_request_fail(serve, monkeypatch, body):
    monkeypatch.setattr("oscar_sync.board.app.WRONG_S", 0.0)
    served = serve()
    for path in ("/login", "/api/pause"):
        answer = served.ask(path, "POST", data=body.encode(), headers=JSON)
        assert answer.status_code in {202, 400, 401}
    assert served.told == []
    for told in served.asked:
        told.encode()


NOISE = [
    b"\x00\xff\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
    b"GET / HTTP/9\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
    b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nto",
]


@pytest.mark.parametrize("is_secure", [False, True], ids=["plain", "tls"])
def test_nothing_that_a_stranger_sends_is_written_to_the_terminal(
    serve, tmp_path, monkeypatch, capfd, is_secure
):
    monkeypatch.setattr(connections, "HEAD_S", 0.3)
    make_certificate(tmp_path)
    tls = {"certificate": tmp_path / "cert.pem", "key": tmp_path / "key.pem"}
    served = serve(**(tls if is_secure else {}))
    for noise in NOISE:
        with _connected(served) as connection:
            connection.sendall(noise)
            connection.shutdown(socket.SHUT_WR)
            assert not is_secure or b"HTTP" not in _rest(connection)
    verify = str(tls["certificate"]) if is_secure else None
    assert served.ask("/healthz", verify=verify).status_code == 200
    assert served.told == []
    assert capfd.readouterr() == ("", "")


def test_a_body_that_drips_is_given_up_as_a_whole(serve, monkeypatch):
    monkeypatch.setattr(guard, "SLOWEST_S", 0.5)
    served = serve()
    head = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000\r\n\r\n"
    over = threading.Event()
    with _connected(served) as connection:
        connection.sendall(head)

        def drip():
            while not over.wait(0.1):
                connection.send(b"x")

        dripping = threading.Thread(target=drip, daemon=True)
        dripping.start()
        answer = connection.recv(65536)
        over.set()
        dripping.join()
    assert answer.split()[1] == b"408"


def test_a_handshake_that_stalls_is_given_up(serve, monkeypatch, tmp_path):
    monkeypatch.setattr(connections, "HEAD_S", 0.3)
    make_certificate(tmp_path)
    served = serve(certificate=tmp_path / "cert.pem", key=tmp_path / "key.pem")
    with _connected(served) as connection:
        assert _rest(connection) == b""


SLOW = {
    "nothing": b"",
    "half a head": b"GET /healthz HTTP/1.1\r\nHost:",
    "half a form": b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n",
    "an answer that waits": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a wrong token": b"GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer wrong\r\n\r\n",
}


@pytest.mark.parametrize(
    ("content", "is_secure"),
    [*((content, False) for content in SLOW.values()), (b"", True)],
    ids=[*SLOW, "half a handshake"],
)
def test_probes_and_readers_are_answered_however_many_connections_strangers_hold(
    serve, monkeypatch, tmp_path, content, is_secure
):
    monkeypatch.setattr(connections, "MOST", 4)
    make_certificate(tmp_path)
    tls = {"certificate": tmp_path / "cert.pem", "key": tmp_path / "key.pem"}
    served = serve(**(tls if is_secure else {}))
    verify = str(tls["certificate"]) if is_secure else None
    with served.ask("/events", stream=True, verify=verify) as events:
        data = (line for line in events.iter_lines() if line.startswith(b"data: "))
        assert next(data)
        held = []
        for _ in range(9):
            held.append(_connected(served))
            held[-1].sendall(content)
            assert served.ask("/healthz", token="", verify=verify).status_code == 200
        assert served.ask("/api/plan", verify=verify).status_code == 200
        served.board.failed("a problem")
        assert next(data)
    for one in held:
        one.close()


def test_where_each_connection_is_that_of_a_reader_none_of_them_is_closed(serve, monkeypatch):
    monkeypatch.setattr(connections, "MOST", 2)
    served = serve()
    pages = [served.ask("/events", stream=True) for _ in range(2)]
    with _connected(served) as refused:
        assert _rest(refused) == b""
    pages.pop().close()
    served.board.failed("a problem")
    until(lambda: served.server._streams.count == 1, name="the end of a page")
    assert served.ask("/healthz").status_code == 200
    pages.pop().close()


@pytest.mark.parametrize("others", [
    'theme={"dark": 1}', "a[b]=1", "=", ";;", "oscar_sync_board_=1", 'q="a\\', "é=ü",
    "expires=Mon, 1 Jan",
])  # fmt: skip
def test_cookies_of_other_programs_on_this_machine_do_not_matter(serve, others):
    served = serve()
    held = _log_in(served)
    for cookie in (f"{others}; {held}", f"{held}; {others}"):
        answer = served.ask("/board.js", token="", headers={"cookie": cookie.encode()})
        assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/login/", "/api/hook/github/", "//evil.example/", "/healthz/"])
def test_no_answer_leads_to_a_host_that_the_caller_names(serve, path):
    answer = serve().ask(path, headers={"host": "localhost:1"})
    assert answer.status_code in {401, 404, 405}
    assert "location" not in answer.headers


def test_what_is_wrong_with_the_token_file_is_told_the_operator_alone(serve, token_file):
    served = serve()
    for path, method in (("/", "GET"), ("/login", "POST")):
        token_file.write_text("short")
        answer = served.ask(path, method, data={"token": "x"})
        assert answer.status_code == 503
        assert "the board cannot read its token" in answer.text
        assert str(token_file) not in answer.text
    assert [str(token_file) in str(error) for error in served.told] == [True, True]


@pytest.mark.parametrize(("host", "is_loopback"), [
    ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True),
    ("127.example.org", False), ("127.1", False), ("0.0.0.0", False), ("::", False),
    ("localhost.example.org", False), ("", False),
])  # fmt: skip
def test_only_an_address_of_this_machine_needs_no_token(host, is_loopback):
    assert ListenOptions(host, 0).is_loopback is is_loopback


def test_text_that_is_none_on_a_page_does_not_end_it(serve):
    served = serve("\ud800\x00\x1b[2J\u202e")
    served.board.ran(PastRun("x", "y", 10**30, who="\ud800", services=()))
    served.board.failed("\ud800")
    for path in ("/", "/cluster/edge-1", "/service/edge-1/detector", "/api/plan", "/api/history"):
        answer = served.ask(path)
        assert answer.status_code == 200, path
        assert "\x1b" not in answer.text
    with served.ask("/events", stream=True) as events:
        data = (line for line in events.iter_lines() if line.startswith(b"data: "))
        json.loads(next(data).removeprefix(b"data: "))
    assert served.told == []


def test_a_board_that_stops_ends_the_stream_of_a_page_that_waits(serve, monkeypatch):
    monkeypatch.setattr(stream, "_PAUSE_S", 0.0)
    served = serve()
    with served.ask("/events", stream=True) as answer:
        lines = answer.iter_lines()
        assert next(line for line in lines if line.startswith(b"data: "))
        served.server.__exit__(None, None, None)
        assert not any(lines)  # to its end: nothing is cut off
