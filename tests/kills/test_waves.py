"""L7 over waves: killed at any write, the next run finishes, and each wave waits for its turn."""

import signal

import pytest

from tests.kills.conftest import runner
from tests.kills.killer import WHEN, Killer
from tests.kills.scenes import APPLY, minio, service
from tests.property.proxy import no_fault, no_interest
from tests.support.fleet import check_turns, running_fleet

WAVES = [["lab"], ["east"]]
WRITES = 3


@pytest.fixture(scope="module")
def _fleet(tmp_path_factory):
    with running_fleet(tmp_path_factory.mktemp("fleet")) as fleet:
        yield fleet


@pytest.fixture
def fleet(_fleet):
    """Two services for the first wave, and one for the second."""
    _fleet.reset()
    for proxy in _fleet.proxies.values():
        proxy.forget()
    one, other = service(output=minio("red/out")), service("beta", input=minio("blue/in"))
    _fleet.write({"lab": [one, other], "east": [one]}, waves=WAVES)
    return _fleet


@pytest.mark.parametrize("when", WHEN)
@pytest.mark.parametrize("nth", range(1, WRITES + 1))
def test_a_roll_out_that_was_killed_is_finished_in_turn_by_the_next_run(fleet, nursery, nth, when):
    run = runner(nursery, fleet)
    killer = Killer(fleet.proxies.values(), nth, when)
    code, said = run(APPLY, killer.started)
    assert code == -signal.SIGKILL, (code, said)
    first = len(fleet.writes("lab")) + len(fleet.writes("east"))
    for proxy in fleet.proxies.values():
        proxy.fault, proxy.landed = no_fault, no_interest
    code, said = run(APPLY)
    assert code == 0, said
    check_turns(fleet, WAVES)
    assert len(fleet.writes("lab")) + len(fleet.writes("east")) - first == WRITES - nth + (
        when == "before"
    )
    code, said = run(("plan", "--detailed-exitcode"))
    assert code == 0, said
