"""Runs that are over, as a history keeps them: names, outcomes and whose commit, never a value."""

from typing import Final

from msgspec import Struct

from oscar_sync.model.action import Action
from oscar_sync.model.plan import Plan
from oscar_sync.model.report import RunReport

_NAMED: Final = 50
"""So many services of a run are named; the others are counted."""


class RunService(Struct, frozen=True):
    """One service, bucket or volume of a run: what was done to it, and what became of that."""

    cluster: str
    service: str
    kind: str
    status: str


class PastRun(Struct, frozen=True):
    """One run; ``at`` is when it ended, as ``2026-03-01T03:17:04Z``.

    ``who`` is the author of ``commit``, both blank without git. ``problem`` is why no plan could be
    made. ``left_out`` counts the services beyond those that are named.
    """

    at: str
    command: str
    exit_code: int
    set_name: str = ""
    digest: str = ""
    commit: str = ""
    who: str = ""
    subject: str = ""
    services: tuple[RunService, ...] = ()
    problem: str = ""
    left_out: int = 0


def run_of(
    command: str, at: str, exit_code: int, plan: Plan | None, report: RunReport | None
) -> PastRun:
    """Return the run that made *plan*, and came to *report* where it was carried out."""
    if plan is None:
        return PastRun(at, command, exit_code)
    results = report.results if report else ()
    what = [
        *(_service(item.action, item.status) for item in results),
        *(_service(action, "planned") for action in (() if report else plan.actions)),
        *(_service(item.action, f"blocked: {item.code}") for item in plan.blocked),
    ]
    return PastRun(
        at,
        command,
        exit_code,
        plan.set_name,
        plan.digest,
        commit=report.revision if report else "",
        services=tuple(what[:_NAMED]),
        left_out=max(0, len(what) - _NAMED),
    )


def _service(action: Action, status: str) -> RunService:
    return RunService(action.key.cluster, action.key.name, action.kind, status)
