"""Runs as a table, and in words that the board shares."""

from collections.abc import Iterator, Sequence
from typing import Final

from oscar_sync.model.exits import Exit
from oscar_sync.model.run import PastRun
from oscar_sync.render.table import Row, Table

_NAMES: Final = 4


def history_table(runs: Sequence[PastRun]) -> Table:
    """Return the runs, the newest first; what was done stands below each."""
    rows = tuple(
        Row(
            (
                day_and_time(run),
                run.command,
                outcome_of(run),
                short(run.commit) or "-",
                run.who or "-",
            ),
            tuple(what_of(run)),
        )
        for run in reversed(runs)
    )
    return Table(("WHEN (UTC)", "RUN", "OUTCOME", "COMMIT", "BY"), rows)


def day_and_time(run: PastRun) -> str:
    return run.at.replace("T", " ").removesuffix("Z")


def short(commit: str) -> str:
    """Return the first digits of a commit, and whether there were changes beside it."""
    name, plus, changes = commit.partition("+")
    return f"{name[:12]}{plus}{changes}"


def outcome_of(run: PastRun) -> str:
    """Return how *run* ended, in words: the name of its exit code."""
    if run.exit_code:
        known = run.exit_code in set(Exit)
        name = Exit(run.exit_code).name if known else f"exit {run.exit_code}"
        return name.lower().replace("_", " ")
    return "done" if any(one.status == "done" for one in run.services) else "planned"


def what_of(run: PastRun) -> Iterator[str]:
    """Yield what was done to which services, those alike together; and what was wrong."""
    if run.problem:
        yield run.problem
    alike: dict[tuple[str, str], list[str]] = {}
    for one in run.services:
        alike.setdefault((one.kind, one.status), []).append(f"{one.cluster}/{one.service}")
    for (kind, status), names in alike.items():
        more = f" and {len(names) - _NAMES:,} more" if len(names) > _NAMES else ""
        yield f"{kind} {status}: {', '.join(names[:_NAMES])}{more}"
    if run.left_out:
        yield f"and {run.left_out:,} more"
