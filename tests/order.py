"""In which order workers collect the tests, and in which they run them."""

from collections.abc import Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import Any, Final

LONGEST: Final = (
    "tests/docs/test_commands.py",
    "tests/faults/test_every_request.py",
    "tests/faults/test_two_machines.py",
    "tests/house/test_ids.py",
    "tests/live/",
    "tests/property/",
    "tests/security/test_planted.py",
    "tests/watch/test_soak.py",
)
"""Files with tests that take many seconds each."""


def collected_from(folders: Sequence[Path], worker: int, workers: int) -> list[Path]:
    """Return *folders* from another one on for each worker.

    In a fresh clone each file is compiled by the worker that comes to it first, and read by others.
    """
    first = len(folders) * worker // workers
    return [*folders[first:], *folders[:first]]


def longest_first(items: Sequence[Any], workers: int) -> list[Any]:
    """Return *items* so that each worker's share begins with some of the longest files.

    `--dist worksteal` gives each an even share of the list, and to one that is done what stands
    last in another's. Where that takes long, the others have nothing left to do in the end.
    """
    long: list[list[Any]] = []
    short: list[Any] = []
    for _, group in groupby(items, lambda item: item.nodeid.partition("::")[0]):
        file = [*group]
        if file[0].nodeid.startswith(LONGEST):
            long.append(file)
        else:
            short += file
    rest = iter(short)
    found: list[Any] = []
    for worker in range(workers):
        size = (len(items) - len(found)) // (workers - worker)
        share = [item for file in long[worker::workers] for item in file]
        found += [*share, *islice(rest, max(0, size - len(share)))]
    return found
