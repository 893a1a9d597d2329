"""The pods of the emulator: what runs when a service is invoked."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from oscar_sync.emulator.binding import Document
from oscar_sync.emulator.object_store import ObjectStore
from oscar_sync.emulator.state import Job
from oscar_sync.emulator.supervisor import Outcome, run_script

__all__ = ["Workload"]

_WORKERS = 4


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
        """Return what the service makes of an event."""
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
