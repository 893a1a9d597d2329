"""Our marks on a bucket, as tags: who manages it, who has access, and who kept it.

Tags of our own survive everything that OSCAR does with the bucket, for administrators and users
alike, and ``GET /system/buckets`` shows them under ``metadata`` (records 135 and 234).
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

from oscar_sync.model.field_change import Cause

SET: Final = "oscar-sync"
"""Which set manages it."""
APPLIED: Final = "oscar-sync-applied"
"""What access it was given last."""
KEPT: Final = "oscar-sync-kept"
"""Which set kept it when a service was removed: read by ``doctor`` alone, and allows nothing."""


def access_mark(visibility: str, users: Iterable[str]) -> str:
    """Return a short hash (8 hex digits) of who is given access; the order of users is none."""
    text = "\n".join((visibility, *sorted(users)))
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def marks(set_name: str, applied: str) -> Mapping[str, str]:
    return {SET: set_name, APPLIED: applied}


def cause_of(live: str, applied: str, wanted: str) -> Cause:
    """Return who moved, by the marks of what is *live*, was *applied* last, and is *wanted*."""
    if not applied:
        return Cause.UNKNOWN
    if live == applied:
        return Cause.MANIFEST
    return Cause.CLUSTER if wanted == applied else Cause.BOTH
