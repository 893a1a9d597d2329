"""Lists and reads of services, their deployments, and stop, start, restart."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from oscar_sync.emulator.callers import Caller
from oscar_sync.emulator.kubernetes import is_label_value
from oscar_sync.emulator.reply import Reply
from oscar_sync.emulator.services import stuck, unreadable
from oscar_sync.emulator.state import Cluster, Service

__all__ = [
    "deployment",
    "deployment_logs",
    "is_shown",
    "list_services",
    "read",
    "restart",
    "start",
    "stop",
]

_FORBIDDEN = "You do not have permission to access this service"


def _includes_deployment(query: Mapping[str, str]) -> bool:
    wanted = query.get("include", "").split(",")
    return any(part.strip().lower() == "deployment" for part in wanted)


def _rfc3339(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def _summary(cluster: Cluster, service: Service) -> dict[str, Any]:
    reason, count, moment = None, 0, None
    kind = "exposed_service" if service.is_exposed else "knative_service"
    if service.is_exposed and service.replicas == 0:
        state, reason = "stopped", "Deployment is stopped."
    elif cluster.settings.holds_workloads:
        state = "pending"
        reason = None if service.is_exposed else "Runtime service is still reconciling."
    else:
        state, moment = "ready", _rfc3339(service.since)
        count = service.replicas if service.is_exposed else 0
        reason = "Deployment is ready." if service.is_exposed else "Runtime service is ready."
    told: dict[str, Any] = {"state": state}
    if reason:
        told["reason"] = reason
    if moment:
        told["last_transition_time"] = moment
    return {**told, "active_instances": count, "affected_instances": 0, "resource_kind": kind}


def _volume_status(cluster: Cluster, service: Service) -> dict[str, Any]:
    volume = service.definition["volume"]
    if not volume:
        return {"enabled": False}
    told = {"enabled": True, "name": volume["name"]}
    kept = cluster.volumes.get((service.namespace, volume["name"]))
    if kept is None:
        missing = f'persistentvolumeclaims "{volume["name"]}" not found'
        return {**told, "phase": "error", "error": missing}
    return {**told, "phase": "deleting" if kept.is_deleting else "in_use"}


def _document(cluster: Cluster, service: Service, *, with_deployment: bool) -> bytes:
    encoded = service.encoded
    if encoded is None:
        return b"null"
    if not with_deployment and not service.definition["volume"]:
        return encoded.whole
    shown = _summary(cluster, service) if with_deployment else None
    return encoded.document(_volume_status(cluster, service), shown)


def is_shown(service: Service, caller: Caller) -> bool:
    """Return whether a caller sees a service (oscar-server 1.2.3)."""
    told = service.definition
    return caller.may_see(told["owner"], told["visibility"], told["allowed_users"])


def list_services(cluster: Cluster, who: Caller, query: Mapping[str, str]) -> Reply:
    """Answer `GET /system/services`; one unreadable definition fails them all (record 075)."""
    if not (who.is_admin or who.uid):
        return Reply().text(500, "missing user identificator\n")
    with_deployment = _includes_deployment(query)
    documents = []
    for service in cluster.in_order():
        if service.is_poisoned:
            return Reply().text(500, unreadable(service))
        if not is_shown(service, who):
            continue
        documents.append(_document(cluster, service, with_deployment=with_deployment))
    return Reply().encoded(200, b"[" + b",".join(documents) + b"]")


def _name_refusal(name: str) -> Reply | None:
    bare = name.strip()
    if not bare:
        return Reply().text(400, "serviceName is required")
    return None if is_label_value(bare) else Reply().text(400, "invalid serviceName")


def read(cluster: Cluster, who: Caller, name: str, query: Mapping[str, str]) -> Reply:
    """Answer `GET /system/services/{name}`."""
    refuses = cluster.settings.release.refuses_reading
    refusal = _name_refusal(name) if refuses else None
    if refusal:
        return refusal
    services = cluster.named(name.strip())
    if not services:
        return Reply().bare(404)
    if stuck(services):
        return Reply().text(500, stuck(services))
    if not is_shown(services[0], who):
        if not refuses and services[0].definition["visibility"] in {"private", "restricted"}:
            return Reply().bare(200)
        return Reply().text(403, f"User {who.uid} doesn't have permision to get this service")
    shown = _document(cluster, services[0], with_deployment=_includes_deployment(query))
    return Reply().encoded(200, shown)


def _full(cluster: Cluster, service: Service) -> dict[str, Any]:
    place = {"service_name": service.name, "namespace": service.namespace}
    return {**place, **_summary(cluster, service)}


def deployment(cluster: Cluster, who: Caller, name: str) -> Reply:
    """Answer `GET /system/services/{name}/deployment` (record 066)."""
    refusal = _name_refusal(name)
    if refusal:
        return refusal
    services = cluster.named(name.strip())
    if not services or services[0].is_poisoned or not is_shown(services[0], who):
        return Reply().text(403, _FORBIDDEN)
    return Reply().json(200, _full(cluster, services[0]))


def deployment_logs(cluster: Cluster, who: Caller, name: str) -> Reply:
    """Answer `GET /system/services/{name}/deployment/logs`: no pod, no lines (record 066)."""
    refusal = _name_refusal(name)
    if refusal:
        return refusal
    services = cluster.named(name.strip())
    if not services or services[0].is_poisoned or not is_shown(services[0], who):
        return Reply().text(403, _FORBIDDEN)
    service, message = services[0], "Deployment logs are unavailable for this service."
    if service.is_exposed and service.replicas and not cluster.settings.holds_workloads:
        message = "Deployment logs are not yet available."
    place = {"service_name": service.name, "available": False}
    return Reply().json(200, {**place, "message": message, "entries": []})


def _exposed(cluster: Cluster, who: Caller, name: str) -> Service | Reply:
    refusal = _name_refusal(name)
    if refusal:
        return refusal
    if not (who.is_admin or who.uid):
        return Reply().bare(401)
    services = cluster.named(name.strip())
    if not services:
        return Reply().bare(404)
    if services[0].is_poisoned:
        return Reply().text(500, unreadable(services[0]))
    if not who.is_admin and services[0].definition["owner"] != who.uid:
        told = f"User {who.uid} doesn't have permission to manage this service"
        return Reply().text(403, told)
    if not services[0].is_exposed:
        return Reply().text(400, f'service "{services[0].name}" is not exposed')
    return services[0]


def stop(cluster: Cluster, who: Caller, name: str) -> Reply:
    """Answer `POST .../stop`: no replicas, and no autoscaler (oscar-server 1.2.6)."""
    service = _exposed(cluster, who, name)
    if isinstance(service, Reply):
        return service
    service.replicas, service.has_autoscaler = 0, False
    return Reply().json(200, _full(cluster, service))


def start(cluster: Cluster, who: Caller, name: str) -> Reply:
    """Answer `POST .../start`: replicas and autoscaler are back."""
    service = _exposed(cluster, who, name)
    if isinstance(service, Reply):
        return service
    least = service.definition["expose"]["min_scale"]
    service.replicas = service.replicas or least or 1
    service.has_autoscaler, service.since = True, cluster.now()
    return Reply().json(200, _full(cluster, service))


def restart(cluster: Cluster, who: Caller, name: str) -> Reply:
    """Answer `POST .../restart`."""
    service = _exposed(cluster, who, name)
    if isinstance(service, Reply):
        return service
    service.since = cluster.now()
    return Reply().json(200, _full(cluster, service))
