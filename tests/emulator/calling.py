"""A plain client for the tests of the emulator: one call, one connection."""

import base64
import http.client
import json
import threading
import time
from dataclasses import dataclass
from typing import Any

from oscar_sync.emulator.server import Emulator
from tests.machine import PATIENCE_S

SERVICES = "/system/services"


@dataclass(frozen=True)
class Got:
    status: int
    text: str
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def minimal(name: Any = "a", **more: Any) -> dict[str, Any]:
    return {"name": name, "image": "i", "script": "s", **more}


def owned(name: Any = "a", **more: Any) -> dict[str, Any]:
    return minimal(name, owner="cluster_admin", **more)


def minio(*paths: str) -> list[dict[str, str]]:
    return [{"storage_provider": "minio.default", "path": path} for path in paths]


@dataclass(frozen=True)
class Api:
    emulator: Emulator

    def call(self, method: str, path: str, body: Any = None, auth: str | None = "admin") -> Got:
        host = self.emulator.url.removeprefix("http://")
        connection = http.client.HTTPConnection(host, timeout=PATIENCE_S)
        pair = f"{self.emulator.user}:{self.emulator.password}"
        basic = "Basic " + base64.b64encode(pair.encode()).decode()
        headers = {"Authorization": basic if auth == "admin" else auth} if auth else {}
        raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        try:
            connection.request(method, path, raw, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        return Got(answer.status, text, dict(answer.headers))

    def get(self, path: str, **how: Any) -> Got:
        return self.call("GET", path, **how)

    def post(self, body: Any, path: str = SERVICES, **how: Any) -> Got:
        return self.call("POST", path, body, **how)

    def put(self, body: Any, path: str = SERVICES, **how: Any) -> Got:
        return self.call("PUT", path, body, **how)

    def delete(self, path: str) -> Got:
        return self.call("DELETE", path)

    def shown(self, name: str = "a") -> Any:
        got = self.get(f"{SERVICES}/{name}")
        assert got.status == 200, got
        return got.json

    def token(self, name: str = "a") -> str:
        return "Bearer " + self.shown(name)["token"]

    def jobs(self, name: str = "a") -> Any:
        return self.get(f"/system/logs/{name}").json["jobs"]

    def finished(self, name: str = "a", number: int = 1) -> Any:
        """Return the jobs once that many succeeded."""
        end, moment = time.monotonic() + PATIENCE_S, threading.Event()
        while time.monotonic() < end:
            jobs = self.jobs(name)
            if [job["status"] for job in jobs.values()].count("Succeeded") >= number:
                return jobs
            moment.wait(0.01)
        raise AssertionError(self.jobs(name))

    def log(self, job: str, name: str = "a") -> str:
        return self.get(f"/system/logs/{name}/{job}").text
