"""Each fault at each write of what is done by consent: no loss unasked, and the next apply mends."""

import pytest

from tests.faults.test_requests import DONE, REFUSALS, SERVICES, UNDONE
from tests.kills.scenes import erase, push_secrets, replace, take_over
from tests.property.witness import check_deletes, check_nothing_lost

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
