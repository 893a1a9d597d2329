"""What a user may take of the cluster (oscar-server 1.7, records 118, 139, 216).

Kueue is off: amounts of processors and memory cannot be set, volumes and buckets can
(pkg/handlers/quotas.go at v4.1.2).
"""

import re
from dataclasses import dataclass
from typing import Any

from oscar_sync.emulator.binding import Document, bound
from oscar_sync.emulator.callers import Caller, formatted
from oscar_sync.emulator.go_json import GoJsonError
from oscar_sync.emulator.kubernetes import quantity_problem
from oscar_sync.emulator.reply import Reply
from oscar_sync.emulator.schema import QUOTA
from oscar_sync.emulator.state import Cluster, Quota
from oscar_sync.emulator.wire import Request

__all__ = [
    "bucket_count_problem",
    "bucket_quota",
    "cap_bucket",
    "change_quota",
    "other_quota",
    "own_quota",
    "volume_quota_problem",
]

_UNITS = {"": 1, **{unit: 1024**n for n, unit in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi"), 1)}}
_DECIMAL = {"k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}
_NO_KUEUE = "kueue is not enabled: /system/quotas requires KUEUE_ENABLE=true"


class _NotTaken(Exception):
    """Why a quota cannot be set."""


def _bytes(amount: str) -> int:
    match = re.fullmatch(r"([0-9.]+)([A-Za-z]*)", amount)
    if match is None:
        return 0
    return int(float(match[1]) * {**_UNITS, **_DECIMAL}.get(match[2], 1))


def _shown(size: int) -> str:
    """Return bytes in the largest binary unit that takes them whole, as Kubernetes prints them."""
    for unit in ("Ti", "Gi", "Mi", "Ki"):
        if size and size % _UNITS[unit] == 0:
            return f"{size // _UNITS[unit]}{unit}"
    return str(size)


def _quota(cluster: Cluster, uid: str) -> Quota:
    return cluster.quotas.get(uid) or Quota()


@dataclass(frozen=True, slots=True)
class _Used:
    disk: int
    volumes: int


def _used(cluster: Cluster, namespace: str) -> _Used:
    sizes = [
        _bytes(volume.size) for (place, _), volume in cluster.volumes.items() if place == namespace
    ]
    return _Used(sum(sizes), len(sizes))


def volume_quota_problem(cluster: Cluster, who: Caller, size: str) -> str | None:
    """Return why a user gets no further volume of that size, nothing if there is room."""
    used, quota = _used(cluster, cluster.home_of(who)), _quota(cluster, who.uid)
    free = max(_bytes(quota.disk) - used.disk, 0)
    if _bytes(size) > free:
        return f"not enough volume disk quota: requested {size}, available {_shown(free)}"
    if used.volumes >= int(quota.volumes):
        return "not enough volume count quota: requested 1, available 0"
    return None


def _owned(cluster: Cluster, uid: str) -> set[str]:
    store = cluster.store
    return {name for name in store.buckets() if (store.tags(name) or {}).get("owner") == uid}


def bucket_count_problem(cluster: Cluster, who: Caller, buckets: set[str]) -> str | None:
    """Return why a user gets no further buckets, nothing if there is room; 4.0 has no limit."""
    limit = _quota(cluster, who.uid).buckets
    if who.is_admin or not limit or not cluster.settings.release.has_bucket_quotas:
        return None
    owned = _owned(cluster, who.uid)
    if len(owned | buckets) <= int(limit):
        return None
    counts = f"limit {limit}, current {len(owned)}, requested new buckets {len(buckets - owned)}"
    return f"MinIO bucket quota exceeded for user {who.uid}: {counts}"


def cap_bucket(cluster: Cluster, who: Caller, bucket: str) -> None:
    size = _quota(cluster, who.uid).bucket_size
    if size and not who.is_admin and cluster.settings.release.has_bucket_quotas:
        cluster.store.quotas[bucket] = size


def bucket_quota(cluster: Cluster, bucket: str) -> dict[str, Any]:
    size = cluster.store.quotas.get(bucket, "")
    if not _bytes(size):
        return {"source": "unset"}
    return {"max": size, "max_bytes": _bytes(size), "source": "bucket"}


def own_quota(cluster: Cluster, who: Caller) -> Reply:
    """Answer `GET /system/quotas/user`: an administrator has none (records 118, 216)."""
    if not who.uid:
        return Reply().text(401, "missing user identificator: missing user identificator")
    if cluster.settings.release.has_kueue:
        return _no_queue(who.uid)
    used, quota = _used(cluster, cluster.home_of(who)), _quota(cluster, who.uid)
    told: dict[str, Any] = {
        "user_id": who.uid,
        "volumes": {
            "disk": {"max": quota.disk, "used": _shown(used.disk)},
            "volumes": {"max": quota.volumes, "used": str(used.volumes)},
            "max_disk_per_volume": quota.largest,
            "min_disk_per_volume": quota.smallest,
        },
        "minio": {
            "buckets": {
                "max": int(quota.buckets or 0),
                "used": len(_owned(cluster, who.uid)),
            },
            "storage_per_bucket": {"max": quota.bucket_size or "0"},
            "storage_total": {"used": "0"},
        },
    }
    if not cluster.settings.release.has_bucket_quotas:
        told.pop("minio")
    return Reply().json(200, told)


def other_quota(cluster: Cluster, who: Caller, user: str) -> Reply:
    """Answer `GET /system/quotas/user/{id}`: a user without a namespace has none."""
    if not who.is_admin:
        return Reply().text(403, "forbidden")
    if cluster.settings.release.has_kueue:
        return _no_queue(user)
    if cluster.home_of(Caller(user)) in cluster.namespaces:
        return own_quota(cluster, Caller(user))
    text = f'getting volume quotas for user {user}: resourcequotas "{formatted(user)}" not found'
    return Reply().text(500, text)


def _no_queue(user: str) -> Reply:
    """Return what 3.7 says where Kueue has no queue for a user: nothing else has quotas there."""
    name = f"oscar-cq-{re.sub('[^a-z0-9-]', '-', user.lower())}"
    missing = f'clusterqueues.kueue.x-k8s.io "{name}" not found'
    return Reply().text(500, f"getting ClusterQueue {name}: {missing}")


def change_quota(cluster: Cluster, who: Caller, request: Request, user: str) -> Reply:
    """Answer `PUT /system/quotas/user/{id}` with the new quota (records 118, 139)."""
    if not who.is_admin:
        return Reply().text(403, "forbidden")
    try:
        asked = bound(QUOTA, request.body)
    except GoJsonError as error:
        return Reply().text(400, f"invalid payload: {error}")
    release = cluster.settings.release
    needed = [name for name in asked if name in release.quota_needs]
    has_volumes, has_buckets = (
        name in needed and any((asked[name] or {}).values()) for name in ("volumes", "minio")
    )
    has_amounts = any(asked[name] for name in needed if name not in {"volumes", "minio"})
    if not (has_amounts or has_volumes or has_buckets):
        return Reply().text(400, f"{release.quota_needs} must be provided")
    if has_amounts:
        return _no_queue(user) if release.has_kueue else Reply().text(503, _NO_KUEUE)
    try:
        _change(cluster, user, asked, has_volumes=has_volumes, has_buckets=has_buckets)
    except _NotTaken as problem:
        return Reply().text(500, str(problem))
    return other_quota(cluster, who, user)


def _change(
    cluster: Cluster, user: str, asked: Document, *, has_volumes: bool, has_buckets: bool
) -> None:
    namespace, quota = cluster.home_of(Caller(user)), _quota(cluster, user)
    is_known = namespace in cluster.namespaces
    if has_volumes and not is_known:
        missing = f'resourcequotas "{formatted(user)}" not found'
        raise _NotTaken(f"getting current volume quota: {missing}")
    for field, name, value in _changes(asked):
        if quantity_problem(value):
            raise _NotTaken(f"invalid {name} quantity: {quantity_problem(value)}")
        setattr(quota, field, value)
    if has_buckets and not is_known:
        place = f"{namespace}/oscar-minio-quota"
        missing = f'namespaces "{namespace}" not found'
        raise _NotTaken(f"creating MinIO quota ConfigMap {place}: {missing}")
    cluster.quotas[user] = quota
    if has_buckets and quota.bucket_size:
        cluster.store.quotas.update(dict.fromkeys(_owned(cluster, user), quota.bucket_size))


def _changes(asked: Document) -> list[tuple[str, str, str]]:
    """Return (field, name in errors, value) of what is set."""
    volumes, buckets = asked["volumes"] or {}, asked["minio"] or {}
    wanted = [
        ("disk", "volumes.disk", volumes.get("disk")),
        ("volumes", "volumes.volumes", volumes.get("volumes")),
        ("largest", "volumes.max_disk_per_volume", volumes.get("max_disk_per_volume")),
        ("smallest", "volumes.min_disk_per_volume", volumes.get("min_disk_per_volume")),
        ("buckets", "minio.buckets", buckets.get("buckets")),
        ("bucket_size", "minio.storage_per_bucket", buckets.get("storage_per_bucket")),
    ]
    return [(field, name, value) for field, name, value in wanted if value]
