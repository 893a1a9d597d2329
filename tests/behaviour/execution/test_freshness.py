"""The precondition of a write is at most five seconds old, whichever write it is (L6)."""

import pytest

from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.report import Status
from tests.behaviour.execution.carried import reported
from tests.emulator.calling import SERVICES
from tests.support.services import service


@pytest.mark.parametrize("scope", [Scope.ADOPT, Scope.FORGET])
def test_a_change_meanwhile_stops_the_next_write_of_a_mark(world, scope):
    """Somebody writes beta while alpha is written."""
    names = ("alpha", "beta")
    world.write(*map(service, names))
    if scope is Scope.ADOPT:
        world.write_settings(set=None)
    world.apply()
    world.settings.pop("set", None)
    world.write(*map(service, names))
    written: list[int] = []

    def landed(method, status):
        if method == "PUT" and not written:
            written.append(status)
            world.api.put({**world.live("beta"), "memory": "7Gi"}, SERVICES)

    results = reported(world, PlanOptions(scope=scope, names=names), landed=landed).results
    assert [one.status for one in results] == [Status.DONE, Status.STALE]
    assert world.live("beta")["memory"] == "7Gi"
