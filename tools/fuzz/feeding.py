"""Feeding a share of the inputs: what each may take, and what is kept of a failure."""

import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from types import FrameType
from typing import Final, NamedTuple

from oscar_sync.errors import OscarSyncError
from tools.fuzz.mutating import mutated
from tools.fuzz.targets import TARGETS, Target

LONGEST_S: Final = 2.0
"""Of work, by the clock of the processor: the machine may be busy with other things."""

BLOCKED_S: Final = 120.0
"""By the clock on the wall: an input that waits for ever does no work."""

LARGEST_BYTES: Final = 256 << 20
MOST_FAILURES: Final = 20


class Hang(BaseException):
    """An input took longer than it may."""


class Share(NamedTuple):
    """What one process does: inputs number ``start``, ``start + step``, … below ``total``."""

    target: str
    seed: str
    start: int
    step: int
    total: int
    keep: str


class Found(NamedTuple):
    """What came of a share."""

    target: str
    inputs: int
    refused: int
    slowest_s: float
    memory_bytes: int
    failures: tuple[str, ...]


def fed(share: Share) -> Found:
    """Return what came of feeding a share of the inputs to its target."""
    listen()
    failures: list[str] = []
    refused, slowest_s = 0, 0.0
    numbers = range(share.start, share.total, share.step)
    with tempfile.TemporaryDirectory(prefix="oscar-sync-fuzz-") as folder:
        target: Target = TARGETS[share.target](Path(folder).resolve())
        for number in numbers:
            content = input_of(target, share.seed, share.target, number)
            begin = time.process_time()
            failure, is_refused = outcome(target, content, number)
            slowest_s = max(slowest_s, time.process_time() - begin)
            refused += is_refused
            if failure and len(failures) < MOST_FAILURES:
                failures.append(_kept(share, number, content, failure))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    memory *= 1 if sys.platform == "darwin" else 1024
    if memory > LARGEST_BYTES:
        failures.append(f"{share.target}: {memory >> 20} MB of memory")
    return Found(share.target, len(numbers), refused, slowest_s, memory, tuple(failures))


def input_of(target: Target, seed: str, name: str, number: int) -> bytes:
    """Return the input of that *number*: the same one each time."""
    dice = random.Random(f"{seed} {name} {number}")  # noqa: S311 - repeatable, guards nothing
    return mutated(dice.choice(target.seeds), target.seeds, dice)


def listen() -> None:
    """Let the alarm ring in this process."""
    signal.signal(signal.SIGALRM, _ALARM.ring)
    signal.signal(signal.SIGPROF, _ALARM.ring)


def outcome(target: Target, content: bytes, number: int) -> tuple[str, bool]:
    """Return what went wrong, blank for nothing, and whether the input was refused in words."""
    try:
        with _ALARM:
            target.feed(content, number)
    except OscarSyncError:
        return "", True
    except Hang:
        _ALARM.end()
        return f"longer than {LONGEST_S:g} s\n{traceback.format_exc(limit=-4)}", False
    except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
        return traceback.format_exc(limit=-6), False
    return "", False


class _Alarm:
    """Raises ``Hang`` within its ``with`` block alone, however late the signal is delivered.

    It rings again as long as the block goes on: what is raised in a callback of the garbage
    collector is lost.
    """

    def __init__(self) -> None:
        """Watch nothing yet."""
        self.is_watching = False

    def __enter__(self) -> None:
        """Begin to watch."""
        self.is_watching = True
        signal.setitimer(signal.ITIMER_PROF, LONGEST_S, LONGEST_S)
        signal.setitimer(signal.ITIMER_REAL, BLOCKED_S, BLOCKED_S)

    def __exit__(self, *_: object) -> None:
        """End it. A signal that comes right here is a hang like any other: it is raised within."""
        self.end()

    def end(self) -> None:
        """Watch no more."""
        self.is_watching = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)

    def ring(self, number: int, frame: FrameType | None) -> None:
        """Raise ``Hang``.

        Raises:
            Hang: while it is watched.
        """
        del number, frame
        if self.is_watching:
            raise Hang


_ALARM: Final = _Alarm()


def _kept(share: Share, number: int, content: bytes, failure: str) -> str:
    file = Path(share.keep) / f"{share.target}-{share.seed}-{number}"
    file.write_bytes(content)
    return f"{file}: {failure}"
