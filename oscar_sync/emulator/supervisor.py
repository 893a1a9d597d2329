"""Running a service's script as the FaaS supervisor does (oscar-clients 5).

The script is run by `/bin/sh` in a temporary folder; its exit code does not count; what it leaves
in the output folder goes to the outputs in the cluster's own store.
"""

import base64
import binascii
import io
import json
import os
import subprocess
import tempfile
import threading
import uuid
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from oscar_sync.emulator.binding import Document
from oscar_sync.emulator.definitions import provider_of, split_path
from oscar_sync.emulator.events import parsed, record_of, stored_key, takes
from oscar_sync.emulator.object_store import ObjectStore
from oscar_sync.emulator.sigv4 import Refused
from oscar_sync.emulator.state import Job

__all__ = ["Outcome", "Workload", "run_script"]

_TIMEOUT_S = 300
_WORKERS = 4


@dataclass(frozen=True, slots=True)
class Outcome:
    output: str
    log: str


@dataclass(frozen=True, slots=True)
class _Run:
    definition: Document
    secrets: Mapping[str, str]
    body: str
    store: ObjectStore
    inputs: Path
    outputs: Path

    def environment(self, source: tuple[str, str] | None, file: Path | None) -> dict[str, str]:
        name = self.definition["name"]
        env = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            **self.definition["environment"]["variables"],
            **self.secrets,
            "OSCAR_SERVICE_NAME": name,
            "OSCAR_SERVICE_TOKEN": self.definition["token"],
            "OSCAR_SERVICE_BASE_PATH": "",
            "TMP_INPUT_DIR": str(self.inputs),
            "TMP_OUTPUT_DIR": str(self.outputs),
        }
        if source is not None:
            env["STORAGE_OBJECT_KEY"] = source[1]
            env["EVENT_TIME"] = str(record_of(self.body).get("eventTime", ""))
            env["EVENT"] = json.dumps(parsed(self.body), separators=(",", ":"))
        if file is not None:
            env["INPUT_FILE_PATH"] = str(file)
        return {key: value for key, value in env.items() if key and "\0" not in key + value}

    def stage(self, source: tuple[str, str] | None) -> Path | None:
        """Put the input file into its folder and return its path.

        Raises:
            binascii.Error: a body that is neither JSON nor base64.
        """
        if source is not None:
            if self.definition["file_stage_in"]:
                return None
            data = self.store.get(*source)
            if data is None:
                return None
            file = self.inputs / Path(source[1]).name
            if not file.name or source[1].endswith("/"):
                return None
            file.write_bytes(data)
            return file
        file = self.inputs / f"event-file-{uuid.uuid4()}"
        if parsed(self.body) is not None:
            file.write_text(self.body)
        else:
            file.write_bytes(base64.b64decode(self.body))
        return file

    def files(self) -> list[Path]:
        return sorted(path for path in self.outputs.rglob("*") if path.is_file())

    def upload(self, source: tuple[str, str] | None) -> None:
        for exchange in self.definition["output"]:
            if provider_of(exchange["storage_provider"]) != ("minio", "default"):
                continue
            bucket, folder = split_path(exchange["path"])
            if source and source[0] in self.definition["bucket_list"]:
                bucket = source[0]
            for file in self.files():
                name = str(file.relative_to(self.outputs)).strip()
                if takes(exchange, file.name):
                    self._put(bucket, f"{folder}/{name}" if folder else name, file)

    def _put(self, bucket: str, key: str, file: Path) -> None:
        try:
            self.store.put(bucket, key, file.read_bytes())
        except Refused:
            return


def _packed(files: list[Path], root: Path) -> str:
    if len(files) == 1:
        return base64.b64encode(files[0].read_bytes()).decode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        for file in files:
            bundle.write(file, str(file.relative_to(root)))
    return base64.b64encode(buffer.getvalue()).decode()


def _shell(script: Path, env: Mapping[str, str], folder: Path) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - running scripts is what it is for
            ["/bin/sh", str(script)],
            env=dict(env),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode(errors="ignore")
    return done.stdout.decode(errors="ignore")


def run_script(
    definition: Document,
    secrets: Mapping[str, str],
    body: str,
    store: ObjectStore,
) -> Outcome:
    """Run the script on an event and return its answer and its log."""
    with tempfile.TemporaryDirectory(prefix="oscar-emulator-") as place:
        root = Path(place)
        run = _Run(definition, secrets, body, store, root / "in", root / "out")
        for folder in (run.inputs, run.outputs):
            folder.mkdir()
        script = root / "script.sh"
        script.write_text(definition["script"])
        source = stored_key(body)
        try:
            file = run.stage(source)
        except (binascii.Error, ValueError) as error:
            return Outcome("", f"supervisor - ERROR - {error}\n")
        said = _shell(script, run.environment(source, file), root)
        run.upload(source)
        files = run.files()
        output = said if source is not None or not files else _packed(files, run.outputs)
        return Outcome(output, said)


@dataclass(slots=True)
class Workload:
    """Runs jobs on a few threads and invocations where they are asked for.

    Without `runs_scripts` the outcome is the input again.
    """

    store: ObjectStore
    lock: threading.RLock
    now: Callable[[], datetime]
    runs_scripts: bool
    _pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_WORKERS, thread_name_prefix="job"),
    )

    def outcome(self, definition: Document, secrets: dict[str, str], body: str) -> Outcome:
        if not self.runs_scripts:
            return Outcome(body, f"{body}\n")
        return run_script(definition, secrets, body, self.store)

    def submit(self, job: Job, definition: Document, secrets: dict[str, str]) -> None:
        """Run a job soon: Pending, Running, Succeeded (the exit code does not count)."""
        self._pool.submit(self._run, job, definition, secrets)

    def _run(self, job: Job, definition: Document, secrets: dict[str, str]) -> None:
        with self.lock:
            job.status, job.started = "Running", self.now()
        log, status = "", "Failed"
        try:
            log = self.outcome(definition, secrets, " ".join(job.event.split())).log
            status = "Succeeded"
        except OSError as error:
            log = f"supervisor - ERROR - {error}\n"
        finally:
            with self.lock:
                job.log, job.status, job.finished = log, status, self.now()

    def stop(self) -> None:
        """Wait for what runs and drop what waits."""
        self._pool.shutdown(wait=True, cancel_futures=True)
