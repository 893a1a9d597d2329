"""What the steps of an action need beside the plan."""

import pytest

from oscar_sync.model.identity import ServiceName
from oscar_sync.model.material import MemberWatch
from oscar_sync.model.step import Do, Step
from tests.unit.planning.built import view


@pytest.mark.parametrize(
    ("member", "target", "is_its_own"),
    [
        ("edge", "edge/plants", True),
        ("edge", "edge/other", False),
        ("near", "edge/plants", False),
        ("", "edge/plants", False),  # a folder of a bucket called like the cluster
    ],
)
def test_a_step_writes_a_member_by_its_cluster_and_its_service(member, target, is_its_own):
    watch = MemberWatch(view().cluster, ServiceName("plants"), (4, 1, 2))
    assert watch.is_written_by(Step(Do.PUT, target, member=member)) is is_its_own
