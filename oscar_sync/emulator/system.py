"""Information, configuration and state of the whole server."""

from typing import Any

from oscar_sync.emulator.callers import Caller
from oscar_sync.emulator.go_json import GoJsonError, Number, Pairs, decode, kind_of
from oscar_sync.emulator.reply import Panic, Reply
from oscar_sync.emulator.state import Cluster
from oscar_sync.emulator.wire import Request

__all__ = [
    "config",
    "info",
    "replace_config",
    "status",
]

_KUBERNETES = "v1.35.0"


def info(cluster: Cluster) -> Reply:
    """Answer `GET /system/info`."""
    return Reply().json(
        200,
        {
            "version": cluster.settings.version,
            "git_commit": "7ade09ee",
            "architecture": "amd64",
            "kubernetes_version": _KUBERNETES,
            "serverless_backend": {"name": "Knative", "version": _KUBERNETES},
        },
    )


def config(cluster: Cluster, who: Caller) -> Reply:
    """Answer `GET /system/config`: a user gets keys of its own.

    Raises:
        Panic: nobody asks.
    """
    settings, store = cluster.settings, cluster.store
    if not (who.is_admin or who.uid):
        raise Panic
    told: dict[str, Any] = {
        "config": {
            "name": settings.name,
            "namespace": settings.namespace,
            "services_namespace": settings.services_namespace,
            "controller_service_account": "oscar-sa",
            "gpu_available": False,
            "interLink_available": False,
            "serverless_backend": "knative",
            "yunikorn_enable": False,
            **({"kueue_enable": False} if settings.release.tells_kueue else {}),
            **({"volume_enable": True} if settings.release.knows_volumes else {}),
            "oidc_groups": list(settings.oidc_groups),
            **({"minio_quota_enabled": False} if settings.release.has_bucket_quotas else {}),
        },
        "minio_provider": {
            "endpoint": store.endpoint,
            "verify": False,
            "access_key": who.uid or store.access_key,
            "secret_key": cluster.access.users.get(who.uid, store.secret_key),
            "region": store.region,
        },
    }
    if settings.release.lists_images:
        images = cluster.allowed_images if cluster.has_image_config else []
        told["allowed_image_repositories"] = images
    return Reply().json(200, told)


def _images(body: bytes) -> list[str] | None:
    node = decode(body)
    if node is None:
        return None
    if not isinstance(node, Pairs):
        text = (
            f"json: cannot unmarshal {kind_of(node)} into Go value of type handlers.ConfigForUser"
        )
        raise GoJsonError(text)
    images: list[str] | None = None
    for key, value in node:
        if key.lower() != "allowed_image_repositories":
            continue
        if value is None:
            images = None
        elif isinstance(value, list) and not isinstance(value, Pairs):
            images = [_image(item) for item in value]
        else:
            raise _wrong_images(value, "[]string")
    return images


def _wrong_images(value: Any, go: str) -> GoJsonError:
    where = "ConfigForUser.allowed_image_repositories"
    text = f"json: cannot unmarshal {kind_of(value)} into Go struct field {where} of type {go}"
    return GoJsonError(text)


def _image(item: Any) -> str:
    if item is None:
        return ""
    if not isinstance(item, str) or isinstance(item, Number):
        raise _wrong_images(item, "string")
    return item


def replace_config(cluster: Cluster, who: Caller, request: Request) -> Reply:
    """Answer `PUT /system/config`: only the list of allowed images is taken (record 008)."""
    reply = Reply()
    if not who.is_admin:
        reply.json(401, "")
        if cluster.settings.release.stops_refused_config:
            return reply
    try:
        images = _images(request.body)
    except GoJsonError as error:
        return reply.text(400, f"The configuration specification is not valid: {error}")
    if cluster.has_image_config or images:
        cluster.allowed_images = images
    else:
        cluster.allowed_images = []
    cluster.has_image_config = True
    return reply.json(200, images)


def _flat_status(cluster: Cluster, who: Caller) -> Reply:
    """Return the state as 3.6.4 tells it (pkg/handlers/status.go at v3.6.4)."""
    cores, room = 2000, 8 * 1024**3
    node = {
        "nodeName": "emulator",
        "cpuCapacity": str(cores),
        "cpuUsage": "0",
        "cpuPercentage": "0.00",
        "memoryCapacity": str(room),
        "memoryUsage": "0",
        "memoryPercentage": "0.00",
        "isInterLink": False,
        "hasGPU": False,
        "conditions": [{"type": "Ready", "status": "True"}],
    }
    settings = cluster.settings
    oidc = {
        "enabled": bool(settings.oidc_issuers),
        "issuers": list(settings.oidc_issuers),
        "groups": list(settings.oidc_groups),
    }
    oscar = {
        "deploymentName": "oscar",
        "deploymentReady": True,
        "deploymentInfo": {"replicas": 1, "readyReplicas": 1, "availableReplicas": 1},
        "jobsCount": {"active": 0, "succeeded": 0, "failed": 0} if who.is_admin else None,
        "podsInfo": {"pods": None, "total": 0, "states": {} if who.is_admin else None},
        "OIDC": oidc,
    }
    buckets = [{"name": name} for name in cluster.store.buckets()] if who.is_admin else None
    free = {"cpuFreeTotal": cores, "cpuMaxFree": cores}
    rest = {"memoryFreeTotal": room, "memoryMaxFree": room, "hasGPU": False, "gpusTotal": 0}
    told = {"numberNodes": 1, **free, **rest, "detail": [node]}
    return Reply().json(200, {**told, "OSCAR": oscar, "MinIO": {"buckets": buckets}})


def status(cluster: Cluster, who: Caller) -> Reply:
    """Answer `GET /system/status` for a cluster of one node; users get no counts (1.1.4)."""
    if cluster.settings.release.has_flat_status:
        return _flat_status(cluster, who)
    jobs = [job for known in cluster.jobs.values() for job in known.values()]
    phases = dict.fromkeys(("Pending", "Running", "Succeeded", "Failed", "Unknown"), 0)
    for job in jobs:
        if job.status in phases:
            phases[job.status] += 1
    cores, room = 2000, 8 * 1024**3
    buckets = cluster.store.buckets() if who.is_admin else []
    node = {
        "name": "emulator",
        "cpu": {"capacity_cores": cores},
        "memory": {"capacity_bytes": room},
        "gpu": 0,
        "is_interlink": False,
        "status": "Ready",
        "conditions": [{"type": "Ready", "status": True}],
    }
    metrics_now = {
        "cpu": {
            "total_free_cores": cores,
            "max_free_on_node_cores": cores,
            "total_schedulable_cores": cores,
            "total_schedulable_on_node_cores": cores,
        },
        "memory": {
            "total_free_bytes": room,
            "max_free_on_node_bytes": room,
            "total_schedulable_bytes": room,
            "max_schedulable_on_node_bytes": room,
        },
        "gpu": {"total_gpu": 0},
    }
    deployment = {
        "available_replicas": 1,
        "ready_replicas": 1,
        "replicas": 1,
        "creation_timestamp": "2026-01-01T00:00:00Z",
        "strategy": "RollingUpdate",
        "labels": {"app": "oscar"},
    }
    told = {
        "cluster": {"nodes_count": 1, "metrics": metrics_now, "nodes": [node]},
        "oscar": {
            "deployment_name": "oscar",
            "ready": True,
            "deployment": deployment,
            "jobs_count": len(jobs) if who.is_admin else 0,
            "pods": {
                "total": sum(phases.values()) if who.is_admin else 0,
                "states": phases if who.is_admin else {},
            },
            "oidc": {
                "enabled": bool(cluster.settings.oidc_issuers),
                "issuers": list(cluster.settings.oidc_issuers),
                "groups": list(cluster.settings.oidc_groups),
            },
        },
        "minio": {
            "buckets_count": len(buckets),
            "total_objects": sum(len(cluster.store.objects(bucket)) for bucket in buckets),
        },
    }
    return Reply().json(200, told)
