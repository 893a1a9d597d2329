"""Measuring: processes with their CPU time and memory, contenders in turn, ratios in pairs."""

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_PER_MB = 1 << 20 if sys.platform == "darwin" else 1 << 10  # the unit of ru_maxrss differs


@dataclass(frozen=True, slots=True)
class Sample:
    """One run: seconds on the wall, CPU seconds, peak memory (0 where it was not measured)."""

    wall_s: float
    cpu_s: float
    peak_mb: float = 0.0


class BrokenRunError(Exception):
    """A measured program did not do what it should."""


def run(
    command: Sequence[object],
    environ: Mapping[str, str],
    *,
    cwd: Path | None = None,
    exits: Sequence[int] = (0,),
    says: str = "",
) -> Sample:
    """Return what one run of *command* cost. Its output is kept out of the way.

    Raises:
        BrokenRunError: its exit code is not one of *exits*, or it does not print *says*.
    """
    start = time.perf_counter()
    with subprocess.Popen(
        [str(word) for word in command],
        env=dict(environ),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    text = output.decode(errors="replace")
    if process.returncode not in exits or says not in text:
        words = " ".join(map(str, command))
        raise BrokenRunError(f"{words}\nexit {process.returncode}\n{text[-2000:]}")
    # A child begins with the peak of its parent: what is not above it was not measured.
    mine = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak = usage.ru_maxrss if usage.ru_maxrss > 1.05 * mine else 0
    return Sample(wall_s, usage.ru_utime + usage.ru_stime, peak / _PER_MB)


def cpu_s(pid: int) -> float:
    """Return the CPU seconds that a process has taken so far.

    Raises:
        BrokenRunError: there is no /proc to tell it.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError as error:
        raise BrokenRunError(f"CPU is not measured: {error}") from error
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


Contender = Callable[[], Sample]


def in_turn(contenders: Mapping[str, Contender], rounds: int) -> dict[str, list[Sample]]:
    """Return the samples of each contender, run A B A B; each ran once before, uncounted."""
    for contender in contenders.values():
        contender()
    found: dict[str, list[Sample]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, contender in contenders.items():
            found[name].append(contender())
    return found


@dataclass(frozen=True, slots=True)
class Ratio:
    """Ours divided by a yardstick's, round by round, against a budget."""

    against: str
    budget: float
    values: Sequence[float]

    @property
    def median(self) -> float:
        """Return the median of the paired ratios."""
        return statistics.median(self.values)

    @property
    def is_held(self) -> bool:
        """Tell whether the budget is held."""
        return self.median <= self.budget


def paired(
    against: str, budget: float, ours: Sequence[Sample], theirs: Sequence[Sample], scale: float = 1
) -> Ratio:
    """Return the ratio of ours to theirs, by wall; a yardstick that ran once meets every run.

    *scale* divides: how much more work ours did.
    """
    others = list(theirs) * len(ours) if len(theirs) == 1 else theirs
    pairs = zip(ours, others, strict=True)
    return Ratio(against, budget, [mine.wall_s / other.wall_s / scale for mine, other in pairs])


@dataclass(frozen=True, slots=True)
class Result:
    """What a row found: samples by contender, ratios, and what stands beside them."""

    samples: Mapping[str, Sequence[Sample]]
    ratios: Sequence[Ratio]
    notes: Sequence[str] = ()
    faults: Sequence[str] = field(default=())
    """What is wrong beside the ratios: a module that must not be imported, a GET too many."""
