"""`/system/volumes` (oscar-server 1.5, records 050 and 054)."""

from typing import Any

from oscar_sync.emulator.binding import bound
from oscar_sync.emulator.callers import Caller
from oscar_sync.emulator.go_json import GoJsonError
from oscar_sync.emulator.kubernetes import is_dns_label, positive_quantity
from oscar_sync.emulator.quotas import volume_quota_problem
from oscar_sync.emulator.reply import Reply
from oscar_sync.emulator.schema import VOLUME_REQUEST, required_problems
from oscar_sync.emulator.state import ADMIN, Cluster, Volume
from oscar_sync.emulator.wire import Request

__all__ = ["create_volume", "delete_volume", "list_volumes", "read_volume"]


def _shown(cluster: Cluster, volume: Volume) -> dict[str, Any]:
    attached = [
        {"service_name": service.name, "mount_path": service.definition["volume"]["mount_path"]}
        for service in cluster.attachments(volume.namespace, volume.name)
    ]
    told: dict[str, Any] = {
        "name": volume.name,
        "namespace": volume.namespace,
        "pvc_name": volume.name,
        "size": volume.size,
        "owner_user": volume.owner,
        "created_by_service": volume.made_by,
        "creation_mode": "service" if volume.made_by else "api",
        "lifecycle_policy": volume.policy,
        "attachments": attached,
    }
    status: dict[str, Any] = {"phase": _phase(cluster, volume, is_attached=bool(attached))}
    if attached:
        status["attachment_count"] = len(attached)
    return {**{name: value for name, value in told.items() if value}, "status": status}


def _phase(cluster: Cluster, volume: Volume, *, is_attached: bool) -> str:
    if volume.is_deleting:
        return "deleting"
    if is_attached:
        return "in_use"
    return "pending" if cluster.settings.holds_workloads else "ready"


def list_volumes(cluster: Cluster, who: Caller) -> Reply:
    """Answer `GET /system/volumes`: those of the caller's namespace."""
    home = cluster.home_of(who)
    shown = [
        _shown(cluster, volume)
        for (namespace, _), volume in sorted(cluster.volumes.items(), key=lambda item: item[0])
        if namespace == home
    ]
    return Reply().json(200, shown)


def create_volume(cluster: Cluster, who: Caller, request: Request) -> Reply:
    """Answer `POST /system/volumes`."""
    try:
        asked = bound(VOLUME_REQUEST, request.body)
    except GoJsonError as error:
        return Reply().text(400, f"The volume specification is not valid: {error}")
    missing = tuple((part.capitalize(), "required") for part in ("name", "size") if not asked[part])
    if missing:
        problems = required_problems("ManagedVolumeCreateRequest", missing)
        return Reply().text(400, f"The volume specification is not valid: {problems}")
    name, size = asked["name"].strip(), asked["size"].strip()
    if not is_dns_label(name):
        return Reply().text(400, "volume.name must satisfy Kubernetes DNS-1123 naming rules")
    if not positive_quantity(size):
        return Reply().text(400, "volume.size must be a valid positive quantity")
    key = (cluster.home_of(who), name)
    if key in cluster.volumes:
        return Reply().text(409, "volume already exists in caller namespace")
    problem = None if who.is_admin else volume_quota_problem(cluster, who, size)
    if problem:
        return Reply().text(400, problem)
    cluster.volumes[key] = Volume(name, key[0], size, ADMIN if who.is_admin else who.uid)
    return Reply().json(201, _shown(cluster, cluster.volumes[key]))


def read_volume(cluster: Cluster, who: Caller, name: str) -> Reply:
    """Answer `GET /system/volumes/{name}`."""
    volume = cluster.volumes.get((cluster.home_of(who), name))
    return Reply().json(200, _shown(cluster, volume)) if volume else Reply().bare(404)


def delete_volume(cluster: Cluster, who: Caller, name: str) -> Reply:
    """Answer `DELETE /system/volumes/{name}`: 204 for an absent one too."""
    key = (cluster.home_of(who), name)
    if key not in cluster.volumes:
        return Reply().bare(204)
    if cluster.attachments(*key):
        text = "managed volume is still attached to one or more services"
        return Reply().text(400, text)
    if cluster.settings.holds_workloads:
        cluster.volumes[key].is_deleting = True
    else:
        del cluster.volumes[key]
    return Reply().bare(204)
