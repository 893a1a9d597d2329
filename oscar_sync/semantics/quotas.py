"""What a user may still make on a cluster (oscar-server 1.7; records 118, 139, 216).

An administrator has no quota. A limit of 0 buckets is none; volumes always have limits.
"""

from collections.abc import Iterable, Mapping

from oscar_sync.model.amounts import plural
from oscar_sync.model.state import Quota
from oscar_sync.semantics.quantities import amount
from oscar_sync.semantics.shapes import mapping_of


def quota_of(document: Mapping[str, object]) -> Quota:
    """Return the quota that ``/system/quotas/user`` shows; what it does not tell has no limit."""
    volumes = mapping_of(document.get("volumes"))
    disk = mapping_of(volumes.get("disk"))
    buckets = mapping_of(mapping_of(document.get("minio")).get("buckets"))
    return Quota(
        _left(buckets) if buckets.get("max") not in (0, "0") else None,
        _left(mapping_of(volumes.get("volumes"))),
        str(disk.get("max", "")),
        str(disk.get("used", "")),
        str(volumes.get("max_disk_per_volume", "")),
        str(volumes.get("min_disk_per_volume", "")),
    )


def _left(limit: Mapping[str, object]) -> int | None:
    most, used = amount(str(limit.get("max", ""))), amount(str(limit.get("used", "")))
    return None if most is None or used is None else max(0, int(most - used))


def volume_fault(quota: Quota, size: str, others: Iterable[str]) -> str:
    """Return why a volume of *size* does not fit beside the *others* that are made before it."""
    wanted = amount(size)
    before = [found for one in others if (found := amount(one)) is not None]
    if wanted is None:
        return ""
    if quota.volumes_left is not None and quota.volumes_left <= len(before):
        return f"the quota has room for {plural(quota.volumes_left, 'more volume')}"
    most, least = amount(quota.volume_max), amount(quota.volume_min)
    if most is not None and wanted > most:
        return f"a volume may have {quota.volume_max} at most"
    if least is not None and wanted < least:
        return f"a volume must have {quota.volume_min} at least"
    every, used = amount(quota.disk_max), amount(quota.disk_used)
    if every is not None and used is not None and used + sum(before) + wanted > every:
        return f"all volumes together may have {quota.disk_max}, and {quota.disk_used} is used"
    return ""
