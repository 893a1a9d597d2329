"""L1, L2, L5 over waves: nothing is written to a wave before the ones before it are verified."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oscar_sync.model.report import Status
from oscar_sync.reconcile import once
from tests.property.examples import laws
from tests.property.strategies import services
from tests.property.witness import sent_of, steps_of
from tests.support.fleet import CLUSTERS, check_turns, running_fleet

_WAVES = st.sampled_from(
    (
        [["lab"], ["east"], ["west"]],
        [["west"], ["*"]],
        [["*"], ["east"]],
        [["east", "lab"]],
        [["lab", "*"], ["west"]],
    )
)
_FAULTS = ("500-before", "500-after", "reset", "401")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    with running_fleet(tmp_path_factory.mktemp("fleet")) as fleet:
        yield fleet


@laws(Fraction(1, 2))
@given(
    wanted=st.fixed_dictionaries(dict.fromkeys(CLUSTERS, services(max_size=2))),
    waves=_WAVES,
    held=st.sampled_from((*CLUSTERS, "", "")),
    fault=st.sampled_from((*_FAULTS, "", "", "")),
    struck=st.sampled_from(CLUSTERS),
    stored=st.sampled_from(CLUSTERS),
)
def test_no_wave_is_written_to_before_the_ones_before_it_are_verified(  # noqa: PLR0917 - drawn
    fleet, met, wanted, waves, held, fault, struck, stored
):
    fleet.reset()
    for name in {*CLUSTERS} - {stored}:  # one with buckets is enough, and takes longer
        wanted[name] = list(map(without_places, wanted[name]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(once, "WAVE_WAIT_S", 0.01)
        fleet.write(wanted, waves=waves)
        if held:
            fleet.hold(held)
        if fault:
            fleet.emulators[struck].fault(f"POST /system/services#1:{fault}")
        plan, report = fleet.apply()
        check_turns(fleet, plan.waves)
        assert not set(sent_of(report)) - set(steps_of(plan))
        skipped = [item for item in report.results if item.status is Status.SKIPPED]
        met("a wave was skipped", skipped)
        met("every wave was written to", all(fleet.writes(name) for name in CLUSTERS))
        for name in CLUSTERS:
            fleet.emulators[name].clear_faults()
            fleet.hold(name, is_held=False)
        for _ in range(3):
            plan, report = fleet.apply()
            check_turns(fleet, plan.waves)
            if not plan.actions:
                break
        waits = {item.code for item in report.results} == {"wave"}
        assert not plan.actions or (plan.blocked and waits), report.results


def without_places(one):
    return {name: value for name, value in one.items() if name not in ("input", "output", "mount")}
