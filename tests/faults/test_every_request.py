"""L2, L4: each request of each kind of action is struck: no loss, and the next run mends it.

Reads and writes, on the cluster and on its store, in the order in which they go by. `make test`
strikes each request with one fault, each kind of fault in turn; `make faults` with every one.
"""

import os
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from oscar_sync.emulator.faults import KINDS
from oscar_sync.semantics.stamp import HOOKS, hooks_of
from tests.faults.conftest import HELD
from tests.kills.scenes import SCENES
from tests.property.proxy import no_fault
from tests.property.witness import check_deletes, check_nothing_lost
from tests.support.states import state

BY_EMULATOR = (
    "refuse",
    "before",
    "after",
    "500-before",
    "500-after",
    "warn",
    "409",
    "403",
    "401",
    "truncate",
    "reset",
    "slow=0.02",
    'meanwhile=alpha:cpu="3"',
)
ON_THE_WAY = ("reset", "reset-after", "truncate", "503", "403")
"""What happens between us and the store, of which the emulator has no faults of its own."""
OF_CLUSTER = (*BY_EMULATOR, "503")
EXITS = frozenset({0, 4, 5, 6, 7, 9})
"""Done, failed, moved, unreachable, blocked, not verified: each with words."""
IS_COMPLETE = bool(os.environ.get("EVERY_FAULT"))


class Strike(NamedTuple):
    """The fault that strikes the nth request to the cluster, or to its store."""

    to_store: bool
    nth: int
    fault: str

    def __str__(self) -> str:
        return (
            f"{self.fault} at request {self.nth} to the {'store' if self.to_store else 'cluster'}"
        )


class Undisturbed(NamedTuple):
    """How many requests a run makes that nothing strikes, and how it leaves the world."""

    to_cluster: int
    to_store: int
    slowest_s: float
    left: dict[str, Any]


class Counter:
    """Lets a fault on the way strike the nth request that passes."""

    def __init__(self, nth: int, fault: str) -> None:
        self._nth, self._fault = nth, fault
        self._guard = threading.Lock()
        self._seen = 0

    def __call__(self, method: str, path: str, query: str) -> str:
        with self._guard:
            self._seen += 1
            return self._fault if self._seen == self._nth else ""


def install(world, strike):
    if strike.to_store:
        world.s3.fault = Counter(strike.nth, strike.fault)
    elif strike.fault in BY_EMULATOR:
        world.emulator.fault(f"* /*#{strike.nth}:{strike.fault}")
    else:
        world.oscar.fault = Counter(strike.nth, strike.fault)


def take_away(world):
    world.emulator.clear_faults()
    world.oscar.fault = world.s3.fault = no_fault


@pytest.fixture(scope="module")
def undisturbed():
    """Remembers each kind's run that nothing strikes."""
    return {}


def undisturbed_run(world, calling, scene):
    scene.prepare(world)
    world.forget()
    code, said = calling(scene.args)
    assert code == 0, said
    seen = [*world.oscar.seen, *world.s3.seen]
    slowest_s = max(one.ended_s - one.started_s for one in seen)
    return Undisturbed(len(world.oscar.seen), len(world.s3.seen), slowest_s, state(world))


def patience_s(run: Undisturbed, strike: Strike) -> float | None:
    """Return how long an answer is waited for where one is held back: as this machine needs now.

    What then comes too late all the same fails as others do.
    """
    return max(0.4, 10 * run.slowest_s) if strike.fault in HELD else None


def requests_of(run: Undisturbed) -> Iterator[tuple[bool, int, tuple[str, ...]]]:
    """Yield for each request whether it goes to the store, its number, and what can strike it."""
    yield from ((False, nth, OF_CLUSTER) for nth in range(1, run.to_cluster + 1))
    yield from ((True, nth, ON_THE_WAY) for nth in range(1, run.to_store + 1))


def in_turn(kind: str, run: Undisturbed) -> list[Strike]:
    """Return a strike for each request; each kind of action begins with another fault."""
    first = list(SCENES).index(kind)
    return [
        Strike(to_store, nth, faults[(first + nth) % len(faults)])
        for to_store, nth, faults in requests_of(run)
    ]


def everywhere(fault: str, run: Undisturbed) -> list[Strike]:
    """Return that fault at each request that it can strike."""
    return [
        Strike(to_store, nth, fault)
        for to_store, nth, faults in requests_of(run)
        if fault in faults
    ]


EVERY_FAULT = tuple(dict.fromkeys((*OF_CLUSTER, *ON_THE_WAY)))


@pytest.mark.parametrize("fault", EVERY_FAULT if IS_COMPLETE else ["each in turn"])
@pytest.mark.parametrize("kind", SCENES)
def test_a_request_that_fails_once_loses_nothing_and_is_mended(
    world, calling, undisturbed, kind, fault
):
    if kind not in undisturbed:
        undisturbed[kind] = undisturbed_run(world, calling, SCENES[kind])
    run = undisturbed[kind]
    strikes = everywhere(fault, run) if fault in EVERY_FAULT else in_turn(kind, run)
    found = [problem for one in strikes if (problem := problem_of(world, calling, kind, run, one))]
    assert not found, f"{len(found)} of {len(strikes)}:\n" + "\n\n".join(found)


def problem_of(world, calling, kind, run, strike):
    """Return what one strike does that it must not do, with what was said; blank if nothing."""
    said: list[str] = []
    try:
        check(world, calling, kind, run, strike, said)
    except AssertionError as error:
        return "\n".join([f"{strike}: {error}", *said])
    finally:
        take_away(world)
    return ""


def check(world, calling, kind, run, strike, said):  # noqa: PLR0917 - what is struck where
    scene = SCENES[kind]
    world.reset()
    scene.prepare(world)
    before = world.objects()
    world.forget()
    install(world, strike)
    code, text = calling(scene.args, patience_s(run, strike))
    said.append(text)
    take_away(world)
    assert code in EXITS, code
    erased = {bucket for bucket, _ in before if (bucket, "") not in run.left["objects"]}
    swept = [f"{b}/{k}" for b, k in before.keys() - run.left["objects"].keys()]
    check_nothing_lost(before, world.objects(), [*erased, *swept])
    code, text = calling(scene.args)
    said.append(text)
    assert code == 0, code
    assert differing(state(world), run.left, kind, strike) == {}
    check_deletes(world, frozenset(erased))


def differing(found, wanted, kind, strike):
    """Return what of *found* is not as *wanted*.

    What another writer changed stays where only a stamp is put on or taken off.
    """
    wrong = {key: (found[key], wanted[key]) for key in wanted if found[key] != wanted[key]}
    is_stamp_only = kind in ("adopt", "forget") and strike.fault.startswith("meanwhile")
    if "services" in wrong and (is_stamp_only or is_served(*wrong["services"])):
        del wrong["services"]
    return wrong


def is_served(found, wanted):
    """Tell whether services are as *wanted*, with stamps that vouch for as much or more.

    A bucket that the struck run made is taken up by the next one, which vouches for its hook.
    """
    if found.keys() != wanted.keys():
        return False
    for name, (form, stamps, *rest) in wanted.items():
        found_form, found_stamps, *found_rest = found[name]
        lost = hook_marks(stamps) - hook_marks(found_stamps)
        if (found_form, found_rest) != (form, rest) or lost:
            return False
        if {**found_stamps, HOOKS: ""} != {**stamps, HOOKS: ""}:
            return False
    return True


def hook_marks(stamps):
    return {mark for mark in hooks_of(stamps) if not mark.is_gone}


def test_every_fault_of_the_emulator_is_among_them():
    assert {fault.partition("=")[0] for fault in BY_EMULATOR} == set(KINDS)
