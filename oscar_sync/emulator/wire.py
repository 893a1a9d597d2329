"""HTTP/1.1 on threads: requests read, answers written, connections kept.

Both servers of the emulator stand on it. It is thinner and several times faster than
`http.server`, and it can do on purpose what a broken network does (see `Delivery`).
"""

import contextlib
import io
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote

__all__ = ["Answer", "Delivery", "Listener", "Request"]

_LINE_LIMIT = 65_536
_NO_BODY = {204, 304}
_STUB = 6


@dataclass(frozen=True, slots=True)
class Request:
    """A request: `target` as sent, `path` decoded, header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    peer: str = "127.0.0.1"

    @property
    def raw_path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def path(self) -> str:
        return unquote(self.raw_path)

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    @property
    def parameters(self) -> dict[str, str]:
        return dict(parse_qsl(self.query, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: no content type means none is sent; further headers in order."""

    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an answer goes out.

    `cut` sends half of the body and then closes, or resets where `reset` is set; without an
    answer the connection is closed, after waiting `hold_s` seconds for the client to give up.
    """

    answer: Answer | None
    cut: bool = False
    reset: bool = False
    hold_s: float = 0.0


Respond = Callable[[Request], Delivery]


class _Malformed(Exception):
    pass


def _headers(stream: io.BufferedIOBase) -> dict[str, str]:
    headers: dict[str, str] = {}
    while True:
        line = stream.readline(_LINE_LIMIT)
        if line in {b"\r\n", b"\n", b""}:
            return headers
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon:
            raise _Malformed
        key, text = name.strip().lower(), value.strip()
        headers[key] = f"{headers[key]},{text}" if key in headers else text


def _chunks(stream: io.BufferedIOBase) -> Iterator[bytes]:
    while size := int(stream.readline(_LINE_LIMIT).split(b";")[0] or b"0", 16):
        yield stream.read(size)
        stream.readline(_LINE_LIMIT)
    while stream.readline(_LINE_LIMIT).strip():
        pass


def _body(stream: io.BufferedIOBase, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return b"".join(_chunks(stream))
    length = int(headers.get("content-length") or 0)
    body = stream.read(length) if length else b""
    if len(body) < length:
        raise _Malformed
    return body


def head_of(answer: Answer, *, keep: bool, is_head: bool = False) -> bytes:
    try:
        phrase = HTTPStatus(answer.status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {answer.status} {phrase}"]
    if answer.content_type is not None:
        lines.append(f"Content-Type: {answer.content_type}")
    names = {name.lower() for name, _ in answer.headers}
    if answer.status not in _NO_BODY and "content-length" not in names and not is_head:
        lines.append(f"Content-Length: {len(answer.body)}")
    lines.extend(f"{name}: {value}" for name, value in answer.headers)
    if not keep:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", errors="replace")


class _Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    wbufsize = -1
    server: "_Threads"

    def handle(self) -> None:
        self.server.opened(self.connection)
        try:
            while self._one():
                pass
        except (OSError, ValueError, _Malformed):
            pass
        finally:
            self.server.closed(self.connection)

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()

    def _one(self) -> bool:
        line = self.rfile.readline(_LINE_LIMIT)
        if not line.strip():
            return False
        method, target, version = line.decode("latin-1").split()
        headers = _headers(self.rfile)
        if headers.get("expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
        peer = str(self.client_address[0])
        request = Request(method, target, headers, _body(self.rfile, headers), peer)
        delivery = self.server.respond(request)
        wants_close = headers.get("connection", "").lower() == "close" or version == "HTTP/1.0"
        return self._send(delivery, keep=not wants_close, is_head=method == "HEAD")

    def _send(self, delivery: Delivery, *, keep: bool, is_head: bool) -> bool:
        answer = delivery.answer
        if answer is None:
            self._hold(delivery.hold_s)
            self._hang_up(reset=delivery.reset)
            return False
        body = b"" if is_head or answer.status in _NO_BODY else answer.body
        if delivery.cut:
            head = head_of(answer, keep=keep)
            self.wfile.write(head + body[: len(body) // 2] if body else head[:_STUB])
            self.wfile.flush()
            self._hang_up(reset=delivery.reset)
            return False
        self.wfile.write(head_of(answer, keep=keep, is_head=is_head) + body)
        self.wfile.flush()
        return keep

    def _hold(self, seconds: float) -> None:
        if seconds:
            self.connection.settimeout(seconds)
            with contextlib.suppress(OSError):
                self.connection.recv(1)

    def _hang_up(self, *, reset: bool) -> None:
        if reset:
            linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.server.closed(self.connection)
        with contextlib.suppress(OSError):
            if not reset:
                self.connection.shutdown(socket.SHUT_RDWR)
            self.connection.close()


class _Threads(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, bound: socket.socket, respond: Respond) -> None:
        super().__init__(bound.getsockname()[:2], _Connection, bind_and_activate=False)
        self.socket.close()
        self.socket = bound
        self.server_activate()
        self.respond = respond
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()

    def opened(self, connection: socket.socket) -> None:
        with self._guard:
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        with self._guard:
            self._open.discard(connection)

    def drop_connections(self) -> None:
        with self._guard:
            gone, self._open = self._open, set()
        for connection in gone:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent about clients that went away."""


@dataclass(slots=True)
class Listener:
    """A served address; it can be shut for a while and opened again on the same port."""

    host: str
    port: int
    respond: Respond
    _server: _Threads | None = field(default=None, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)
    _reserved: socket.socket | None = field(default=None, init=False)

    def _bound(self) -> socket.socket:
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((self.host, self.port))
        except OSError as error:
            bound.close()
            place = f"{self.host}:{self.port}"
            raise OSError(error.errno, error.strerror, place) from error
        return bound

    def open(self) -> None:
        bound, self._reserved = self._reserved or self._bound(), None
        self.port = int(bound.getsockname()[1])
        self._server = _Threads(bound, self.respond)
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.05},
            daemon=True,
        )
        self._thread.start()

    def shut(self) -> None:
        """Refuse connections until the next `open`; the port stays ours, open connections end."""
        self._stop()
        self._reserved = self._bound()

    def close(self) -> None:
        """Stop serving: the port is given back, open connections end."""
        self._stop()
        if self._reserved is not None:
            self._reserved.close()
            self._reserved = None

    def _stop(self) -> None:
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._server.server_close()
        self._server.drop_connections()
        self._thread.join()
        self._server = self._thread = None

    @property
    def url(self) -> str:
        """Return the address, as this machine reaches it, without a trailing slash."""
        host = "127.0.0.1" if self.host in {"", "0.0.0.0"} else self.host  # noqa: S104 - told apart, not bound
        return f"http://{host}:{self.port}"
