"""One emulated cluster with witnesses before it, and a folder of files to bring it to."""

import io
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from minio import Minio

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from oscar_sync.model.plan_options import PlanOptions
from oscar_sync.model.report import RunReport
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.desire.request import DesireRequest
from oscar_sync.reconcile.once import ApplyOptions, Pass, apply_once, plan_once
from oscar_sync.render.plan_text import plan_text
from tests.emulator.calling import SERVICES, Api
from tests.machine import PATIENCE_S
from tests.property.proxy import Proxy, as_it_is, no_fault, no_interest

SET = "laws"
Objects = dict[tuple[str, str], str]


def no_sleep(seconds: float) -> None:
    """Give other threads a turn: the emulator has no pace of its own to wait for."""
    threading.Event().wait(min(seconds, 0.001))


def as_yaml(document: Mapping[str, Any]) -> str:
    return str(yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False))


@dataclass
class World:
    """Everything a law speaks about: the cluster, its store, the wire, and the files."""

    emulator: Emulator
    oscar: Proxy
    s3: Proxy
    folder: Path
    environ: dict[str, str]
    settings: dict[str, Any] = field(default_factory=dict)
    entry: dict[str, Any] = field(default_factory=dict)

    # the cluster by hand: never with the client under test

    @property
    def api(self) -> Api:
        return Api(self.emulator)

    @cached_property
    def store(self) -> Minio:
        """Return a client with the root keys, past the witness."""
        keys = (self.emulator.access_key, self.emulator.secret_key)
        return Minio(self.emulator.s3_url.removeprefix("http://"), *keys, secure=False)

    def objects(self) -> Objects:
        """Return bucket and key of every object with its ETag; empty buckets have the key "".

        They are read where they lie: a listing of each bucket over HTTP, after each run of each
        example, cost the laws a fifth of their time.
        """
        held = self.emulator._store
        found: Objects = {}
        with held.lock:
            for name, bucket in held.moto.buckets.items():
                found[name, ""] = ""
                found.update({(name, key): one.etag for key, one in bucket.keys.items()})
        return found

    def buckets(self) -> set[str]:
        return set(self.emulator._store.buckets())

    def put(self, bucket: str, key: str, content: bytes) -> None:
        """Upload by the front door, so that notifications fire."""
        self.store.put_object(bucket, key, io.BytesIO(content), len(content))

    def hooks(self, bucket: str) -> set[tuple[str, str]]:
        """Return service and prefix of each notification that the store shows."""
        return {(rule.service, rule.prefix) for rule in self.emulator._store.hooks(bucket)}

    def unfinished(self) -> list[tuple[str, str]]:
        """Return bucket and key of each unfinished upload that holds any bytes.

        Without any, a run cannot tell whose it is.
        """
        held = self.emulator._store
        with held.lock:
            return sorted(
                (name, upload.key_name)
                for name, bucket in held.moto.buckets.items()
                for upload in bucket.multiparts.values()
                if upload.parts
            )

    def live(self, name: str) -> Any:
        got = self.api.get(f"{SERVICES}/{name}")
        return got.json if got.status == 200 else None

    def names(self) -> set[str]:
        """Return the names of all services, past faults and witnesses."""
        return {name for _, name in self.emulator._cluster.services}

    def jobs(self, name: str) -> int:
        return len(self.api.jobs(name))

    # the files

    def write(self, *services: Mapping[str, Any], cluster: str = "edge") -> None:
        """Write each service into a file of its own, and the settings; other files go."""
        self.clear()
        for service in services:
            self.write_one(service, cluster)
        self.write_settings()

    def clear(self) -> None:
        for path in self.folder.iterdir():
            if path.is_dir() and path.name != ".oscar-sync":
                shutil.rmtree(path)
            elif path.is_file():
                path.unlink()

    def write_one(self, service: Mapping[str, Any], cluster: str = "edge") -> None:
        document = {"functions": {"oscar": [{cluster: dict(service)}]}}
        path = self.folder / f"{service['name']}.yaml"
        path.write_text(as_yaml(document), encoding="utf-8")

    def write_settings(self, **more: Any) -> None:
        self.settings.update(more)
        entry = {
            "endpoint": self.oscar.url,
            "auth_user": self.emulator.user,
            "auth_password": "${PASSWORD}",
            "s3_endpoint": self.s3.url,
            "identity": "laws.example.org",
            **self.entry,
        }
        document = {"set": SET, "clusters": {"edge": entry}, **self.settings}
        document = {key: value for key, value in document.items() if value is not None}
        path = self.folder / "oscar-sync.yaml"
        path.write_text(as_yaml(document), encoding="utf-8")

    # the program

    def desire(self, **request: Any) -> Any:
        return desire(DesireRequest(paths=(str(self.folder),), **request), self.environ)

    @contextmanager
    def connections(self, timeout_s: float = PATIENCE_S) -> Iterator[Connections]:
        connections = Connections(self.environ, 4, timeout_s, sleep=no_sleep)
        try:
            yield connections
        finally:
            connections.close()

    def plan(self, options: PlanOptions | None = None, **request: Any) -> Pass:
        with self.connections() as connections:
            return plan_once(self.desire(**request), options or PlanOptions(), connections)

    def apply(
        self,
        options: PlanOptions | None = None,
        apply: ApplyOptions | None = None,
        timeout_s: float = PATIENCE_S,
        **request: Any,
    ) -> tuple[Pass, RunReport]:
        """Return the plan and what became of it."""
        desired = self.desire(**request)
        with self.connections(timeout_s) as connections:
            found = plan_once(desired, options or PlanOptions(), connections)
            return found, apply_once(found, apply or ApplyOptions(), connections)

    # between examples

    def reset(self) -> None:
        self.oscar.fault = self.s3.fault = no_fault
        self.oscar.landed = self.s3.landed = no_interest
        self.oscar.rewrite = self.s3.rewrite = as_it_is
        self.emulator.reset()
        self.emulator.forget_requests()
        self.forget()
        self.clear()
        shutil.rmtree(self.folder / ".oscar-sync", ignore_errors=True)
        self.settings, self.entry = {}, {}

    def forget(self) -> None:
        self.oscar.forget()
        self.s3.forget()


@contextmanager
def running_world(**options: Any) -> Iterator[World]:
    """Start an emulator, its witnesses and a folder; everything is gone afterwards."""
    with (
        tempfile.TemporaryDirectory() as base,
        Emulator(EmulatorOptions(admin=True, **options)) as emulator,
        Proxy(emulator._respond) as oscar,
        Proxy(emulator._respond_s3) as s3,
    ):
        folder, cache = Path(base, "files"), Path(base, "cache")
        folder.mkdir()
        cache.mkdir()
        environ = {
            "PASSWORD": emulator.password,
            "XDG_CACHE_HOME": str(cache),
            "HOME": str(cache),
            "OSCAR_SYNC_FINGERPRINT_KEY": "k" * 32,
        }
        yield World(emulator, oscar, s3, folder, environ)


def shown(found: Pass) -> str:
    return plan_text(found.draft.plan)


def told(report: RunReport) -> list[tuple[str, str, str]]:
    return [(item.action.id, item.status.value, item.message) for item in report.results]
