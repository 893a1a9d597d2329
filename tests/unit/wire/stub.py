"""A server on loopback that answers what a test wrote down, and keeps what it was asked."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from oscar_sync.model.cluster import BasicLogin, Cluster, Login
from oscar_sync.model.identity import ClusterId
from oscar_sync.model.secret import Secret
from oscar_sync.wire.api import OscarApi
from oscar_sync.wire.exchange import Exchange
from oscar_sync.wire.session import Session
from tests.machine import PATIENCE_S

USER = BasicLogin("oscar", Secret("hush-hush"))


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What to answer. ``length`` lies about the size, ``is_reset`` drops the connection."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    is_reset: bool = False


def reply(value: object, status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    body = value.encode() if isinstance(value, str) else json.dumps(value).encode()
    return Reply(status, body, named)


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _do(self):
        length = int(self.headers.get("Content-Length") or 0)
        asked = Asked(self.command, self.path, dict(self.headers), self.rfile.read(length))
        self.server.stub.asked.append(asked)
        given = self.server.stub.answer(asked)
        if given.is_reset:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(given.status)
        for name, text in given.headers.items():
            self.send_header(name, text)
        size = len(given.body) if given.length is None else given.length
        self.send_header("Content-Length", str(size))
        self.end_headers()
        self.wfile.write(given.body)
        if given.length is not None:
            self.close_connection = True

    do_HEAD = do_GET = do_POST = do_PUT = do_DELETE = do_PROPFIND = _do  # noqa: N815 - http.server's names

    def log_message(self, *args):
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 64
    daemon_threads = True
    stub: "Stub"

    def process_request(self, request, client_address):
        self.stub.connections += 1
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        super().shutdown_request(request)
        self.stub.is_closed.set()

    def handle_error(self, request, client_address):
        """Say nothing: a client that hangs up is what some tests are about."""


class Stub:
    """The server: give it replies one after another, or a function of what was asked."""

    def __init__(self, tls: ssl.SSLContext | None = None):
        self.asked: list[Asked] = []
        self.connections = 0
        self.is_closed = threading.Event()
        self.replies: list[Reply] = []
        self.answer: Callable[[Asked], Reply] = self._next
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.stub = self
        if tls:
            self.server.socket = tls.wrap_socket(
                self.server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.server.server_port}"

    def _next(self, _asked):
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    @property
    def lines(self):
        return [f"{asked.method} {asked.path}" for asked in self.asked]


@contextmanager
def running(tls: ssl.SSLContext | None = None) -> Iterator[Stub]:
    stub = Stub(tls)
    thread = threading.Thread(target=stub.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        stub.server.shutdown()
        thread.join()
        stub.server.server_close()


def cluster(url: str, login: Login | None = USER, **more: Any) -> Cluster:
    return Cluster(ClusterId("edge-1"), url, "edge-1", login, "oscar-sync.yaml:4", **more)


@contextmanager
def api(
    url: str,
    login: Login | None = USER,
    *,
    waits: list[float] | None = None,
    seen: list[Exchange] | None = None,
    environ: Mapping[str, str] | None = None,
    read_timeout_s: float = PATIENCE_S,
    connections: int = 4,
    **more: Any,
) -> Iterator[OscarApi]:
    """An API whose waits are kept in *waits* instead of being slept."""
    session = Session(
        cluster(url, login, **more),
        connections=connections,
        read_timeout_s=read_timeout_s,
        environ=environ or {},
        sleep=(waits if waits is not None else []).append,
        on_request=(seen if seen is not None else []).append,
    )
    try:
        yield OscarApi(session)
    finally:
        session.close()
