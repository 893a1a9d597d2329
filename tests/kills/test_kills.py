"""L7, L4: killed at any write of any kind of action, the next apply ends as if nothing was."""

import os
import signal
import threading
from collections import Counter

import pytest

from tests.kills.killer import WHEN, Killer
from tests.kills.scenes import SCENES
from tests.machine import PATIENCE_S
from tests.property.proxy import no_fault, no_interest
from tests.property.witness import check_deletes, check_nothing_lost
from tests.support.states import state


@pytest.fixture(scope="module")
def known():
    return {}


@pytest.fixture
def undisturbed(world, run, known):
    """Return what tells the state after a run of a kind that nobody killed, each made once."""

    def wanted(kind):
        if kind not in known:
            SCENES[kind].prepare(world)
            assert run(SCENES[kind].args)[0] == 0
            known[kind] = state(world)
            world.reset()
        return known[kind]

    return wanted


@pytest.mark.parametrize("kind", SCENES)
def test_a_run_that_is_not_killed_sends_so_many_writes(world, run, kind):
    scene = SCENES[kind]
    scene.prepare(world)
    world.forget()
    code, said = run(scene.args)
    assert code == 0, said
    assert len(world.oscar.writes) + len(world.s3.writes) == scene.writes
    check_settled(world, run, scene)


BOUNDARIES = [
    pytest.param(kind, nth, when, id=f"{kind}-{nth}-{when}")
    for kind, scene in SCENES.items()
    for nth in range(1, scene.writes + 1)
    for when in WHEN
]


@pytest.mark.parametrize(("kind", "nth", "when"), BOUNDARIES)
def test_a_killed_run_is_finished_by_the_next(  # noqa: PLR0917 - what is killed where
    world, run, undisturbed, kind, nth, when
):
    scene, wanted = SCENES[kind], undisturbed(kind)
    scene.prepare(world)
    before = world.objects()
    world.forget()
    killer = Killer((world.oscar, world.s3), nth, when)
    code, said = run(scene.args, killer.started)
    assert code == -signal.SIGKILL, (code, said)
    for proxy in (world.oscar, world.s3):
        proxy.fault, proxy.landed = no_fault, no_interest
    erased = {bucket for bucket, key in before if (bucket, "") not in wanted["objects"]}
    swept = [f"{b}/{k}" for b, k in before.keys() - wanted["objects"].keys()]
    check_nothing_lost(before, world.objects(), [*erased, *swept])
    is_unasked = nth == 1 and when == "before"  # nothing on the cluster says that one was begun
    code, said = run(scene.args if is_unasked else scene.again)
    assert code == 0, said
    assert state(world) == wanted, said
    check_nothing_lost(before, world.objects(), [*erased, *swept])
    check_deletes(world, frozenset(erased))
    check_uploaded_once(world)
    check_settled(world, run, scene)


def check_uploaded_once(world):
    """L7: no file, and no part of one, reaches the store twice, so that no job starts twice."""
    uploads = Counter(
        (seen.path, seen.query.partition("&")[0])
        for seen in world.s3.seen
        if seen.method == "PUT" and "/seeds/" in seen.path and seen.status == 200
    )
    assert not [path for path, times in uploads.items() if times > 1]


def check_settled(world, run, scene):
    """A further plan finds nothing to do."""
    words = scene.again[1:] if scene.again[0] == "apply" else ()
    allowed = [word for word in words if word != "--yes"]
    if scene.again[0] != "forget":
        code, said = run(("plan", "--detailed-exitcode", *allowed))
        assert code == 0, said


def test_an_interrupted_upload_ends_between_parts_and_goes_on(world, run):
    SCENES["seed-big"].prepare(world)
    big = world.folder / "files" / "big"
    big.write_bytes(b"".join(bytes([at]) * 2**20 for at in range(120)))
    world.forget()
    known = threading.Event()
    pids: list[int] = []
    first = threading.Lock()

    def started(pid):
        pids.append(pid)
        known.set()

    def landed(method, status):
        if method == "PUT" and first.acquire(blocking=False):
            known.wait(PATIENCE_S)
            os.kill(pids[0], signal.SIGINT)

    world.s3.landed = landed
    code, said = run(("seed", "--yes"), started)
    world.s3.landed = no_interest
    assert code == 130, said
    assert world.unfinished() == [("blue", "seeds/big")]
    code, said = run(("seed", "--yes"))
    assert code == 0, said
    assert world.unfinished() == []
    check_uploaded_once(world)
