"""A SeaweedFS for tests and benchmarks: a store that is neither ours nor MinIO's."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

from oscar_sync.errors import StoreError
from oscar_sync.model.secret import Secret
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.store import ObjectStore

WEED_KEYS = "AKIDTEST", "SECRETTEST"
BUCKET = "bench"
_PATIENCE_S = 30


def free_ports(count: int) -> list[int]:
    """Return ports of this machine that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    for free in sockets:
        free.bind(("127.0.0.1", 0))
    ports = [free.getsockname()[1] for free in sockets]
    for free in sockets:
        free.close()
    return ports


class Weed:
    """A SeaweedFS with the bucket ``bench`` that keeps its folder and its ports."""

    def __init__(self, program: str | Path) -> None:
        """Start nothing yet; *program* is the path of ``weed``."""
        self.program = program
        self.folder = Path(tempfile.mkdtemp(prefix="weed-"))
        self.ports = dict(zip(("master", "volume", "filer", "s3"), free_ports(4), strict=True))
        self.grpc_ports = dict(zip(self.ports, free_ports(4), strict=True))
        self.url = f"http://127.0.0.1:{self.ports['s3']}"
        access_key, secret_key = map(Secret, WEED_KEYS)
        self.address = StoreAddress(self.url, access_key, secret_key)
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start it, and return when it answers.

        Raises:
            TimeoutError: it does not.
        """
        command = [
            *(str(self.program), f"-logdir={self.folder}", "mini", f"-dir={self.folder}"),
            *("-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false"),
            f"-filer.localSocket={self.folder}/f.sock",
            *(f"-{name}.port={port}" for name, port in self.ports.items()),
            *(f"-{name}.port.grpc={port}" for name, port in self.grpc_ports.items()),
            *("-s3.port.iceberg=0", "-s3.port.lance=0", "-webdav=false", "-admin.ui=false"),
            f"-bucket={BUCKET}",
        ]
        keys = dict(zip(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), WEED_KEYS, strict=True))
        # Its sockets bear the numbers of its ports, and outlive it.
        environ = {**os.environ, **keys, "TMPDIR": str(self.folder)}
        for socket_left in self.folder.glob("*.sock"):
            socket_left.unlink()
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
        self._wait(self.process)

    def stop(self) -> None:
        """Kill it; its folder stays until the end of the block."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        store = ObjectStore(self.address, {})
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if store.bucket_exists(BUCKET):
                    return
            except StoreError:
                pass
            time.sleep(0.05)
        raise TimeoutError("weed did not start")
