"""What is left to others: the live value stands wherever `ignore` names a path."""

import pytest

from oscar_sync.planning.ignore import with_ignored
from tests.emulator.calling import SERVICES
from tests.support.forms import form
from tests.support.services import codes, put, service


@pytest.mark.parametrize(
    ("path", "wanted", "live", "result"),
    [
        ("memory", {"memory": "1Gi"}, {"memory": "2Gi"}, {"memory": "2Gi"}),
        ("no_field", {"memory": "1Gi"}, {"memory": "2Gi"}, {"memory": "1Gi"}),
        (
            "expose.min_scale",
            {"expose": {"min_scale": 1, "max_scale": 1}},
            {"expose": {"min_scale": 2, "max_scale": 2}},
            {"expose": {"min_scale": 2, "max_scale": 1}},
        ),
        ("expose.no_field", {"expose": {"min_scale": 1}}, {}, {"expose": {"min_scale": 1}}),
        ("labels", {"labels": {"a": "1"}}, {"labels": {"b": "2"}}, {"labels": {"b": "2"}}),
        ('labels["x.y/z"]', {}, {"labels": {"x.y/z": "theirs"}}, {"labels": {"x.y/z": "theirs"}}),
        ("labels.a", {"labels": {"a": "1", "b": "1"}}, {}, {"labels": {"b": "1"}}),
        ("labels.a.b", {"labels": {"a": "1"}}, {"labels": {"a": "2"}}, {"labels": {"a": "1"}}),
        ("labels.a.b", {}, {"labels": {"a": "2"}}, {}),
        (
            "expose.api_port[1]",
            {"expose": {"api_port": [1, 2, 3]}},
            {"expose": {"api_port": [7, 8, 9]}},
            {"expose": {"api_port": [1, 8, 3]}},
        ),
        ("expose.api_port[5]", *[{"expose": {"api_port": [1]}}] * 3),
        ("expose.api_port.a", *[{"expose": {"api_port": [1]}}] * 3),
        (
            "input[0].suffix",
            {"input": [{"path": "b/x", "suffix": [".a"]}]},
            {"input": [{"path": "b/y", "suffix": [".b"]}]},
            {"input": [{"path": "b/x", "suffix": [".b"]}]},
        ),
        ("volume", {"volume": {"size": "1Gi"}}, {}, {}),
        ("volume.size", {"volume": {"size": "1Gi"}}, {}, {"volume": {"size": "1Gi"}}),
        ("volume.size", {}, {"volume": {"size": "1Gi"}}, {}),
        ("memory[0]", {"memory": "1Gi"}, {"memory": "2Gi"}, {"memory": "1Gi"}),
        ("not a path!", {"memory": "1Gi"}, {"memory": "2Gi"}, {"memory": "1Gi"}),
        ('labels["', {"labels": {"a": "1"}}, {}, {"labels": {"a": "1"}}),
    ],
)
def test_the_live_value_stands_at_an_ignored_path(path, wanted, live, result):
    mine, theirs = form(**wanted), form(**live)
    assert with_ignored(mine, theirs, [path]) == form(**result)
    assert (mine, theirs) == (form(**wanted), form(**live))


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
