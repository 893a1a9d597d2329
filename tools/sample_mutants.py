"""Leave a sample of a session's mutants to be tried, the same one for the same seed.

All of them would take days: each is tried by some thousand tests. Runs with cosmic-ray's Python.
"""

import argparse
import random
import sys
from collections.abc import Iterable
from pathlib import Path

# cosmic_ray is installed beside the mutants alone, so that mypy does not find it.
from cosmic_ray.work_db import WorkDB, use_db  # type: ignore[import-not-found]
from cosmic_ray.work_item import MutationSpec, WorkerOutcome, WorkResult  # type: ignore[import-not-found]


def main() -> int:
    """Skip what is not in the sample, and say how many there are."""
    options = _options()
    with use_db(options.session, WorkDB.Mode.open) as session:
        # By what is changed: the ids are new in each session.
        waiting = sorted(session.pending_work_items, key=lambda item: str(item.mutations))
        asked = [item.job_id for item in waiting if _is_in(item.mutations, options.room)]
        dice = random.Random(options.seed)  # noqa: S311 - repeatable, guards nothing
        chosen = frozenset(dice.sample(asked, min(options.count, len(asked))))
        skipped = WorkResult(output="not in the sample", worker_outcome=WorkerOutcome.SKIPPED)
        for item in waiting:
            if item.job_id not in chosen:
                session.set_result(item.job_id, skipped)
    print(f"{len(chosen)} of {len(asked)} mutants, seed {options.seed}")
    return 0 if chosen else 1


def _is_in(mutations: Iterable[MutationSpec], room: str) -> bool:
    """Tell whether they change *room*: a folder or file below `oscar_sync`, blank for any."""
    return all(f"{one.module_path}".startswith(f"oscar_sync/{room}") for one in mutations)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("session", type=Path)
    parser.add_argument("--count", type=int, required=True, help="mutants to try")
    parser.add_argument("--seed", default="1", help="another one tries others")
    parser.add_argument("--room", default="", help="folder or file to change, all unless said")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
