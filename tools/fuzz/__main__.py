"""Feed mutated input to every reader, and say how many there were and what went wrong."""

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

from tools.fuzz.feeding import MOST_FAILURES, Found, Share, fed
from tools.fuzz.targets import TARGETS


def main() -> int:
    """Return 0 if nothing went wrong."""
    options = _options()
    jobs = options.jobs
    print(f"{options.count:,} inputs, {jobs} processes, seed {options.seed}")
    begin = time.monotonic()
    Path(options.keep).mkdir(parents=True, exist_ok=True)
    shares = [
        Share(
            target, options.seed, start, jobs, options.count // len(options.targets), options.keep
        )
        for target in options.targets
        for start in range(jobs)
    ]
    # A fork would count the memory of this process as its own.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, spawn, max_tasks_per_child=1) as pool:
        begun = [(share, pool.submit(fed, share)) for share in shares]
        found = [_result(share, future) for share, future in begun]
    seconds = time.monotonic() - begin
    for target in options.targets:
        _tell(target, [one for one in found if one.target == target])
    inputs = sum(one.inputs for one in found)
    failures = [failure for one in found for failure in one.failures]
    print(f"{inputs:,} inputs in {seconds:.0f} s, {inputs / seconds:,.0f} a second; ", end="")
    print(f"{len(failures)} failures" + (f", kept in {options.keep}" if failures else ""))
    for failure in failures[:MOST_FAILURES]:
        print(f"\n{failure}", file=sys.stderr)
    return 1 if failures else 0


def _result(share: Share, future: Future[Found]) -> Found:
    """Return what came of *share*; one that ended early is a failure, and the others count."""
    try:
        return future.result()
    except Exception as error:  # noqa: BLE001 - whatever ended it
        words = f"{share.target}: the process for inputs {share.start}, {share.start + share.step} "
        return Found(share.target, 0, 0, 0.0, 0, (f"{words}… ended early: {error!r}",))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000, help="inputs of all targets")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--seed", default="1", help="another one gives other inputs")
    parser.add_argument("--keep", default=f"{tempfile.gettempdir()}/oscar-sync-fuzz",
                        help="the folder for inputs that failed")  # fmt: skip
    parser.add_argument("targets", nargs="*", default=list(TARGETS), help=", ".join(TARGETS))
    return parser.parse_args()


def _tell(target: str, found: list[Found]) -> None:
    inputs = sum(one.inputs for one in found)
    refused = sum(one.refused for one in found)
    slowest_s = max(one.slowest_s for one in found)
    memory = max(one.memory_bytes for one in found) >> 20
    print(f"{target:<8} {inputs:>9,} inputs, {refused:,} refused in words; "
          f"slowest {slowest_s * 1000:.0f} ms, {memory} MB")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
