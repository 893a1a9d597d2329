"""What is left to others: the live value stands wherever `ignore` names a path."""

import pytest

from oscar_sync.planning.ignore import with_ignored
from tests.support.forms import form


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
