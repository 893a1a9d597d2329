"""`/system/metrics`: what was invoked, by the emulator's own log (oscar-server 1.7).

Hours of processors are 0, and nobody is counted: their sources are not there. Names of metrics and
columns are upstream's (pkg/types/metrics.go at 6e8b658, pkg/handlers/metrics.go at 4569b77).
"""

import csv
import io
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from oscar_sync.emulator.callers import Caller
from oscar_sync.emulator.reading import is_shown
from oscar_sync.emulator.reply import Reply
from oscar_sync.emulator.state import Cluster

__all__ = ["breakdown", "of_service", "summary"]

_STAMP: Final = "%Y-%m-%dT%H:%M:%SZ"
_OF_SERVICE: Final = {
    "cpu-hours": "hours",
    "gpu-hours": "hours",
    "requests-sync-per-service": "",
    "requests-async-per-service": "",
    "requests-exposed-per-service": "",
    "users-per-service": "",
}
"""Metrics of one service with their units."""

_OF_CLUSTER: Final = frozenset(
    {"services-count", "requests-per-user", "countries-count", "countries-list"}
)
_COLUMNS: Final = {
    "service": (
        *("key", "membership", "requests_count_total", "requests_count_sync"),
        *("requests_count_async", "requests_count_exposed", "unique_users_count", "countries"),
    ),
    "user": ("key", "membership", "executions_count", "countries"),
    "country": ("key", "membership", "executions_count", "unique_users_count", "countries"),
}


def _refusal(error: str) -> Reply:
    return Reply().json(400, {"error": error})


def _moment(text: str | None, default: datetime) -> datetime | None:
    if text is None:
        return default
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _span(cluster: Cluster, query: Mapping[str, str]) -> dict[str, str] | Reply:
    end = _moment(query.get("end"), cluster.now())
    if end is None:
        return _refusal("invalid end timestamp")
    start = _moment(query.get("start"), end - timedelta(days=1))
    if start is None:
        return _refusal("invalid start timestamp")
    if end <= start:
        return _refusal("end must be after start")
    return {"start": start.strftime(_STAMP), "end": end.strftime(_STAMP)}


def _count(cluster: Cluster, path: str) -> int:
    return sum(line["path"] == path for line in cluster.invocations)


def summary(cluster: Cluster, query: Mapping[str, str]) -> Reply:
    """Answer `GET /system/metrics`: counts of services and invocations."""
    span = _span(cluster, query)
    if isinstance(span, Reply):
        return span
    known = len(cluster.services)
    sync = sum(line["path"].startswith("/run/") for line in cluster.invocations)
    total = len(cluster.invocations)
    totals = {
        "services_count_active": known,
        "services_count_total": known,
        "cpu_hours_total": 0,
        "gpu_hours_total": 0,
        "requests_count_total": total,
        "requests_count_sync": sync,
        "requests_count_async": total - sync,
        "requests_count_exposed": 0,
        "countries_count": 0,
        "countries": [],
        "users_count": 0,
        "users": [],
    }
    return Reply().json(200, {**span, "totals": totals, "sources": []})


def of_service(cluster: Cluster, who: Caller, name: str, query: Mapping[str, str]) -> Reply:
    """Answer `GET /system/metrics/{name}`; an administrator is told zeros of what is not there."""
    if not who.is_admin:
        found = cluster.named(name)
        if not found or not is_shown(found[0], who):
            return Reply().bare(403 if found else 404)
    span = _span(cluster, query)
    if isinstance(span, Reply):
        return span
    asked = query.get("metric", "").strip()
    if not asked:
        listed = [_metric(cluster, name, metric) for metric in _OF_SERVICE]
        return Reply().json(200, {"service_name": name, **span, "metrics": listed})
    if asked in _OF_CLUSTER:
        return _refusal("unsupported metric for value query")
    if asked not in _OF_SERVICE:
        return _refusal("invalid metric key")
    told = _metric(cluster, name, asked)
    return Reply().json(200, {"service_id": name, "metric": told.pop("metric"), **span, **told})


def _metric(cluster: Cluster, name: str, metric: str) -> dict[str, Any]:
    paths = {"requests-sync-per-service": "run", "requests-async-per-service": "job"}
    value = _count(cluster, f"/{paths[metric]}/{name}") if metric in paths else 0
    unit = _OF_SERVICE[metric]
    return {"metric": metric, "value": value, **({"unit": unit} if unit else {}), "sources": []}


def breakdown(cluster: Cluster, who: Caller, query: Mapping[str, str]) -> Reply:
    """Answer `GET /system/metrics/breakdown`, as JSON or CSV."""
    span = _span(cluster, query)
    if isinstance(span, Reply):
        return span
    group = query.get("group_by", "").strip()
    kind = query.get("format", "json").strip().lower()
    if not group:
        return _refusal("group_by is required")
    if kind not in {"json", "csv"}:
        return _refusal("invalid format")
    if group.lower() not in _COLUMNS:
        return _refusal("unsupported group_by")
    if kind == "csv" and group == "service" and query.get("include_users", "").lower() == "true":
        return _refusal("include_users is not supported for csv")
    items = _services(cluster, who) if group.lower() == "service" else []
    if kind == "csv":
        return _csv(_COLUMNS[group.lower()], items)
    return Reply().json(200, {**span, "group_by": group, "items": items})


def _services(cluster: Cluster, who: Caller) -> list[dict[str, Any]]:
    items = []
    for service in cluster.services.values():
        run, job = (_count(cluster, f"/{verb}/{service.name}") for verb in ("run", "job"))
        if (run or job) and (who.is_admin or is_shown(service, who)):
            counts = (run + job, run, job, 0, 0)
            columns = _COLUMNS["service"][2:-1]
            items.append(
                {"key": service.name, **dict(zip(columns, counts, strict=True)), "countries": []}
            )
    return items


def _csv(columns: tuple[str, ...], items: list[dict[str, Any]]) -> Reply:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([item.get(name) or "" if name in {"membership", "countries"} else item[name]
                      for name in columns] for item in items)  # fmt: skip
    return Reply(200, bytearray(text.getvalue().encode()), "text/csv", is_written=True)
