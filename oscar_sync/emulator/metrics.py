"""`/system/metrics`: what was invoked, by the emulator's own log (oscar-server 1.7, record 231).

There is no Prometheus, so hours of processors are 0, and nobody knows from which country a request
came. Names are upstream's (pkg/types/metrics.go, pkg/handlers/metrics.go, pkg/metrics at v4.1.2).
"""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from oscar_sync.emulator.callers import Caller
from oscar_sync.emulator.invocations import is_open
from oscar_sync.emulator.reply import Reply
from oscar_sync.emulator.state import Cluster, Invocation, Service

__all__ = ["breakdown", "of_service", "summary"]

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
_PROMETHEUS: Final = "prometheus-server.monitoring.svc.cluster.local"
_UNREACHED: Final = (
    f'Post "http://{_PROMETHEUS}/api/v1/query": dial tcp: lookup {_PROMETHEUS} on '
    "10.96.0.10:53: no such host"
)
_COLUMNS: Final = {
    "service": (
        *("requests_count_total", "requests_count_sync", "requests_count_async"),
        *("requests_count_exposed", "unique_users_count"),
    ),
    "user": ("executions_count",),
    "country": ("executions_count", "unique_users_count"),
}


@dataclass(frozen=True, slots=True)
class _Span:
    start: datetime
    end: datetime

    @property
    def told(self) -> dict[str, str]:
        return {"start": _stamp(self.start), "end": _stamp(self.end)}


def _stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _refusal(error: str) -> Reply:
    return Reply().json(400, {"error": error})


def _moment(text: str, default: datetime) -> datetime | None:
    if not text.strip():
        return default
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _span(cluster: Cluster, query: Mapping[str, str]) -> _Span | Reply:
    end = _moment(query.get("end", ""), cluster.now().astimezone(UTC))
    if end is None:
        return _refusal("invalid end timestamp")
    start = _moment(query.get("start", ""), end - timedelta(days=1))
    if start is None:
        return _refusal("invalid start timestamp")
    return _refusal("end must be after start") if end < start else _Span(start, end)


def _source(name: str, status: str = "ok", notes: str = "") -> dict[str, str]:
    return {"name": name, "status": status, **({"notes": notes} if notes else {})}


def _usage(span: _Span) -> dict[str, str]:
    is_blank = span.end - span.start < timedelta(seconds=1)
    notes = "invalid time range" if is_blank else f"{_UNREACHED}; {_UNREACHED}"
    return _source("prometheus", "missing", notes)


def _open_services(cluster: Cluster, who: Caller) -> list[Service]:
    known = list(cluster.services.values())
    return known if who.is_admin else [one for one in known if is_open(one, who.uid)]


def _requests(cluster: Cluster, who: Caller, span: _Span, name: str = "") -> list[Invocation]:
    """Return the invocations that a caller may count, refused ones too; OSCAR's pod has them."""
    if cluster.settings.holds_workloads:
        return []
    known = {service.name for service in _open_services(cluster, who)}
    return [
        line
        for line in cluster.invocations
        if span.start <= line.moment <= span.end
        and (who.is_admin or line.service in known)
        and name in {"", line.service}
    ]


def _users(lines: Sequence[Invocation]) -> list[str]:
    return sorted({line.user for line in lines if line.user})


def summary(cluster: Cluster, who: Caller, query: Mapping[str, str]) -> Reply:
    """Answer `GET /system/metrics`: a user's counts are of the services that are open to it."""
    span = _span(cluster, query)
    if isinstance(span, Reply):
        return span
    services = _open_services(cluster, who)
    lines = _requests(cluster, who, span)
    sync = sum(line.verb == "run" for line in lines)
    totals = {
        "services_count_active": len(services),
        "services_count_total": len({line.service for line in lines}),
        "cpu_hours_total": 0,
        "gpu_hours_total": 0,
        "requests_count_total": len(lines),
        "requests_count_sync": sync,
        "requests_count_async": len(lines) - sync,
        "requests_count_exposed": 0,
        "countries_count": 0,
        "countries": [] if lines else None,
        "users_count": len(_users(lines)),
        "users": _users(lines) if lines else None,
    }
    sources = [
        _source("service-inventory"),
        _usage(span) if who.is_admin or services else _source("usage-metrics"),
        _source("request-logs"),
        *([_source("country-attribution")] if lines else []),
        _source("exposed-request-logs"),
    ]
    return Reply().json(200, {**span.told, "totals": totals, "sources": sources})


def of_service(cluster: Cluster, who: Caller, name: str, query: Mapping[str, str]) -> Reply:
    """Answer `GET /system/metrics/{name}`; an administrator is told zeros of what is not there."""
    if not (who.is_admin and cluster.settings.release.counts_unknown_services):
        services = cluster.named(name)
        if not services or not (who.is_admin or is_open(services[0], who.uid)):
            return Reply().bare(403 if services else 404)
    span = _span(cluster, query)
    if isinstance(span, Reply):
        return span
    lines = _requests(cluster, who, span, name)
    asked = query.get("metric", "").strip()
    if not asked:
        listed = [_metric(lines, metric, span) for metric in _OF_SERVICE]
        return Reply().json(200, {"service_name": name, **span.told, "metrics": listed})
    if asked in _OF_CLUSTER:
        return _refusal("unsupported metric for value query")
    if asked not in _OF_SERVICE:
        return _refusal("invalid metric key")
    told = _metric(lines, asked, span)
    metric = told.pop("metric")
    return Reply().json(200, {"service_id": name, "metric": metric, **span.told, **told})


def _metric(lines: Sequence[Invocation], metric: str, span: _Span) -> dict[str, Any]:
    verbs = Counter(line.verb for line in lines)
    values = {
        "requests-sync-per-service": verbs["run"],
        "requests-async-per-service": verbs["job"],
        "users-per-service": len(_users(lines)),
    }
    unit = _OF_SERVICE[metric]
    source = _usage(span) if unit else _source("request-logs")
    if metric == "requests-exposed-per-service":
        source = _source("exposed-request-logs")
    told = {"metric": metric, "value": values.get(metric, 0)}
    return {**told, **({"unit": unit} if unit else {}), "sources": [source]}


def breakdown(cluster: Cluster, who: Caller, query: Mapping[str, str]) -> Reply:
    """Answer `GET /system/metrics/breakdown`, as JSON or CSV."""
    span = _span(cluster, query)
    if isinstance(span, Reply):
        return span
    group = query.get("group_by", "").strip()
    kind = query.get("format", "json").strip().lower()
    with_users = query.get("include_users", "").strip().lower() == "true"
    if not group:
        return _refusal("group_by is required")
    if kind not in {"json", "csv"}:
        return _refusal("invalid format")
    if group.lower() not in _COLUMNS:
        return _refusal("unsupported group_by")
    if kind == "csv" and group.lower() == "service" and with_users:
        return _refusal("include_users is not supported for csv")
    items = _items(group.lower(), _requests(cluster, who, span), with_users=with_users)
    if kind == "csv":
        return _csv(group.lower(), items)
    return Reply().json(200, {**span.told, "group_by": group, "items": items})


def _items(group: str, lines: Sequence[Invocation], *, with_users: bool) -> list[dict[str, Any]]:
    parts: dict[str, list[Invocation]] = {}
    for line in lines:
        keys = {"service": line.service, "user": line.user, "country": "unknown"}
        parts.setdefault(keys[group], []).append(line)
    return [_item(group, key, parts[key], with_users=with_users) for key in sorted(parts)]


def _item(group: str, key: str, lines: Sequence[Invocation], *, with_users: bool) -> dict[str, Any]:
    users = _users(lines)
    if group == "user":
        told: dict[str, Any] = {"membership": "unknown", "executions_count": len(lines)}
        return {"key": key, **told, "countries": []}
    if group == "country":
        seen = [{"country": key, "request_count": len(lines)}]
        counts = {"executions_count": len(lines), "unique_users_count": len(users)}
        return {"key": key, **counts, "countries": seen}
    verbs = Counter(line.verb for line in lines)
    counted = (verbs["run"] + verbs["job"], verbs["run"], verbs["job"], 0, len(users))
    told = dict(zip(_COLUMNS["service"], counted, strict=True))
    shown = {"users": users} if with_users and users else {}
    return {"key": key, **told, **shown, "countries": []}


def _csv(group: str, items: list[dict[str, Any]]) -> Reply:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["key", "membership", *_COLUMNS[group], "countries"])
    for item in items:
        seen = "|".join(f"{one['country']}:{one['request_count']}" for one in item["countries"])
        counts = [item[name] for name in _COLUMNS[group]]
        writer.writerow([item["key"], item.get("membership", ""), *counts, seen])
    return Reply(200, bytearray(text.getvalue().encode()), "text/csv", is_written=True)
