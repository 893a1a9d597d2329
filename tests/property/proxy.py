"""A witness on the wire: it passes every request on as it is and writes down what went by.

The laws are held against what it saw, never against what the program says of itself.
"""

import itertools
import json
import math
import select
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from io import BufferedReader
from typing import Any, Self

from oscar_sync.emulator.wire import Answer, Delivery, Listener, Request, Respond, _chunks, _headers

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
    """Listens on loopback and passes on to *target*; a context manager.

    That is an address, or what answers at an address of this process: one more connection to go
    there would show nothing more, and cost time in each example.
    """

    def __init__(self, target: str | Respond) -> None:
        self.fault: Fault = no_fault
        self.landed: Landed = no_interest
        self.rewrite: Rewrite = as_it_is
        self._closing = ExitStack()
        if isinstance(target, str):
            upstream = _Upstream(target)
            self._closing.callback(upstream.close)
            target = upstream.ask
        self._ask = target
        self._seen: list[Seen] = []
        self._waiting: dict[int, Seen] = {}
        self._numbers = itertools.count()
        self._guard = threading.Lock()
        self._listener = Listener("127.0.0.1", 0, self._pass_on)

    def __enter__(self) -> Self:
        self._listener.open()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self._closing.close()

    @property
    def url(self) -> str:
        return self._listener.url

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

    def _pass_on(self, request: Request) -> Delivery:
        method, path, query = request.method, request.raw_path, request.query
        seen = Seen(method, path, query, request.body, 0, b"", _now(), math.inf)
        number = next(self._numbers)
        with self._guard:
            self._waiting[number] = seen
        delivery = self._delivery(request, self.fault(method, path, query))
        answer = delivery.answer
        status = 0 if answer is None or delivery.cut else answer.status
        content = b"" if answer is None else answer.body
        with self._guard:
            if self._waiting.pop(number, None) is not None:
                ended = replace(seen, status=status, answer=content, ended_s=_now())
                self._seen.append(ended)
        return delivery

    def _delivery(self, request: Request, fault: str) -> Delivery:
        if fault in ("503", "504", "403", "404"):
            return Delivery(Answer(int(fault), b"fault on the way"))
        if fault == "404-bare":
            return Delivery(Answer(404))
        if fault == "reset":
            return _RESET
        try:
            delivery = self._ask(request)
            answer = delivery.answer
            if answer is None:
                return delivery
            answer = replace(answer, body=self.rewrite(request.raw_path, answer.body))
            self.landed(request.method, answer.status)
        except (OSError, ValueError):
            return _RESET
        if fault == "reset-after":
            return _RESET
        if fault == "504-after":
            return Delivery(Answer(504, b"fault on the way"))
        if delivery.cut or fault == "truncate":
            return Delivery(answer, cut=True) if answer.body else _RESET
        return Delivery(answer)


_RESET = Delivery(None, reset=True)


class _Upstream:
    """Connections to *url*, each kept for the next request that finds it open and idle."""

    def __init__(self, url: str) -> None:
        name, _, port = url.removeprefix("http://").partition(":")
        self._address = name, int(port)
        self._idle: list[socket.socket] = []
        self._guard = threading.Lock()

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def ask(self, request: Request) -> Delivery:
        """Return the answer, cut where it is less than its length announces."""
        connection = self._connection()
        try:
            connection.sendall(_head(request) + request.body)
            with connection.makefile("rb") as stream:
                status, headers = _status(stream)
                content, is_cut = _content(stream, request.method, status, headers)
        except BaseException:
            connection.close()
            raise
        if is_cut or headers.get("connection", "").lower() == "close":
            connection.close()
        else:
            self._idle.append(connection)
        passed = _passed(headers, "content-length" if request.method == "HEAD" else "")
        return Delivery(Answer(status, content, headers=passed), cut=is_cut)

    def _connection(self) -> socket.socket:
        for connection in iter(self._kept, None):
            if not select.select([connection], [], [], 0)[0]:
                return connection
            connection.close()  # the server has ended it
        connection = socket.create_connection(self._address, timeout=60)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _kept(self) -> socket.socket | None:
        with self._guard:
            return self._idle.pop() if self._idle else None


def _head(request: Request) -> bytes:
    lines = [f"{request.method} {request.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in _passed(request.headers, "")]
    if request.body or request.method in ("POST", "PUT"):
        lines.append(f"content-length: {len(request.body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _passed(headers: Mapping[str, str], kept: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, value) for name, value in headers.items() if name == kept or name not in _HOP_BY_HOP
    )


def _status(stream: BufferedReader) -> tuple[int, dict[str, str]]:
    while True:
        _, status, *_ = stream.readline().split(None, 2)  # ValueError: the server hung up
        headers = _headers(stream)
        if int(status) >= 200:  # before it, the server may ask for the body
            return int(status), headers


def _content(
    stream: BufferedReader, method: str, status: int, headers: Mapping[str, str]
) -> tuple[bytes, bool]:
    if method == "HEAD" or status in (204, 304):
        return b"", False
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return b"".join(_chunks(stream)), False
    length = int(headers.get("content-length", "0"))
    content = stream.read(length)
    return content, len(content) < length
