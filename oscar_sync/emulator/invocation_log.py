"""The lines that OSCAR logs of invocations, and who made them.

Sources: GetLoggerMiddleware in pkg/utils/auth/auth.go, MakeGetSystemLogsHandler in
pkg/handlers/logs.go, KubeRequestLogSource in pkg/metrics/sources.go, all at v4.1.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from oscar_sync.emulator.callers import Bearer, Caller, formatted
from oscar_sync.emulator.events import address_in, principal_in
from oscar_sync.emulator.reply import Reply
from oscar_sync.emulator.state import Cluster, Invocation
from oscar_sync.emulator.wire import Request

__all__ = ["Asked", "logged", "system_logs", "visitor"]

_PREFIX: Final = "[GIN-EXECUTIONS-LOGGER]"
_NOBODY: Final = "oscar"
_TRUE: Final = {"1", "t", "T", "TRUE", "true", "True"}
_CREATED: Final = 201


@dataclass(frozen=True, slots=True)
class Asked:
    path: str
    user: str
    peer: str


def visitor(verb: str, request: Request, bearer: Bearer | None, status: int) -> Asked:
    body = request.body.decode("utf-8", errors="replace")
    caller = bearer.caller.uid if bearer and not (verb == "run" and bearer.stops) else ""
    if verb == "run":
        return Asked(request.path, caller or _NOBODY, request.peer)
    if status != _CREATED:
        return Asked(request.path, formatted(caller) or _NOBODY, request.peer)
    user = principal_in(body) or caller or "nil"
    return Asked(request.path, user, address_in(body) or request.peer)


def logged(asked: Asked, status: int, moment: datetime) -> Invocation:
    """Return the line of an invocation that was answered."""
    when = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}".rstrip("0").rstrip(".") + "Z"
    place = f"{'POST':7} {asked.path}"
    line = f"{_PREFIX} {when} | {status:3d} | {'0s':>13} | {asked.peer} | {place} | {asked.user}"
    return Invocation(moment, asked.path, asked.user, status, when, asked.peer, line)


def _as_json(line: Invocation, *, with_times: bool) -> dict[str, Any]:
    raw, when = line.raw, line.when
    if with_times:
        raw = f"{when} {raw}"
        when = raw.partition("|")[0].strip()
    return {
        "timestamp": when,
        "status": line.status,
        "latency": "0s",
        "client_ip": line.peer,
        "method": "POST",
        "path": line.path,
        "user": line.user,
        "raw": raw,
    }


def system_logs(cluster: Cluster, who: Caller, query: Mapping[str, str]) -> Reply:
    """Answer `GET /system/logs`: the invocations; 404 where no pod of OSCAR can be asked."""
    if not who.is_admin:
        return Reply().text(403, "OIDC tokens are not allowed for system logs")
    if cluster.settings.holds_workloads:
        return Reply().bare(404)
    with_times = query.get("timestamps", "") in _TRUE
    told = [_as_json(line, with_times=with_times) for line in cluster.invocations]
    return Reply().json(200, {"logs": told})
