"""What the board shows: put in by the watch, read by the server, each in a thread of its own."""

import threading
import time
from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.board.steps import steps_after
from oscar_sync.model.event import Event, Happening
from oscar_sync.model.report import Status
from oscar_sync.model.run import PastRun
from oscar_sync.model.survey import Survey
from oscar_sync.render.html.board_picture import BoardPicture
from oscar_sync.render.metrics import MetricsRun
from oscar_sync.render.subject import Subject
from oscar_sync.semantics.answers import SETTLED
from oscar_sync.workspace.history import KEPT

_SLOWEST_TURN_S: Final = 900.0
_UNDONE: Final = frozenset({Status.FAILED, Status.NOT_VERIFIED, Status.STALE})
_READING_S: Final = 30.0
"""Whoever asked for something so long ago still reads."""


def _nothing(*_told: object) -> None:
    """Do nothing."""


class Controls(Struct, frozen=True):
    """What readers with the token may ask of the loop; called from the server's threads.

    ``pause`` takes the reason; it and ``resume`` raise OSError where that cannot be kept.
    """

    sync: Callable[[], None] = _nothing
    pause: Callable[[str], None] = _nothing
    resume: Callable[[], None] = _nothing


class Board:
    """The picture of now, and whom to tell when it changes.

    ``interval_s`` is the time between passes. The board is healthy while one succeeds within three
    times that and what the last good one took.
    """

    def __init__(
        self,
        interval_s: float,
        now: Callable[[], float] = time.monotonic,
        *,
        is_applying: bool = False,
        can_sync: bool = False,
    ) -> None:
        self.interval_s = interval_s
        self.controls = Controls()
        self._now = now
        self._lock = threading.Lock()
        self._stepping = threading.Lock()
        # Above that of a board that ran before on the same address: pages are still open.
        number = time.time_ns() // 1_000_000
        self._picture = BoardPicture(number, is_applying=is_applying, can_sync=can_sync)
        self._listeners: list[Callable[[], None]] = []
        self._good_at = self._turned_at = self._began_at = now()
        self._took_s, self._is_good = 0.0, True
        self._seen_at = float("-inf")
        self._is_looked_at = True
        self.look_wanted = threading.Event()
        self.run: MetricsRun | None = None

    # -- for the server

    @property
    def picture(self) -> BoardPicture:
        return self._picture

    @property
    def is_healthy(self) -> bool:
        """Tell whether passes succeed, or nothing has failed since and the loop is not late."""
        return self._now() - self._good_at <= 3 * (self.interval_s + self._took_s)

    @property
    def is_alive(self) -> bool:
        """Tell whether the loop has done something lately, whatever it found."""
        # After failures it waits for up to a quarter of an hour, and one step may take as long.
        return self._now() - self._turned_at <= 3 * max(self.interval_s, _SLOWEST_TURN_S)

    @property
    def is_ready(self) -> bool:
        return self._picture.subject is not None

    def seen(self) -> None:
        """Note that somebody reads: the clusters are looked at for readers only."""
        self._seen_at = self._now()
        if not self._is_looked_at:
            self._is_looked_at = True
            self.look_wanted.set()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call *listener*, from any thread, at each change, until what is returned is called."""
        with self._lock:
            self._listeners.append(listener)

        def stop() -> None:
            with self._lock:
                self._listeners.remove(listener)

        return stop

    # -- for the watch

    def planning(self) -> None:
        self._began_at = self._turned_at = self._now()
        self._put(phase="planning", steps={})

    def waiting(self, next_at: str) -> None:
        self._turned_at = self._now()
        self._put(phase="waiting", steps={}, next_at=next_at)

    def step(self, event: Event) -> None:
        if self._is_good and event.happening is not Happening.STEP_FAILED:
            self._good_at = self._now()  # an apply may take longer than three passes
        self._turned_at = self._now()
        with self._stepping:  # actions of one apply run side by side
            steps = steps_after(event, self._picture.steps)
            if ("applying", steps) != (self._picture.phase, self._picture.steps):
                self._put(phase="applying", steps=steps)

    def planned(self, subject: Subject) -> None:
        due = {action.key for action in subject.plan.actions}
        failures = {key: why for key, why in self._picture.failures.items() if key in due}
        is_same = _content_of(self._picture.subject) == _content_of(subject)
        self._put(subject=subject, failures=failures, is_content=not is_same)
        self._is_looked_at = False
        if self._now() - self._seen_at < _READING_S:
            self.seen()

    def ended(self, run: MetricsRun, *, is_good: bool) -> None:
        """Note that a pass is over; *is_good*: all was read, and nothing that was sent failed."""
        self.run, self._is_good = run, is_good
        if is_good:
            self._good_at = self._now()
            self._took_s = self._good_at - self._began_at
        if run.report is not None:
            failures = {
                one.action.key: f"{one.status}: {one.message}"
                for one in run.report.results
                if one.status in _UNDONE
            }
            self._put(failures=failures, is_content=failures != self._picture.failures)

    def failed(self, problem: str) -> None:
        if problem != self._picture.problem:
            self._put(problem=problem, is_content=True)

    def surveyed(self, survey: Survey) -> None:
        before = self._picture.survey
        if before is not None and before.is_whole and not survey.is_whole:
            return  # what was known of all services stays until all are known again
        is_same = before is not None and before == replace(
            survey, at=before.at, planned_at=before.planned_at, took_s=before.took_s
        )
        self._put(survey=survey, is_content=not is_same)
        # What is not ready may be soon: whoever still reads makes the board look again.
        services = (service for one in survey.clusters for service in one.services)
        if any(service.form is not None and service.state not in SETTLED for service in services):
            self._is_looked_at = False

    def recall(self, runs: tuple[PastRun, ...]) -> None:
        self._put(runs=runs, is_content=True)

    def ran(self, run: PastRun) -> None:
        self._put(runs=(*self._picture.runs, run)[-KEPT:], is_content=True)

    def held(self, words: str, *, is_paused: bool = False) -> None:
        """Note why nothing is applied, blank for no reason; *is_paused*: until it is resumed."""
        if (words, is_paused) != (self._picture.held, self._picture.is_paused):
            self._put(held=words, is_paused=is_paused, is_content=True)

    def _put(self, *, is_content: bool = False, **changes: Any) -> None:
        with self._lock:
            number = self._picture.number + is_content
            self._picture = replace(self._picture, number=number, **changes)
            listeners = list(self._listeners)
        for listener in listeners:
            listener()


def _content_of(subject: Subject | None) -> object:
    """Return what pages show of a plan: not when it was made."""
    return subject and (subject.plan, subject.services, subject.commit())
