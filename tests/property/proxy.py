"""A witness on the wire: it passes every request on as it is and writes down what went by.

The laws are held against what it saw, never against what the program says of itself.
"""

import contextlib
import http.client
import itertools
import json
import math
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self

_HOP_BY_HOP = frozenset({"connection", "transfer-encoding", "content-length", "keep-alive"})


@dataclass(frozen=True)
class Seen:
    """One exchange; status 0: no answer was passed on. Times are monotonic seconds."""

    method: str
    path: str
    query: str
    body: bytes
    status: int
    answer: bytes
    started_s: float
    ended_s: float

    @property
    def sent(self) -> Any:
        return json.loads(self.body)

    @property
    def got(self) -> Any:
        return json.loads(self.answer)

    @property
    def is_write(self) -> bool:
        return self.method not in ("GET", "HEAD")


Fault = Callable[[str, str, str], str]
"""From method, path and query to what is done: "", "reset", "reset-after", "truncate", "503",
"504", "504-after" (done, and a gateway that waits no longer), "403", "404" (a gateway's, with a
body) or "404-bare" (as OSCAR says that there is none)."""


def _now() -> float:
    return time.monotonic()


def no_fault(method: str, path: str, query: str) -> str:
    return ""


Landed = Callable[[str, int], None]
"""Called with method and status when the server has answered, before the answer is passed on."""


Rewrite = Callable[[str, bytes], bytes]
"""From path and answer to the answer that is passed on."""


def as_it_is(path: str, answer: bytes) -> bytes:
    return answer


def no_interest(method: str, status: int) -> None:
    pass


class Proxy:
    """Listens on loopback and passes on to *target*; a context manager."""

    def __init__(self, target: str) -> None:
        self.host = target.removeprefix("http://")
        self.fault: Fault = no_fault
        self.landed: Landed = no_interest
        self.rewrite: Rewrite = as_it_is
        self._seen: list[Seen] = []
        self._waiting: dict[int, Seen] = {}
        self._numbers = itertools.count()
        self._guard = threading.Lock()
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def began(self, seen: Seen) -> int:
        """Note an exchange whose answer is awaited; the number is for `ended`."""
        with self._guard:
            number = next(self._numbers)
            self._waiting[number] = seen
            return number

    def ended(self, number: int, seen: Seen) -> None:
        with self._guard:
            if self._waiting.pop(number, None) is not None:
                self._seen.append(seen)

    @property
    def seen(self) -> list[Seen]:
        """Return the exchanges in the order in which they ended, then what waits for an answer."""
        with self._guard:
            return [*self._seen, *self._waiting.values()]

    @property
    def writes(self) -> list[Seen]:
        """Return the writes in the order in which they began."""
        return sorted((one for one in self.seen if one.is_write), key=lambda one: one.started_s)

    def forget(self) -> None:
        """Leave out what began before now, also if it ends later."""
        with self._guard:
            self._seen.clear()
            self._waiting.clear()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        super().__init__(("127.0.0.1", 0), _Exchange)

    def handle_error(self, request: Any, client_address: Any) -> None:
        del request, client_address


class _Answer(NamedTuple):
    """What came back; status 0: nothing; cut: less than its length announces."""

    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes = b""
    is_cut: bool = False


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server
    _upstream: http.client.HTTPConnection | None = None

    def log_message(self, *_: object) -> None:
        pass

    def finish(self) -> None:
        if self._upstream is not None:
            self._upstream.close()
        with contextlib.suppress(OSError):
            super().finish()

    def _pass_on(self) -> None:
        proxy = self.server.proxy
        path, _, query = self.path.partition("?")
        started = _now()
        seen = Seen(self.command, path, query, self._body(), 0, b"", started, math.inf)
        number = proxy.began(seen)
        fault = proxy.fault(self.command, path, query)
        answer = _Answer()
        try:
            if fault in ("503", "504", "403", "404"):
                answer = _Answer(int(fault), content=b"fault on the way")
            elif fault == "404-bare":
                answer = _Answer(404)
            elif fault != "reset":
                answer = self._ask(seen.body)
                answer = answer._replace(content=proxy.rewrite(path, answer.content))
                proxy.landed(self.command, answer.status)
        except (OSError, http.client.HTTPException):
            answer = _Answer()
        if fault == "reset-after":
            answer = _Answer()
        elif fault == "504-after":
            answer = _Answer(504, content=b"fault on the way")
        is_cut = answer.is_cut or (fault == "truncate" and answer.status != 0)
        status = 0 if is_cut else answer.status
        proxy.ended(number, replace(seen, status=status, answer=answer.content, ended_s=_now()))
        if is_cut and answer.content:
            self._answer_half(answer)
        elif status:
            self._answer(answer)
        else:
            self._hang_up()

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _pass_on  # noqa: N815 - names of http.server

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _ask(self, body: bytes) -> _Answer:
        if self._upstream is None:
            self._upstream = http.client.HTTPConnection(self.server.proxy.host, timeout=60)
        upstream = self._upstream
        try:
            upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in _HOP_BY_HOP:
                    upstream.putheader(name, value)
            if body or self.command in ("POST", "PUT"):
                upstream.putheader("Content-Length", str(len(body)))
            upstream.endheaders(body or None)
            answer = upstream.getresponse()
            headers = tuple(answer.getheaders())
            try:
                return _Answer(answer.status, headers, answer.read())
            except http.client.IncompleteRead as error:
                upstream.close()
                self._upstream = None
                return _Answer(answer.status, headers, error.partial, is_cut=True)
        except (OSError, http.client.HTTPException):
            upstream.close()
            self._upstream = None
            raise

    def _answer(self, answer: _Answer) -> None:
        self._head(answer)
        if self.command == "HEAD":
            names = [(name.lower(), value) for name, value in answer.headers]
            self.send_header("Content-Length", dict(names).get("content-length", "0"))
        elif answer.status != 204:
            self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else answer.content)
        self.wfile.flush()

    def _head(self, answer: _Answer) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)

    def _answer_half(self, answer: _Answer) -> None:
        """Send a part of what is announced and close: the client waits for the rest in vain."""
        self.close_connection = True
        self._head(answer)
        self.send_header("Content-Length", str(len(answer.content) + 1))
        self.end_headers()
        self.wfile.write(answer.content[: len(answer.content) // 2])
        self.wfile.flush()

    def _hang_up(self) -> None:
        """Reset the connection, so that the client knows at once."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
