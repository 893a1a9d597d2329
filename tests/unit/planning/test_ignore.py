"""What is left to others: the live value stands wherever `ignore` names a path."""

import pytest

from oscar_sync.planning.ignore import with_ignored
from tests.emulator.calling import SERVICES
from tests.support.services import codes, put, service


@pytest.mark.parametrize(
    ("path", "wanted", "live", "result"),
    [
        ("memory", {"memory": "1Gi"}, {"memory": "2Gi"}, {"memory": "2Gi"}),
        ("a.b", {"a": {"b": 1, "c": 1}}, {"a": {"b": 2, "c": 2}}, {"a": {"b": 2, "c": 1}}),
        ('a["x.y/z"]', {"a": {}}, {"a": {"x.y/z": "theirs"}}, {"a": {"x.y/z": "theirs"}}),
        ("a.b", {"a": {"b": 1}}, {"a": {}}, {"a": {}}),
        ("a.b", {"a": {"b": 1}}, {}, {"a": {}}),
        ("a[1]", {"a": [1, 2, 3]}, {"a": [7, 8, 9]}, {"a": [1, 8, 3]}),
        ("a[0].b", {"a": [{"b": 1}]}, {"a": [{"b": 2}]}, {"a": [{"b": 2}]}),
        ("a[5]", {"a": [1]}, {"a": [1]}, {"a": [1]}),
        ("a.b", {"a": [1]}, {"a": [2]}, {"a": [1]}),
        ("a[0]", {"a": "text"}, {"a": "more"}, {"a": "text"}),
        ("a.b.c", {"a": "text"}, {"a": {"b": {"c": 1}}}, {"a": "text"}),
        ("not a path!", {"a": 1}, {"a": 2}, {"a": 1}),
        ('a["', {"a": 1}, {"a": 2}, {"a": 1}),
    ],
)
def test_the_live_value_stands_at_an_ignored_path(path, wanted, live, result):
    before = repr((wanted, live))
    assert with_ignored(wanted, live, [path]) == result
    assert repr((wanted, live)) == before


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
