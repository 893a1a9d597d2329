"""What a quota has room for, by the document of a cluster (oscar-server 1.7)."""

import pytest

from oscar_sync.model.state import Quota
from oscar_sync.semantics.quotas import quota_of, volume_fault

DOCUMENT = {
    "minio": {"buckets": {"max": 0, "used": 3}},
    "volumes": {
        "disk": {"max": "10Gi", "used": "4Gi"},
        "volumes": {"max": "3", "used": "1"},
        "max_disk_per_volume": "5Gi",
        "min_disk_per_volume": "1Gi",
    },
}
QUOTA = Quota(None, 2, "10Gi", "4Gi", "5Gi", "1Gi")


def test_a_limit_of_no_buckets_is_none_and_what_is_not_told_has_no_limit() -> None:
    assert quota_of(DOCUMENT) == QUOTA
    assert quota_of({"minio": {"buckets": {"max": 3, "used": 4}}}) == Quota(0)
    assert quota_of({}) == Quota()


@pytest.mark.parametrize(
    ("size", "others", "fault"),
    [
        ("3Gi", ("3Gi",), ""),
        ("1Gi", ("1Gi", "1Gi"), "the quota has room for 2 more volumes"),
        ("6Gi", (), "a volume may have 5Gi at most"),
        ("512Mi", (), "a volume must have 1Gi at least"),
        ("3Gi", ("4Gi",), "all volumes together may have 10Gi, and 4Gi is used"),
        ("much", (), ""),
    ],
)
def test_a_volume_fits_beside_those_that_the_plan_makes_before_it_or_not(
    size: str, others: tuple[str, ...], fault: str
) -> None:
    assert volume_fault(QUOTA, size, others) == fault
    assert not volume_fault(Quota(), size, others)
