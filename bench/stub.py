"""A fast server with canned answers, in a process of its own.

Run as ``python stub.py FILE COUNT LATENCY_MS FAULTY``; it prints its port. It serves the first
COUNT services of FILE (see ``bench.canned``; beyond its end, the same ones under further names),
answers each request after LATENCY_MS, takes PUTs and shows them in the list. Each FAULTY-th PUT
fails, in turn: a 500 before it is applied, a reset after, a 500 after, a reset before.
``POST /_bench/reset`` puts everything back; ``GET /_bench/counts`` tells how many requests came, by
method and path, and how many PUTs failed.
"""

import asyncio
import gc
import json
import sys
from collections import Counter
from pathlib import Path

_ADMIN = "/_bench/"
_SERVICES = "/system/services"
_FAULT = b"a fault of the benchmark"
_LISTED = b"""<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix></Prefix>
<KeyCount>2</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>%s</ListBucketResult>
""" % b"".join(
    b"<Contents><Key>in/%d.json</Key><LastModified>2026-03-01T10:00:00.000Z</LastModified>"
    b"<ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>1000</Size>"
    b"<StorageClass>STANDARD</StorageClass></Contents>" % number
    for number in range(2)
)
_LOOKED_AT = {
    "/deployment": b'{"state": "ready"}',
    "/system/logs/": b'{"jobs": {}}',
    "list-type=2": _LISTED,
}
"""What a board asks of each service and bucket: mark in the path, and answer."""


class Cluster:
    """The answers, and the services that PUTs have changed."""

    def __init__(self, file: str, count: int, faulty: int = 0) -> None:
        self.faulty = faulty
        canned = json.loads(Path(file).read_text())
        self.first = {raw["name"]: raw for raw in _repeated(canned.pop("services"), count)}
        canned["buckets"] = _with_each_own(canned["buckets"] or [], count)
        self.fixed = {f"/system/{name}": _encoded(body) for name, body in canned.items()}
        self.counts: Counter[str] = Counter()
        self.reset()

    def name_store(self, url: str) -> None:
        config = json.loads(self.fixed["/system/config"])
        config["minio_provider"]["endpoint"] = url
        self.fixed["/system/config"] = _encoded(config)

    def reset(self) -> None:
        self.services = dict(self.first)
        self.encoded = {name: _encoded(raw) for name, raw in self.services.items()}
        self.whole: bytes | None = None
        self.puts = 0
        self.counts.clear()

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """Return status and body; status 0 is a reset."""
        if path.startswith(_ADMIN):
            return self._administer(path.removeprefix(_ADMIN))
        shown = path if path in self.fixed or path == _SERVICES else f"{_SERVICES}/NAME"
        self.counts[f"{method} {shown}"] += 1
        if method == "PUT":
            return self._put(json.loads(body))
        if path == _SERVICES:
            if self.whole is None:
                self.whole = b"[%s]" % b",".join(self.encoded.values())
            return 200, self.whole
        for mark, answer in _LOOKED_AT.items():
            if mark in path:
                return 200, answer
        found = self.fixed.get(path) or self.encoded.get(path.rpartition("/")[2])
        return (200, found) if found else (404, b"")

    def _put(self, body: dict[str, object]) -> tuple[int, bytes]:
        self.puts += 1
        nth, rest = divmod(self.puts, self.faulty) if self.faulty else (0, 1)
        if rest:
            return self._applied(body)
        self.counts["faults"] += 1
        if nth % 4 in {2, 3}:
            self._applied(body)
        return (500, _FAULT) if nth % 2 else (0, b"")

    def _applied(self, body: dict[str, object]) -> tuple[int, bytes]:
        name = str(body["name"])
        self.services[name] = {**self.services[name], **body}
        self.encoded[name] = _encoded(self.services[name])
        self.whole = None
        return 204, b""

    def _administer(self, word: str) -> tuple[int, bytes]:
        if word == "counts":
            return 200, _encoded(self.counts)
        self.reset()
        return 204, b""


class Connection(asyncio.Protocol):
    """One connection: requests one after another, kept alive."""

    def __init__(self, cluster: Cluster, latency_s: float) -> None:
        self.cluster = cluster
        self.latency_s = latency_s
        self.waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - narrows the type
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while True:
            head, found, rest = self.waiting.partition(b"\r\n\r\n")
            length = _content_length(head) if found else 0
            if not found or len(rest) < length:
                return
            self.waiting = rest[length:]
            method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
            status, body = self.cluster.answer(method, path, rest[:length])
            answer = _written(status, body) if status else b""
            if self.latency_s and not path.startswith(_ADMIN):
                asyncio.get_running_loop().call_later(self.latency_s, self._write, answer)
            else:
                self._write(answer)

    def _write(self, answer: bytes) -> None:
        if self.transport.is_closing():
            return
        if answer:
            self.transport.write(answer)
        else:
            self.transport.abort()


def _repeated(services: list[dict[str, object]], count: int) -> list[dict[str, object]]:
    """Return *count* of those given, and then the same ones under further names."""
    texts = [json.dumps(raw) for raw in services[:count]]
    found = services[:count]
    for index in range(len(found), count):
        place = index % len(texts)
        found.append(json.loads(texts[place].replace(f"svc-{place:05d}", f"svc-{index:05d}")))
    return found


def _with_each_own(buckets: list[dict[str, object]], count: int) -> list[dict[str, object]]:
    """Return *buckets* with one for each of *count* services, as each has its own."""
    own = [raw for raw in buckets if str(raw["bucket_name"]).startswith("svc-")]
    rest = [raw for raw in buckets if raw not in own]
    return [*_repeated(own, count), *rest] if own else rest


def _content_length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.split(b"\r\n", 1)[0]) if found else 0


def _written(status: int, body: bytes) -> bytes:
    kind = b"Content-Type: application/json\r\nContent-Length: %d\r\n" % len(body)
    return b"HTTP/1.1 %d X\r\n%s\r\n%s" % (status, b"" if status == 204 else kind, body)


def _encoded(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


async def serve(file: str, count: int, latency_ms: float, faulty: int) -> None:
    """Serve until the process is ended."""
    cluster = Cluster(file, count, faulty)
    gc.freeze()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(cluster, latency_ms / 1000), "127.0.0.1", 0, backlog=256
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])))
