"""L1, L4, L5, L10, L11: what is applied is what was shown, holds, keeps all data, and is enough."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from oscar_sync.model.exits import Exit
from oscar_sync.model.outcome import apply_exit
from oscar_sync.model.report import Status
from tests.property.examples import laws
from tests.property.leaving import leave
from tests.property.strategies import NAMES, left_clusters, moves, services
from tests.property.witness import check_all_steps, check_safe
from tests.property.world import shown, told


def held_back(found):
    """Return the steps that are held back; for which reason may change as others go on."""
    return {item.action.id for item in found.draft.plan.blocked}


@laws(Fraction(3, 4))
@given(wanted=services())
def test_after_an_apply_to_an_empty_cluster_the_next_plan_is_empty(world, wanted):
    world.reset()
    world.write(*wanted)
    found, report = world.apply()
    check_safe(world, {}, found.draft.plan)
    assert {item.status for item in report.results} <= {Status.DONE}, told(report)
    assert report.results or held_back(found)  # what an older release cannot do is blocked
    check_all_steps(world, found.draft.plan)
    again = world.plan()
    assert not again.draft.plan.actions, shown(again)
    assert held_back(again) == held_back(found)


@laws()
@given(
    left=left_clusters(), wanted=services(), order=st.permutations(NAMES), most=st.integers(0, 2)
)
def test_after_an_apply_to_any_cluster_the_next_plan_is_empty(world, left, wanted, order, most):
    """Whatever is there, and whatever of it is to have the name of a wanted service."""
    world.reset()
    leave(world, left)
    world.forget()
    before = world.objects()
    world.write(*wanted)
    world.write_settings(moved=moves(order, left, wanted)[:most])
    found, report = world.apply()
    check_safe(world, before, found.draft.plan)
    assert not [r for r in report.results if r.status is not Status.DONE], told(report)
    check_all_steps(world, found.draft.plan)
    again = world.plan()
    assert not again.draft.plan.actions, shown(again)
    assert held_back(again) <= held_back(found), shown(again)
    assert apply_exit(report) is (Exit.BLOCKED if found.draft.plan.blocked else Exit.OK)
