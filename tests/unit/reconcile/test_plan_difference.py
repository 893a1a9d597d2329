"""How one plan differs from another is told in the plan's own words (trust 1.4)."""

import json

import pytest

from oscar_sync.published.plan import PlanDocument
from oscar_sync.reconcile.plan_difference import plan_differences

COUNTS = dict.fromkeys(("buckets", "volumes", "objects", "bytes", "extra_objects"), 0)
SUMMARY = {
    "deletes": {**COUNTS, "at_least": False}, "blocked": 0, "not_planned": 0, "drifted": 0,
    "has_changes": True, "seconds": 0, "store_restarts": 0,
}  # fmt: skip


def action(**parts):
    return {
        "id": "create:edge/a", "cluster": "edge", "service": "a", "kind": "create", "reason": "",
        "category": "changed", "changes": [], "keeps": [], "erases": [], "members": [],
        "preconditions": {"live_fingerprint": "", "exists": False}, "sends": "0" * 32, "steps": [],
        "depends_on": [], "seconds": 0, "source": None, "notes": [], **parts,
    }  # fmt: skip


def document(*actions, **parts):
    """Return the plan document that a file with these parts holds."""
    whole = {
        "format_version": "2.0", "summary": SUMMARY, "set": "s",
        "source": {"settings": "", "files": 1, "services": 1, "narrowed": ""},
        "clusters": [], "actions": actions, "drift": [], "blocked": [], "not_planned": [],
        "left_alone": [], "diagnostics": [], "notes": [], "consents": [], "digest": "0" * 32,
        **parts,
    }  # fmt: skip
    return PlanDocument.model_validate_json(json.dumps(whole))


def cluster(**parts):
    names = ("id", "endpoint", "identity", "version", "s3_endpoint", "problem")
    counts = dict.fromkeys(("live", "ours", "unstamped"), 0)
    return {**dict.fromkeys(names, ""), **counts, "ssl_verify": True, "status": "read", **parts}


def held(objects, size_bytes):
    return {
        "bucket": "red", "objects": objects, "bytes": size_bytes, "at_least": False,
        "last_write": None, "shared_with": [], "consent": "",
    }  # fmt: skip


def change(path, after, before=None, op="add"):
    return {
        "path": path, "op": op, "before": before, "after": after,
        "cause": "changed in the files", "sensitive": False, "source": None,
    }  # fmt: skip


PLACE = {"file": "x", "line": 1, "column": 1, "layer": "fdl"}
KEPT = {"bucket": "red", "objects": 1, "bytes": 2, "at_least": False, "shared_with": []}
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
        action(erases=[held(1, 2)]),
        action(erases=[held(3, 6)]),
        "~ edge/a create: deletes red: was 1 object, 2 B, is 3 objects, 6 B",
    ),
    "unknown contents": (
        action(erases=[held(1, 2)]),
        action(erases=[held(None, None)]),
        "~ edge/a create: deletes red: was 1 object, 2 B, is contents unknown",
    ),
    "kept bucket": (
        action(keeps=[KEPT]),
        action(),
        "~ edge/a create: keeps bucket red: no longer",
    ),
    "upload": (
        action(steps=[{"do": "upload", "target": "red/a", "checksum": "sha256:1"}]),
        action(steps=[{"do": "upload", "target": "red/a", "checksum": "sha256:2"}]),
        "~ edge/a create: step upload red/a: was sha256:1, is sha256:2",
    ),
    "the live service": (
        action(preconditions={"live_fingerprint": "aa", "exists": True}),
        action(preconditions={"live_fingerprint": "bb", "exists": True}),
        "~ edge/a create: the service on the cluster: was aa, is bb",
    ),
    "what is not shown": (
        action(sends="0" * 32),
        action(sends="1" * 32),
        "~ edge/a create: a value that is not shown, such as a secret's: changed",
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
    new = action(
        notes=["n"],
        seconds=3,
        source={"file": "x", "line": 1, "column": 1, "layer": "fdl"},
        reason="other",
    )
    assert plan_differences(document(action()), document(new)) == ()


def test_another_cluster_and_another_permission_are_told():
    old = document(clusters=[cluster(id="edge", endpoint="https://a", identity="a")])
    new = document(
        clusters=[cluster(id="edge", endpoint="https://b", identity="a")],
        consents=["replace:a"],
    )
    assert plan_differences(old, new) == (
        "~ cluster edge: address: was https://a, is https://b",
        "~ permissions: replace:a: new",
    )


def test_no_name_of_a_file_is_obeyed_by_a_terminal():
    old = document(action(service="\x1b[2J"))
    assert "\x1b" not in "".join(plan_differences(old, document()))
