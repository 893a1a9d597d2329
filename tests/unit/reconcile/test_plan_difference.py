"""How one plan differs from another is told in the plan's own words (trust 1.4)."""

import pytest

from oscar_sync.reconcile.plan_difference import plan_differences


def action(**parts):
    return {
        "id": "create:edge/a", "cluster": "edge", "service": "a", "kind": "create",
        "changes": [], "erases": [], "keeps": [], "steps": [], "sends": "0" * 32, **parts,
    }  # fmt: skip


def document(*actions, **parts):
    return {"actions": [*actions], "blocked": [], "clusters": [], "consents": [], **parts}


def change(path, after, before=None, op="add"):
    return {"path": path, "op": op, "before": before, "after": after}


DIFFERENCES = {
    "field": (
        action(changes=[change("image", "x:1")]),
        action(changes=[change("image", "x:2")], sends="1" * 32),
        "~ edge/a create: image: was x:1, is x:2",
    ),
    "new field": (
        action(),
        action(changes=[change("memory", "1Gi")]),
        "~ edge/a create: memory: was (none), is 1Gi",
    ),
    "update": (
        action(changes=[change("memory", "2Gi", "1Gi", "change")]),
        action(changes=[change("memory", "4Gi", "1Gi", "change")]),
        "~ edge/a create: memory: was 1Gi -> 2Gi, is 1Gi -> 4Gi",
    ),
    "deletion": (
        action(erases=[{"bucket": "red", "objects": 1, "bytes": 2}]),
        action(erases=[{"bucket": "red", "objects": 3, "bytes": 6}]),
        "~ edge/a create: deletes red: was 1 object, 2 B, is 3 objects, 6 B",
    ),
    "unknown contents": (
        action(erases=[{"bucket": "red", "objects": 1, "bytes": 2}]),
        action(erases=[{"bucket": "red", "objects": None, "bytes": None}]),
        "~ edge/a create: deletes red: was 1 object, 2 B, is contents unknown",
    ),
    "kept bucket": (
        action(keeps=[{"bucket": "red"}]),
        action(),
        "~ edge/a create: keeps bucket red: was yes, is (none)",
    ),
    "upload": (
        action(steps=[{"do": "upload", "target": "red/a", "checksum": "sha256:1"}]),
        action(steps=[{"do": "upload", "target": "red/a", "checksum": "sha256:2"}]),
        "~ edge/a create: step upload red/a: was sha256:1, is sha256:2",
    ),
    "the live service": (
        action(preconditions={"live_fingerprint": "aa"}),
        action(preconditions={"live_fingerprint": "bb"}),
        "~ edge/a create: the service on the cluster: was aa, is bb",
    ),
    "what is not shown": (
        action(sends="0" * 32),
        action(sends="1" * 32),
        f"~ edge/a create: what is sent, as a hash: was {'0' * 32}, is {'1' * 32}",
    ),
}


@pytest.mark.parametrize("what", DIFFERENCES)
def test_each_difference_of_an_action_is_one_line(what):
    old, new, line = DIFFERENCES[what]
    assert plan_differences(document(old), document(new)) == (line,)
    assert plan_differences(document(old), document(old)) == ()


def test_long_values_that_differ_at_their_end_are_told_apart():
    one, two = (document(action(changes=[change("v", "x" * 90 + end)])) for end in "ab")
    (line,) = plan_differences(one, two)
    was, _, now = line.partition(", is ")
    assert was.rpartition("[")[2] != now.rpartition("[")[2]


def test_actions_that_come_and_go_are_told_once():
    other = action(id="seed:edge/b#2", service="b", kind="seed")
    assert plan_differences(document(action()), document(other)) == (
        "- edge/a create: no longer in the plan",
        "+ edge/b seed #2: new in the plan",
    )


def test_places_times_and_notes_are_not_compared():
    new = action(notes=["n"], seconds=3, source={"file": "x"}, reason="other")
    assert plan_differences(document(action()), document(new)) == ()


def test_another_cluster_and_another_permission_are_told():
    old = document(clusters=[{"id": "edge", "endpoint": "https://a", "identity": "a"}])
    new = document(
        clusters=[{"id": "edge", "endpoint": "https://b", "identity": "a"}],
        consents=["replace:a"],
    )
    assert plan_differences(old, new) == (
        "~ cluster edge: address: was https://a, is https://b",
        "~ permissions: replace:a: was (none), is used",
    )


@pytest.mark.parametrize("part", ["actions", "blocked", "clusters", "consents", "not_planned"])
@pytest.mark.parametrize("value", [None, 1, "x", [None, 1, "x", [], {}], {"a": 1}])
def test_what_is_not_a_plan_is_compared_without_an_error(part, value):
    plan_differences(document(**{part: value}), document())


def test_no_name_of_a_file_is_obeyed_by_a_terminal():
    old = document(action(service="\x1b[2J"))
    assert "\x1b" not in "".join(plan_differences(old, document()))
