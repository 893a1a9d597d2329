"""The one sender: every write of every action goes out here, and nowhere else."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct, field

from oscar_sync.errors import ClusterError, StoreError, UnreachableError
from oscar_sync.execution.ports import ClusterPorts, Files, Parts, StatusAndText, Store
from oscar_sync.model.action import Action
from oscar_sync.model.event import Event, Happening
from oscar_sync.model.field import Value
from oscar_sync.model.report import StepSent
from oscar_sync.model.state import Upload
from oscar_sync.model.step import Do, Step
from oscar_sync.semantics.answers import Meaning, Outcome, may_still_run, meaning_of
from oscar_sync.semantics.restarts import write_timeout_s

EVENT_BYTES = 1 << 20
"""An upload says how far it is after so many bytes."""

Target = TypeVar("Target", bound=Files)


class StopError(Exception):
    """The user wants to end: no further write goes out."""


class ReachError(Exception):
    """The store is needed and cannot be reached, or refuses."""


class Reply(Struct, frozen=True):
    """What came back of a write. ``text`` is the server's own, cut, and never a body of secrets.

    ``may_still_run``: no answer came, or a gateway's, so that the server may be at work yet.
    """

    meaning: Meaning
    status: int = 0
    text: str = ""
    may_still_run: bool = False

    @property
    def is_lost(self) -> bool:
        return self.status == 0

    @property
    def sentence(self) -> str:
        said = ": ".join(filter(None, (self.came, self.text)))
        return "; ".join(filter(None, (said, self.meaning.remedy)))

    @property
    def came(self) -> str:
        return "no answer came" if self.is_lost else f"the server answered {self.status}"


_METHODS = {
    Do.POST: "POST",
    Do.PUT: "PUT",
    Do.DELETE: "DELETE",
    Do.ERASE: "DELETE",
    Do.RESTART: "RESTART",
    Do.CREATE_BUCKET: "BUCKET",
    Do.SET_ACCESS: "BUCKET",
    Do.CREATE_VOLUME: "VOLUME",
    Do.DELETE_VOLUME: "VOLUME",
}


class Sent:
    """How much of one file is at the store; any number of threads say so."""

    def __init__(self, whole_bytes: int) -> None:
        self.size_bytes = 0
        self._whole_bytes = whole_bytes
        self._said_bytes = 0
        self._lock = threading.Lock()

    @property
    def is_whole(self) -> bool:
        return self.size_bytes >= self._whole_bytes

    def add(self, count: int) -> bool:
        """Add *count* bytes; tell whether that is worth an event: the last ones have their own."""
        with self._lock:
            self.size_bytes += count
            if self.is_whole or self.size_bytes - self._said_bytes < EVENT_BYTES:
                return False
            self._said_bytes = self.size_bytes
            return True


class Sender(Struct):
    action: Action
    ports: ClusterPorts
    parts: Parts
    sent: list[StepSent] = field(default_factory=list)

    def at(self, ports: ClusterPorts) -> "Sender":
        """Return a sender of the same action to another cluster; what is sent is counted here."""
        return Sender(self.action, ports, self.parts, self.sent)

    def post(self, step: Step, body: dict[str, Value], least_s: float | None = None) -> Reply:
        timeout_s = _timeout_s(step, least_s)
        return self._service(step, lambda: self.ports.api.post_service(body, timeout_s))

    def put(self, step: Step, body: dict[str, Value], least_s: float | None = None) -> Reply:
        timeout_s = _timeout_s(step, least_s)
        return self._service(step, lambda: self.ports.api.put_service(body, timeout_s))

    def delete(self, step: Step) -> Reply:
        name = step.target.rpartition("/")[2]
        return self._service(step, lambda: self.ports.api.delete_service(name))

    def erase(self, step: Step) -> Reply:
        return self._service(step, lambda: self.ports.api.delete_bucket(step.target))

    def create_bucket(self, step: Step, visibility: str, users: Sequence[str]) -> Reply:
        api = self.ports.api
        return self._service(step, lambda: api.create_bucket(step.target, visibility, users))

    def set_access(self, step: Step, visibility: str, users: Sequence[str]) -> Reply:
        api = self.ports.api
        return self._service(step, lambda: api.set_access(step.target, visibility, users))

    def create_volume(self, step: Step, size: str) -> Reply:
        return self._service(step, lambda: self.ports.api.create_volume(step.target, size))

    def delete_volume(self, step: Step) -> Reply:
        return self._service(step, lambda: self.ports.api.delete_volume(step.target))

    def restart(self, step: Step) -> Reply:
        """Send the restart of *step*, also if the user wants to end: no later plan shows it."""
        self._tell(Happening.STEP_START, step, 0, "")
        return self._answered(step, lambda: self.ports.api.restart_service(step.target))

    def on_store(self, step: Step, write: Callable[[Store], object]) -> None:
        """Raises ReachError: the store cannot be reached, or refuses."""
        self.on_files(step, self.ports.store, write)

    def on_files(self, step: Step, files: Target | None, write: Callable[[Target], object]) -> None:
        """Make one *write* on *files*; None is the cluster's store that cannot be reached.

        Raises:
            ReachError: the store cannot be reached, or refuses.
        """
        self._begin(step)
        if files is None:
            self._failed(step, 0, self.ports.store_problem)
            raise ReachError(self.ports.store_problem)
        try:
            write(files)
        except StoreError as error:
            self.sent.append(StepSent(step.do, step.target))
            self._failed(step, 0, str(error))
            raise ReachError(str(error)) from error
        self.sent.append(StepSent(step.do, step.target, 200))
        self._tell(Happening.STEP_DONE, step, 200, "")

    def upload(self, step: Step, files: Files | None, item: Upload) -> None:
        """Send one file to *files*, and tell how far it is.

        Raises:
            ReachError: the store cannot be reached, or refuses.
            StopError: the user wants to end; a big upload can be taken up again.
        """
        sent = Sent(item.size_bytes)

        def on_bytes(count: int) -> None:
            if sent.add(count):
                self._tell(Happening.STEP_PROGRESS, step, 0, "", sent.size_bytes)
            if self.parts.is_stopping() and files and files.resumes and not sent.is_whole:
                raise StopError

        self.on_files(step, files, lambda store: store.upload(item, on_bytes))

    def on_many(
        self, steps: Mapping[str, Step], write: Callable[[Sequence[str]], Mapping[str, str]]
    ) -> None:
        """Make one *write* for all the names of *steps*: it returns which failed, and why.

        Each step is counted and reported, as if it had gone out alone.

        Raises:
            ReachError: the store cannot be reached, or refuses one of them.
        """
        for step in steps.values():
            self._begin(step)
        try:
            failed = write([*steps])
        except StoreError as error:
            failed = dict.fromkeys(steps, str(error))
        for name, step in steps.items():
            status = 0 if name in failed else 200
            self.sent.append(StepSent(step.do, step.target, status))
            if name in failed:
                self._failed(step, 0, failed[name])
            else:
                self._tell(Happening.STEP_DONE, step, 200, "")
        if failed:
            name, words = next(iter(failed.items()))
            raise ReachError(f"{name}: {words}")

    def _service(self, step: Step, write: Callable[[], StatusAndText]) -> Reply:
        self._begin(step)
        return self._answered(step, write)

    def _answered(self, step: Step, write: Callable[[], StatusAndText]) -> Reply:
        try:
            answer = write()
        except UnreachableError as error:
            self.sent.append(StepSent(step.do, step.target))
            self._failed(step, 0, str(error))
            return Reply(Meaning(Outcome.UNKNOWN, "lost-answer"), 0, str(error), error.was_sent)
        except ClusterError as error:
            self.sent.append(StepSent(step.do, step.target))
            self._failed(step, 0, str(error))
            return Reply(Meaning(Outcome.UNKNOWN, "bad-answer"), 0, str(error))
        self.sent.append(StepSent(step.do, step.target, answer.status))
        meaning = meaning_of(
            _METHODS[step.do],
            answer.status,
            answer.text,
            service=self.action.key.name,
            namespace=self.ports.namespace,
        )
        text = answer.shown
        is_done = meaning.outcome is Outcome.APPLIED
        happening = Happening.STEP_DONE if is_done else Happening.STEP_FAILED
        self._tell(happening, step, answer.status, text)
        return Reply(meaning, answer.status, text, may_still_run(answer.status))

    def _begin(self, step: Step) -> None:
        if self.parts.is_stopping():
            raise StopError
        self._tell(Happening.STEP_START, step, 0, "")

    def _failed(self, step: Step, status: int, message: str) -> None:
        self._tell(Happening.STEP_FAILED, step, status, message)

    def _tell(
        self, happening: Happening, step: Step, status: int, message: str, sent_bytes: int = 0
    ) -> None:
        self.parts.on_event(Event(happening, self.action, step, status, message, sent_bytes))


def _timeout_s(step: Step, least_s: float | None) -> float | None:
    known_s = (write_timeout_s(step.restarts), least_s)
    return max((seconds for seconds in known_s if seconds is not None), default=None)
