"""What is left to others: the live value stands wherever `ignore` names a path."""

from tests.emulator.calling import SERVICES
from tests.support.services import codes, put, service


def test_what_others_change_there_is_no_difference_and_stays_through_an_update(world):
    world.write(service(annotations={"team": "plants"}))
    world.write_settings(services={"alpha": {"ignore": ["annotations.team", "memory"]}})
    world.apply()
    live = world.live("alpha")
    put(world, memory="3Gi", annotations={**live["annotations"], "team": "animals"})
    assert not world.plan().draft.plan.actions

    world.write(service(annotations={"team": "plants"}, cpu="2"))
    assert codes(world.plan()) == []
    world.apply()
    live = world.api.get(f"{SERVICES}/alpha").json
    assert (live["memory"], live["cpu"]) == ("3Gi", "2")
    assert live["annotations"]["team"] == "animals"
