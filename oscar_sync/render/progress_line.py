"""How far a run is, in one line: steps, bytes, rate and time left, each in its own column."""

from collections import deque
from typing import Final

from msgspec import Struct

from oscar_sync.model.amounts import plural
from oscar_sync.render.words import duration, safe, size

_BAR: Final = 24
_SHORT_BAR: Final = 10
_WIDE_COLUMNS: Final = 100
_RATE_SPAN_S: Final = 10.0
_ENOUGH_S: Final = 1.0
_CLOSE_S: Final = 0.1
_SIZE_COLUMN: Final = len("1000 GB")
_RATE_COLUMN: Final = len("1000 MB/s")
_LEFT_COLUMN: Final = len("100 min left")


class Moment(Struct, frozen=True):
    """How many bytes were sent at a time, in seconds."""

    at_s: float
    sent_bytes: int


class ProgressState(Struct, frozen=True):
    """How far a run is. ``bytes_per_s`` is 0 as long as it is not known."""

    steps: int
    all_steps: int
    sent_bytes: int = 0
    all_bytes: int = 0
    bytes_per_s: float = 0.0

    @property
    def seconds_left(self) -> float | None:
        if not self.bytes_per_s:
            return None
        return max(0, self.all_bytes - self.sent_bytes) / self.bytes_per_s


class Pace:
    """The rate of the last ten seconds, or of two moments where they lie further apart."""

    def __init__(self, began_s: float) -> None:
        self._moments = deque([Moment(began_s, 0)])

    def note(self, moment: Moment) -> None:
        """Take *moment* down; of those that are close together the last one counts."""
        moments = self._moments
        if len(moments) > 1 and moment.at_s - moments[-2].at_s < _CLOSE_S:
            moments.pop()
        moments.append(moment)
        while len(moments) > 2 and moment.at_s - moments[1].at_s >= _RATE_SPAN_S:
            moments.popleft()

    def bytes_per_s(self) -> float:
        first, last = self._moments[0], self._moments[-1]
        seconds = last.at_s - first.at_s
        return (last.sent_bytes - first.sent_bytes) / seconds if seconds >= _ENOUGH_S else 0.0


def bar(state: ProgressState, words: str, columns: int) -> str:
    """Return a bar with figures and *words* behind it, in at most *columns* columns."""
    # Bytes fill it where there are any, steps elsewhere.
    done, whole = state.steps, state.all_steps
    if state.all_bytes:
        done, whole = state.sent_bytes, state.all_bytes
    width = _BAR if columns >= _WIDE_COLUMNS else _SHORT_BAR
    filled = int(width * min(1.0, done / max(1, whole)))
    drawn = "#" * filled + "-" * (width - filled)
    count = f"{state.all_steps:,}"
    parts = [f"[{drawn}]", f"{state.steps:>{len(count)},}/{count}"]
    if state.all_bytes:
        sent = f"{size(state.sent_bytes):>{_SIZE_COLUMN}}"
        parts += [
            f"{sent} of {size(state.all_bytes)}",
            f"{_rate(state):>{_RATE_COLUMN}}",
            f"{_left(state):>{_LEFT_COLUMN}}",
        ]
    return safe("  ".join((*parts, words)))[:columns].rstrip()


def sentence(state: ProgressState) -> str:
    """Return the same for a log: ``1,204 of 2,000 files, 320 MB of 1.2 GB, 48 MB/s, 18 s left``."""
    files = f"{state.steps:,} of {plural(state.all_steps, 'file')}"
    sent = f"{size(state.sent_bytes)} of {size(state.all_bytes)}"
    return ", ".join(part for part in (files, sent, _rate(state), _left(state)) if part)


def _rate(state: ProgressState) -> str:
    return f"{size(round(state.bytes_per_s))}/s" if state.bytes_per_s else ""


def _left(state: ProgressState) -> str:
    seconds = state.seconds_left
    return "" if not seconds else f"{duration(seconds)} left"
