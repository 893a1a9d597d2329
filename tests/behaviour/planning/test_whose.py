"""Whose a service is: the ownership mark on it decides, whatever it calls this cluster."""

import pytest

from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.report import Status
from oscar_sync.reconcile.once import ApplyOptions, apply_once, plan_once
from tests.emulator.calling import SERVICES

MARK = "oscar-sync.io/owner"


def relabel(world, annotations):
    """Let somebody else write annotations alone: no field of the definition differs."""
    shown = world.live("alpha")
    assert world.api.put({**shown, "annotations": annotations}, SERVICES).status == 204


MOVED = [
    {MARK: "geo-lab/laws.example.org/alpha"},
    {},
    {MARK: "laws/laws.example.org/alpha", "oscar-sync.io/detached": "remove data"},
    {MARK: "laws/laws.example.org/alpha", "oscar-sync.io/hooks": "data/in/"},
]


@pytest.mark.parametrize("annotations", MOVED)
@pytest.mark.parametrize("what", ["update", "remove", "replace", "adopt", "forget"])
def test_a_mark_that_changed_since_the_plan_stops_the_write(world, annotations, what):
    service = {"name": "alpha", "image": "ghcr.io/x/a:1", "script": "s\n"}
    own = {MARK: "laws/laws.example.org/alpha"} if what != "adopt" else {}
    assert world.api.post({**service, "annotations": own}).status == 201
    world.write({**service, "memory": "1Gi"} if what == "update" else service)
    options = PlanOptions()
    if what in ("adopt", "forget", "remove"):
        options = PlanOptions(Scope(what), ("alpha",))
    if what == "replace":
        world.write({**service, "volume": {"size": "1Gi", "mount_path": "/d"}})
        world.write_settings(services={"alpha": {"allow": ["replace"]}})
    if what == "adopt" and not annotations:
        annotations = {"oscar-sync.io/hooks": "data/in/"}
    with world.connections() as connections:
        found = plan_once(world.desire(), options, connections)
        assert [action.kind.value for action in found.draft.plan.actions] == [what]
        relabel(world, annotations)
        report = apply_once(found, ApplyOptions(), connections)
    assert [result.status for result in report.results] == [Status.STALE]
    assert "mark" in report.results[0].message
    assert world.live("alpha")["annotations"] == annotations
