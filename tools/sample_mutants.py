"""Leave a sample of a session's mutants to be tried, the same one for the same seed.

All of them would take days: each is tried by some thousand tests. Runs with cosmic-ray's Python.
"""

import argparse
import random
import sys
from pathlib import Path

# cosmic_ray is installed beside the mutants alone, so that mypy does not find it.
from cosmic_ray.work_db import WorkDB, use_db  # type: ignore[import-not-found]
from cosmic_ray.work_item import WorkerOutcome, WorkResult  # type: ignore[import-not-found]


def main() -> int:
    """Skip what is not in the sample, and say how many there are."""
    options = _options()
    with use_db(options.session, WorkDB.Mode.open) as session:
        # By what is changed: the ids are new in each session.
        waiting = sorted(session.pending_work_items, key=lambda item: str(item.mutations))
        dice = random.Random(options.seed)  # noqa: S311 - repeatable, guards nothing
        chosen = dice.sample(waiting, min(options.count, len(waiting)))
        skipped = WorkResult(output="not in the sample", worker_outcome=WorkerOutcome.SKIPPED)
        for job in {item.job_id for item in waiting} - {item.job_id for item in chosen}:
            session.set_result(job, skipped)
    print(f"{len(chosen)} of {len(waiting)} mutants, seed {options.seed}")
    return 0 if chosen else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("session", type=Path)
    parser.add_argument("--count", type=int, required=True, help="mutants to try")
    parser.add_argument("--seed", default="1", help="another one tries others")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
