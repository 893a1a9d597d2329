"""What a run found, as OpenMetrics text: gauges of the last run, labelled by set and cluster."""

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from oscar_sync.model.plan import Plan
from oscar_sync.model.report import RunReport, Status


class MetricsRun(Struct, frozen=True):
    """One run: ``ended_s`` since 1970; the plan is None where none could be made."""

    command: str
    ended_s: float
    seconds: float
    exit_code: int
    plan: Plan | None = None
    report: RunReport | None = None


Labels = Mapping[str, str]
Sample = tuple[Labels, float]

_HELP: Final = {
    "last_run_timestamp_seconds": "Time when the last run ended.",
    "last_run_duration_seconds": "Duration of the last run.",
    "last_run_exit_code": "Exit code of the last run (docs/exit-codes.md).",
    "services": "Services that the manifests want.",
    "cluster_up": "1 if the cluster could be read.",
    "live_services": "Services on the cluster.",
    "own_services": "Services that this set manages.",
    "drifted_services": "Services with drift.",
    "planned_actions": "Planned actions, by kind.",
    "blocked_actions": "Blocked steps, by code.",
    "applied_actions": "Actions of the last apply, by outcome.",
}


def metrics_text(run: MetricsRun) -> str:
    """Return the metrics of *run*, ended by ``# EOF``; names of services are not in them."""
    from prometheus_client import CollectorRegistry, Gauge
    from prometheus_client.openmetrics.exposition import generate_latest

    registry = CollectorRegistry()
    for name, samples in _families(run).items():
        if not samples:
            continue
        unit, labelled = "seconds" if name.endswith("_seconds") else "", list(samples[0][0])
        gauge = Gauge(f"oscar_sync_{name}", _HELP[name], labelled, unit=unit, registry=registry)
        for labels, value in samples:
            gauge.labels(**labels).set(value)
    # prometheus_client has no types for it.
    text: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
    return text.decode()


def _families(run: MetricsRun) -> dict[str, list[Sample]]:
    labels = {"command": run.command, "set": run.plan.set_name if run.plan else ""}
    families: dict[str, list[Sample]] = {
        "last_run_timestamp_seconds": [(labels, run.ended_s)],
        "last_run_duration_seconds": [(labels, run.seconds)],
        "last_run_exit_code": [(labels, run.exit_code)],
    }
    if run.plan:
        families |= _of_plan(run.plan, labels)
    if run.report:
        results = [result.status for result in run.report.results]
        families["applied_actions"] = [
            ({**labels, "status": status.value}, results.count(status)) for status in Status
        ]
    return families


def _of_plan(plan: Plan, labels: Labels) -> dict[str, list[Sample]]:
    actions = (*plan.actions, *(item.action for item in plan.blocked))
    drifted = {action.key for action in actions if action.is_drifted}
    at: dict[str, Labels] = {
        str(cluster.id): {**labels, "cluster": str(cluster.id)} for cluster in plan.clusters
    }
    read = [cluster for cluster in plan.clusters if not cluster.problem]
    blocked = [item.action.key.cluster for item in plan.blocked]
    kinds = sorted({action.kind for action in plan.actions})
    return {
        "services": [(labels, plan.source.services)],
        "cluster_up": [(at[item.id], 0 if item.problem else 1) for item in plan.clusters],
        "live_services": [(at[item.id], item.live) for item in read],
        "own_services": [(at[item.id], item.ours) for item in read],
        "drifted_services": _counted(at, (key.cluster for key in drifted)),
        "planned_actions": [
            ({**shown, "kind": kind.value}, count)
            for kind in kinds
            for shown, count in _counted(
                at, (action.key.cluster for action in plan.actions if action.kind is kind)
            )
        ],
        "blocked_actions": _counted(at, blocked),
    }


def _counted(at: Mapping[str, Labels], clusters: Iterable[str]) -> list[Sample]:
    names = list(clusters)
    return [(labels, names.count(name)) for name, labels in at.items()]
