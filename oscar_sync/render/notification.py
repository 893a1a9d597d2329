"""What a webhook receives: names, causes and codes, never a value of a field."""

from oscar_sync.model.action import Action
from oscar_sync.model.amounts import plural
from oscar_sync.model.exits import Exit
from oscar_sync.model.field import Json
from oscar_sync.model.plan import Plan
from oscar_sync.model.report import RunReport, Status
from oscar_sync.render.metrics import MetricsRun

_QUIET = frozenset({Exit.OK, Exit.NO_TERMINAL, Exit.USAGE, Exit.INTERRUPTED, Exit.TERMINATED})


def notification(run: MetricsRun, board: str = "") -> dict[str, Json] | None:
    """Return the document that reports *run*, None where there is nothing to report.

    *board* is the address of the board, blank without one; ``text`` is a sentence.
    """
    code = Exit(run.exit_code)
    drifted = _drifted(run)
    if code in _QUIET and not drifted:
        return None
    event = "drift" if code in (Exit.CHANGES, Exit.OK) else f"{run.command}-failed"
    return {
        "format_version": "1.0",
        "event": event,
        "command": run.command,
        "set": run.plan.set_name if run.plan else "",
        "exit_code": int(code),
        "reason": code.name.lower().replace("_", "-"),
        "text": _sentence(run, event, len(drifted)),
        "board": board,
        "digest": run.plan.digest if run.plan else "",
        "unreachable": _unreachable(run.plan),
        "drifted": [_moved(action) for action in drifted],
        "failed": _failed(run.report),
        "blocked": _blocked(run.plan) if run.report else [],
    }


def _drifted(run: MetricsRun) -> list[Action]:
    """Return what moved; a service that is missing counts for ``drift``, not for an edit."""
    if run.plan is None or run.command == "apply":
        return []
    counts = run.command == "drift"
    whole = run.plan.all_actions
    return [one for one in whole if one.is_drifted or (counts and one.kind.is_drift)]


def _moved(action: Action) -> Json:
    paths: list[Json] = [change.path for change in action.changes if change.cause.is_drift]
    return {
        "cluster": action.key.cluster,
        "service": action.key.name,
        "kind": action.kind.value,
        "paths": paths,
    }


def _failed(report: RunReport | None) -> list[Json]:
    results = report.results if report else ()
    return [
        {
            "cluster": result.action.key.cluster,
            "service": result.action.key.name,
            "kind": result.action.kind.value,
            "status": result.status.value,
            "code": result.code,
        }
        for result in results
        if result.status is not Status.DONE
    ]


def _blocked(plan: Plan | None) -> list[Json]:
    return [
        {
            "cluster": item.action.key.cluster,
            "service": item.action.key.name,
            "kind": item.action.kind.value,
            "code": item.code,
        }
        for item in (plan.blocked if plan else ())
    ]


def _unreachable(plan: Plan | None) -> list[Json]:
    return [cluster.id for cluster in (plan.clusters if plan else ()) if cluster.problem]


def _sentence(run: MetricsRun, event: str, drifted: int) -> str:
    name = f" of set {run.plan.set_name}" if run.plan and run.plan.set_name else ""
    if event == "drift":
        return f"oscar-sync: {plural(drifted, 'service')}{name} drifted"
    why = Exit(run.exit_code).name.lower().replace("_", " ")
    return f"oscar-sync {run.command}{name} ended with exit {run.exit_code}: {why}"
