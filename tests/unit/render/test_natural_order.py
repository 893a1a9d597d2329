"""Names are shown in the order of people: ``proj2`` before ``proj10``."""

import re

import pytest

from oscar_sync.model.cluster import Cluster
from oscar_sync.model.plan import LeftAlone
from oscar_sync.model.status import ClusterStatus, ServiceStatus
from oscar_sync.reconcile.formats import FORMATS
from oscar_sync.render.plan_text import plan_text
from oscar_sync.render.status import status_text
from oscar_sync.render.subject import Subject
from tests.unit.render.subjects import EDGE, key, plan

NAMES = ("proj10", "proj1", "proj2")


@pytest.mark.parametrize(
    "write",
    [plan_text, lambda one: FORMATS["markdown"].write(Subject("plan", one))],
    ids=["text", "markdown"],
)
def test_what_is_left_alone_is_shown_in_the_order_of_people(write):
    found = plan(left_alone=tuple(LeftAlone(key(one), "is not managed") for one in NAMES))
    assert re.findall(r"proj[0-9]+", write(found)) == ["proj1", "proj2", "proj10"]


def test_services_of_one_state_are_shown_in_the_order_of_people():
    services = tuple(ServiceStatus(key(one), None, None, None, is_ours=False) for one in NAMES)
    text = status_text([ClusterStatus(Cluster(EDGE, "https://h", "h", None), services)])
    assert [line.split()[0] for line in text.splitlines()[2:]] == ["proj1", "proj2", "proj10"]
