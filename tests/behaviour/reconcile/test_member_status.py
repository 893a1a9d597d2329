"""Workers are shown beside their origin, with cluster and state (issue 19, B8)."""

from typing import Any

import pytest

from oscar_sync.published.status import StatusDocument
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.desire.request import DesireRequest
from oscar_sync.reconcile.examine import examinations
from oscar_sync.reconcile.formats import FORMATS
from oscar_sync.reconcile.status import statuses
from oscar_sync.render.plan_text import plan_text
from oscar_sync.render.status import status_text
from oscar_sync.render.subject import Subject
from tests.behaviour.reconcile.federation import applied
from tests.emulator.calling import SERVICES
from tests.machine import PATIENCE_S
from tests.property.world import no_sleep


def read(world, look):
    """Return what *look* makes of the manifests and the clusters."""
    request = DesireRequest(paths=(str(world.folder / "files"),))
    connections = Connections(world.environ, 4, PATIENCE_S, sleep=no_sleep)
    try:
        return look(desire(request, world.environ), connections)
    finally:
        connections.close()


def shown(world):
    found = read(world, statuses)
    document: Any = StatusDocument.of(found).data
    by_name = {
        (cluster["id"], service["service"]): service
        for cluster in document["clusters"]
        for service in cluster["services"]
    }
    return status_text(found), by_name


@pytest.mark.parametrize("cluster_id", ["edge", ""])
def test_a_worker_is_shown_beside_its_origin_with_cluster_and_state(world, cluster_id):
    applied(world, "near/plants", "far/two", cluster_id=cluster_id)
    text, services = shown(world)
    workers = services["edge", "plants"]["workers"]
    assert [(one["cluster"], one["service"], one["state"]) for one in workers] == [
        ("near", "plants", "pending"), ("far", "two", "pending")
    ]  # fmt: skip
    assert "\n    worker near/plants: pending: " in text
    assert "\n    worker far/two: pending: " in text
    assert services["near", "plants"]["origin"] == "edge/plants"
    assert services["far", "two"]["origin"] == "edge/plants"
    assert "\n    worker of edge/plants\n" in text
    assert services["edge", "plants"]["drifted"] is False


def test_a_worker_that_is_missing_taken_or_out_of_sight_is_shown_as_that(world):
    applied(world, "near/plants", "far/plants", "far/two")
    for place in ("near/plants", "far/plants"):
        cluster, _, service = place.partition("/")
        assert world.apis[cluster].delete(f"{SERVICES}/{service}").status == 204
    world.stranger("far", "plants", "theirs")
    text, services = shown(world)
    assert "    worker near/plants: missing\n" in text
    assert "    worker far/plants: taken: the service there is not its worker\n" in text
    assert services["edge", "plants"]["drifted"] is True
    world.unknown = {"near"}
    world.write(world.origin("near/plants", "far/plants", "far/two"))
    text, services = shown(world)
    assert "    worker near/plants: unknown: this run knows no cluster near at http" in text
    assert services["edge", "plants"]["workers"][0]["state"] == "unknown"


def test_a_worker_whose_origin_no_cluster_of_the_run_has_is_shown_with_it(world):
    applied(world, "near/plants")
    world.apis["edge"].delete(f"{SERVICES}/plants")
    _, services = shown(world)
    assert services["near", "plants"]["origin"] == "edge/plants"


FORMATS_OF_PLANS = ("markdown", "html", "json")


@pytest.mark.parametrize("format_name", FORMATS_OF_PLANS)
def test_a_plan_shows_what_becomes_of_a_worker_in_every_format(world, format_name):
    world.write(world.origin("near/plants"))
    plan = world.plan()
    text = FORMATS[format_name].write(Subject("plan", plan))
    assert "member near/plants: its worker is created there" in text
    assert "member near/plants: its worker is created there" in plan_text(plan)


@pytest.mark.parametrize("is_there", [True, False])
def test_doctor_lists_a_worker_whose_origin_is_not_there(world, is_there):
    applied(world, "near/plants")
    if not is_there:
        world.apis["edge"].delete(f"{SERVICES}/plants")
    found = [
        (examined.cluster.id, finding.name)
        for examined in read(world, examinations)
        for finding in examined.findings
        if finding.code == "OSY406"
    ]
    assert found == ([] if is_there else [("near", "plants")])
