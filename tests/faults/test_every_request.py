"""L2, L4: each request of each kind of action is struck once: no loss, and the next run mends it.

Reads and writes, on the cluster and on its store, in the order in which they go by.
"""

import threading

import pytest

from tests.kills.scenes import SCENES
from tests.kills.test_kills import state
from tests.property.proxy import no_fault
from tests.property.witness import check_deletes, check_nothing_lost

FAULTS = ("reset", "reset-after", "503")
EXITS = frozenset({0, 4, 5, 6, 7, 9})
"""Done, failed, moved, unreachable, blocked, not verified: each with words."""


class Striker:
    """Lets a fault strike the nth request to a cluster or its store, and counts them."""

    def __init__(self, world, nth=0, fault=""):
        self._nth, self._fault = nth, fault
        self._guard = threading.Lock()
        self.seen = 0
        world.oscar.fault = world.s3.fault = self._passing

    def _passing(self, method, path, query):
        with self._guard:
            self.seen += 1
            return self._fault if self.seen == self._nth else ""


@pytest.mark.parametrize("kind", SCENES)
def test_a_request_that_fails_once_loses_nothing_and_is_mended(world, calling, kind):
    scene = SCENES[kind]
    scene.prepare(world)
    striker = Striker(world)
    code, said = calling(scene.args)
    assert code == 0, said
    wanted = state(world)
    for nth in range(1, striker.seen + 1):
        fault = FAULTS[nth % len(FAULTS)]
        where = f"{fault} at request {nth} of {striker.seen}"
        world.reset()
        scene.prepare(world)
        before = world.objects()
        Striker(world, nth, fault)
        code, said = calling(scene.args)
        assert code in EXITS, (where, code, said)
        world.oscar.fault = world.s3.fault = no_fault
        erased = {bucket for bucket, _ in before if (bucket, "") not in wanted["objects"]}
        swept = [f"{b}/{k}" for b, k in before.keys() - wanted["objects"].keys()]
        check_nothing_lost(before, world.objects(), [*erased, *swept])
        code, again = calling(scene.args)
        assert code == 0, (where, said, again)
        assert state(world) == wanted, (where, said, again)
        check_deletes(world, frozenset(erased))
