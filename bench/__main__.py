"""``python -m bench``: measure the rows, print them, hold the budgets."""

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bench import published, report
from bench.measuring import BrokenRunError, Result
from bench.rows import ROWS, Row
from bench.setting import RESULTS, Setting

_ROUNDS, _SMOKE_ROUNDS = 5, 3


def main() -> int:
    """Return 0 where every budget is held, 1 where one is missed."""
    options = _options()
    chosen = [
        row
        for row in ROWS
        if (row.number in options.row if options.row else row.in_smoke or not options.smoke)
    ]
    if not chosen:
        raise SystemExit(f"there is no such row; rows: {[row.number for row in ROWS]}")
    rounds = options.rounds or (_SMOKE_ROUNDS if options.smoke else _ROUNDS)
    seen = report.versions()
    print(", ".join(f"{name} {number}" for name, number in seen.items()))
    print("Ratios are judged; milliseconds are printed. Loopback, no TLS, server on these cores.\n")
    start = time.monotonic()
    found = []
    with tempfile.TemporaryDirectory(prefix="oscar-sync-bench-") as folder:
        setting = Setting(Path(folder), rounds, options.smoke)
        for row in chosen:
            result = _measured(row, setting)
            found.append((row, result))
            print(report.row_text(row, result), flush=True)
    report.write(found, seen, RESULTS)
    _compare(found, seen)
    if options.publish:
        _publish(found, seen)
    missed = report.misses(found)
    print(f"\n{len(found)} rows in {time.monotonic() - start:.0f} s; see {RESULTS}")
    for sentence in missed:
        print(f"budget missed: {sentence}")
    return 1 if missed else 0


def _measured(row: Row, setting: Setting) -> Result:
    """Return what *row* found; one that breaks is a fault, and the others go on."""
    try:
        return row.measure(setting)
    except BrokenRunError as error:
        return Result({}, [], faults=[f"it broke: {error}"])


def _compare(found: report.Found, seen: Mapping[str, str]) -> None:
    """Print how the ratios moved since the last run on this machine, else since the published."""
    last = RESULTS / "last.json"
    before = published.figures_in(last if last.exists() else published.FILE)
    moved = published.changes(before, published.with_run({}, found, seen))
    if moved:
        which = "the last run here" if last.exists() else "what is published"
        print("\n".join(["", f"Against {which}:", *moved]))
    published.keep(last, published.with_run(before, found, seen))


def _publish(found: report.Found, seen: Mapping[str, str]) -> None:
    figures = published.with_run(published.figures_in(published.FILE), found, seen)
    published.keep(published.FILE, figures)
    published.PAGE.write_text(published.page_with(published.PAGE.read_text(), figures))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=main.__doc__)
    parser.add_argument("--smoke", action="store_true", help="the quick rows, in three rounds")
    parser.add_argument("--row", type=int, action="append", help="only this row (repeatable)")
    parser.add_argument("--rounds", type=int, help="rounds of each row")
    parser.add_argument("--publish", action="store_true",
                        help="keep the figures in docs/benchmarks.md too")  # fmt: skip
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
