"""What a user may take of the cluster (oscar-server 1.7, record 216)."""

import re
from typing import Any

from oscar_sync.emulator.callers import Caller
from oscar_sync.emulator.reply import Reply
from oscar_sync.emulator.state import Cluster

__all__ = ["own_quota", "volume_quota_problem"]

_DISK, _VOLUMES = "6Gi", 4
_LARGEST, _SMALLEST = "5Gi", "200Mi"
_UNITS = {"": 1, **{unit: 1024**n for n, unit in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi"), 1)}}
_DECIMAL = {"k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}


def _bytes(amount: str) -> int:
    found = re.fullmatch(r"([0-9.]+)([A-Za-z]*)", amount)
    if found is None:
        return 0
    return int(float(found[1]) * {**_UNITS, **_DECIMAL}.get(found[2], 1))


def _shown(size: int) -> str:
    """Return bytes in the largest binary unit that takes them whole, as Kubernetes prints them."""
    for unit in ("Ti", "Gi", "Mi", "Ki"):
        if size and size % _UNITS[unit] == 0:
            return f"{size // _UNITS[unit]}{unit}"
    return str(size)


def _used(cluster: Cluster, namespace: str) -> tuple[int, int]:
    sizes = [
        _bytes(volume.size) for (place, _), volume in cluster.volumes.items() if place == namespace
    ]
    return sum(sizes), len(sizes)


def volume_quota_problem(cluster: Cluster, namespace: str, size: str) -> str | None:
    """Return why a user gets no further volume of that size, nothing if there is room."""
    disk, count = _used(cluster, namespace)
    free = _bytes(_DISK) - disk
    if _bytes(size) > free:
        return f"not enough volume disk quota: requested {size}, available {_shown(free)}"
    if count >= _VOLUMES:
        return "not enough volume count quota: requested 1, available 0"
    return None


def own_quota(cluster: Cluster, who: Caller) -> Reply:
    """Answer `GET /system/quotas/user`: an administrator has none (records 118, 216)."""
    if not who.uid:
        return Reply().text(401, "missing user identificator: missing user identificator")
    disk, count = _used(cluster, cluster.home_of(who))
    told: dict[str, Any] = {
        "user_id": who.uid,
        "volumes": {
            "disk": {"max": _DISK, "used": _shown(disk)},
            "volumes": {"max": str(_VOLUMES), "used": str(count)},
            "max_disk_per_volume": _LARGEST,
            "min_disk_per_volume": _SMALLEST,
        },
        "minio": {
            "buckets": {"max": 0, "used": 0},
            "storage_per_bucket": {"max": "0"},
            "storage_total": {"used": "0"},
        },
    }
    return Reply().json(200, told)
