"""What a board shows of the clusters beside a plan: how services run, what buckets hold."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from msgspec import Struct

from oscar_sync.model.finding import Examination
from oscar_sync.model.identity import BucketName, ClusterId, ServiceKey
from oscar_sync.model.state import BucketCount
from oscar_sync.model.status import ClusterStatus


class Survey(Struct, frozen=True):
    """One look at the clusters; ``at`` is when it began.

    ``planned_at`` is when the clusters were read for the plan that it belongs to.
    ``contents`` is None for a bucket that could not be counted. ``running`` counts the jobs that
    wait or run, of the services that have any. Unless it ``is_whole``, services that were not asked
    about yet are left out. ``took_s`` is how long the look took until the last answer came.
    """

    at: datetime
    planned_at: datetime
    clusters: tuple[ClusterStatus, ...] = ()
    examinations: tuple[Examination, ...] = ()
    contents: Mapping[tuple[ClusterId, BucketName], BucketCount | None] = MappingProxyType({})
    running: Mapping[ServiceKey, int] = MappingProxyType({})
    is_whole: bool = True
    took_s: float = 0.0
