"""Each fault at each write of what needs consent: no loss unasked; the next apply mends it."""

import pytest

from oscar_sync.model.plan_options import PlanOptions
from oscar_sync.model.report import Status
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.once import ApplyOptions, apply_once, plan_once
from tests.kills.scenes import attach, erase, push_secrets, replace, take_over
from tests.machine import PATIENCE_S
from tests.property.witness import check_deletes, check_nothing_lost
from tests.support.answers import DONE, REFUSALS, SERVICES, UNDONE

CONSENTS = (
    "--allow",
    "replace:alpha",
    "--allow",
    "take-over:alpha",
    "--allow",
    "push-secrets:alpha",
)
WRITES = (
    (replace, f"PUT {SERVICES}#1"),
    (replace, f"DELETE {SERVICES}/alpha#1"),
    (replace, f"POST {SERVICES}#1"),
    (replace, f"PUT {SERVICES}#2"),
    (erase, f"DELETE {SERVICES}/alpha#1"),
    (erase, "DELETE /system/buckets/red#1"),
    (take_over, f"PUT {SERVICES}#1"),
    (push_secrets, f"PUT {SERVICES}#1"),
)


@pytest.mark.parametrize("kind", [*REFUSALS, *UNDONE, *DONE])
@pytest.mark.parametrize(("prepare", "write"), WRITES)
def test_a_consented_write_that_fails_once_loses_nothing_and_is_mended(
    world, apply, prepare, write, kind
):
    prepare(world)
    before = world.objects()
    world.forget()
    world.emulator.fault(f"{write}:{kind}")
    code, text = apply(*CONSENTS)
    assert code in {0, 4, 5, 9}, text
    world.emulator.clear_faults()
    lost = ["red"] if prepare is erase else []
    check_nothing_lost(before, world.objects(), lost)
    code, text = apply(*CONSENTS)
    assert code == 0, text
    check_nothing_lost(before, world.objects(), lost)
    check_deletes(world)
    assert not world.plan().draft.plan.actions
    assert ("red" in world.buckets()) == (prepare is not erase)


DOWN_S = 55.0


@pytest.mark.parametrize("prepare", [attach, replace, erase])
def test_a_store_that_is_down_for_a_minute_is_waited_for(world, prepare):
    prepare(world)
    before = world.objects()
    clock = [0.0]
    world.oscar.fault = world.s3.fault = _restarting(clock)
    world.forget()
    connections = Connections(
        world.environ,
        4,
        PATIENCE_S,
        sleep=lambda s: clock.__setitem__(0, clock[0] + s),
        now=lambda: clock[0],
    )
    found = plan_once(world.desire(allow=("replace:alpha",)), PlanOptions(), connections)
    report = apply_once(found, ApplyOptions(), connections)
    connections.close()
    assert clock[0] >= DOWN_S
    assert {item.status for item in report.results} == {Status.DONE}
    check_nothing_lost(before, world.objects(), ["red"] if prepare is erase else [])
    check_deletes(world)


def _restarting(clock):
    """Let the store go away at the first POST or DELETE of a service, and come back by itself."""
    since: list[float] = []

    def fault(method, path, query):
        is_oscar = path.startswith("/system/")
        if path.startswith(SERVICES):
            if method in ("POST", "DELETE") and not since:
                since.append(clock[0])
            return ""
        if since and clock[0] < since[0] + DOWN_S and (not is_oscar or path == "/system/buckets"):
            return "503"
        return ""

    return fault
