"""The exit code, derived from what was found and what became of it (product 7)."""

from collections.abc import Iterable

from oscar_sync.model.exits import Exit
from oscar_sync.model.field_change import Cause
from oscar_sync.model.finding import Examination
from oscar_sync.model.plan import Plan
from oscar_sync.model.report import RunReport, Status

_ORDER = (
    Exit.USAGE,
    Exit.INTERRUPTED,
    Exit.TERMINATED,
    Exit.UNEXPECTED,
    Exit.PARTIAL,
    Exit.NOT_VERIFIED,
    Exit.BLOCKED,
    Exit.STALE,
    Exit.UNREACHABLE,
    Exit.LOCKED,
    Exit.NO_TERMINAL,
    Exit.INVALID,
    Exit.CHANGES,
)


def worst(codes: Iterable[Exit]) -> Exit:
    given = set(codes)
    return next((code for code in _ORDER if code in given), Exit.OK)


def plan_exit(plan: Plan, *, detailed: bool) -> Exit:
    codes = set()
    if any(cluster.problem for cluster in plan.clusters):
        codes.add(Exit.UNREACHABLE)
    if detailed and plan.blocked:
        codes.add(Exit.BLOCKED)
    if detailed and plan.actions:
        codes.add(Exit.CHANGES)
    return worst(codes)


def drift_exit(plan: Plan) -> Exit:
    """Return the exit code of ``drift``: 2 for drift, not for edits of the manifests."""
    codes = set()
    if any(cluster.problem for cluster in plan.clusters):
        codes.add(Exit.UNREACHABLE)
    if has_drift(plan):
        codes.add(Exit.CHANGES)
    return worst(codes)


def examination_exit(examinations: Iterable[Examination], *, detailed: bool) -> Exit:
    """Return the exit code of ``doctor``: findings count only where it is asked for in detail."""
    codes = set()
    for one in examinations:
        if not one.is_read:
            codes.add(Exit.UNREACHABLE)
        if detailed and one.findings:
            codes.add(Exit.CHANGES)
    return worst(codes)


def has_drift(plan: Plan) -> bool:
    whole = (*plan.actions, *(item.action for item in plan.blocked))
    return any(
        action.kind.is_drift or any(change.cause is not Cause.MANIFEST for change in action.changes)
        for action in whole
    )


_CODES = {
    Status.FAILED: Exit.PARTIAL,
    Status.SKIPPED: Exit.PARTIAL,
    Status.STALE: Exit.STALE,
    Status.NOT_VERIFIED: Exit.NOT_VERIFIED,
    Status.INTERRUPTED: Exit.INTERRUPTED,
}


def apply_exit(report: RunReport) -> Exit:
    codes = {_CODES[item.status] for item in report.results if item.status in _CODES}
    is_nothing_done = not any(item.status is Status.DONE for item in report.results)
    failed = [item for item in report.results if item.status in (Status.FAILED, Status.SKIPPED)]
    if failed and is_nothing_done and all(item.code == "unreachable" for item in failed):
        codes.discard(Exit.PARTIAL)
        codes.add(Exit.UNREACHABLE)
    if report.is_terminated:
        codes.discard(Exit.INTERRUPTED)
        codes.add(Exit.TERMINATED)
    elif report.is_interrupted:
        codes.add(Exit.INTERRUPTED)
    if report.blocked:
        codes.add(Exit.BLOCKED)
    if any(cluster.problem for cluster in report.plan.clusters):
        codes.add(Exit.UNREACHABLE)
    return worst(codes)
