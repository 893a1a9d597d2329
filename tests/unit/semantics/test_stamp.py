"""What our annotations say: they are written by one release of oscar-sync and read by the next."""

import pytest

from oscar_sync.model.form import Form
from oscar_sync.model.identity import ClusterId
from oscar_sync.semantics.federation import WORKER
from oscar_sync.semantics.live import live_service
from oscar_sync.semantics.normal_form import CARRIED_LABELS
from oscar_sync.semantics.stamp import (
    DETACHED,
    OWNER,
    REVISION,
    HookMark,
    Owner,
    dropped_of,
    dropped_stamp,
    field_hash,
    field_hashes,
    hooks_stamp,
    owner_of,
    revision_of,
    unparked,
)
from oscar_sync.semantics.strings import SAME, StringPlace, verdict

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("laws/edge/alpha", Owner("laws", "edge", "alpha")),
        ("laws/edge/far/alpha", Owner("laws", "edge/far", "alpha")),
        ("/edge/alpha", None),
        ("laws//alpha", None),
        ("laws/edge/", None),
        ("laws", None),
    ],
)
def test_a_mark_names_set_cluster_and_service_or_nobody(text, owner):
    assert owner_of({OWNER: text}) == owner


# As they stand in the annotations of services that run.
HASHES = [
    ("memory", "1Gi", "4683b437"),
    ("memory", "1024Mi", "4683b437"),
    ("alpine", False, "fcbcf165"),
    ("script", "é" * 100, "b869d06a"),
    ("x", {"b": "é", "a": 1}, "fb0782fb"),
    ("x", True, "b5bea41b"),
    ("x", 1, "6b86b273"),
    ("x", 1.0, "d0ff5974"),
    ("labels", {**dict.fromkeys(CARRIED_LABELS, "q"), "mine": "1"}, "a2fb7c25"),
    ("labels", {"mine": "1"}, "a2fb7c25"),
    ("environment", {"variables": {"A": "1"}}, "1ffee5b6"),
    ("allowed_users", ["me", "bob"], "f66a3567"),
    ("allowed_users", ["bob"], "f66a3567"),
    ("x", ["me"], "4eb80b84"),
    ("memory", None, None),
]


@pytest.mark.parametrize(("name", "value", "short"), HASHES)
def test_a_field_keeps_its_hash_without_what_makes_no_difference(name, value, short):
    assert field_hash(name, value, "me") == short


def test_true_and_one_are_different_values():
    assert len({field_hash("enable_gpu", value) for value in (True, 1, "1", "true")}) == 4


def test_what_has_no_hash_is_not_spoken_of():
    hashes = field_hashes(Form("alpha", cluster_id="edge", clusters={}))
    assert hashes["alpine"] == "fcbcf165"
    assert not {"name", "vo", "volume", "cluster_id", "clusters"} & hashes.keys()


def test_a_notification_that_we_vouch_for_stands_unless_it_is_said_to_be_gone():
    hook_marks = [HookMark("red", "in/"), HookMark("blue", "a b/", is_gone=True)]
    assert hooks_stamp(hook_marks) == "!blue/a%20b/ red/in/"


@pytest.mark.parametrize(
    ("text", "buckets"),
    [("update red blue", ("red", "blue")), ("remove red", ()), ("", ())],
)
def test_buckets_that_an_update_took_out_are_told_by_its_word(text, buckets):
    assert dropped_of({DETACHED: text}) == buckets
    assert dropped_stamp([]) == ""


@pytest.mark.parametrize(
    "text", ["", "remove red", "forget x", "forget []", "forget %7B%7D", "forget %5B%22input%22%5D"]
)
def test_what_was_taken_out_to_forget_a_service_is_read_whole_or_not_at_all(text):
    form = Form("alpha")
    assert unparked(form, {DETACHED: text}) is form


@pytest.mark.parametrize(
    ("annotations", "found"),
    [
        ({REVISION: COMMIT}, COMMIT),
        ({REVISION: f"{COMMIT}+changes"}, f"{COMMIT}+changes"),
        ({REVISION: f"{COMMIT}+more"}, ""),
        ({REVISION: "main"}, ""),
        ({REVISION: COMMIT, WORKER: "true"}, ""),
        ({REVISION: COMMIT, OWNER: "laws/edge.example.org/origin"}, ""),
        ({REVISION: COMMIT, OWNER: ""}, ""),
        ({}, ""),
    ],
)
def test_a_commit_is_told_of_the_service_that_it_was_written_for_alone(annotations, found):
    own = {OWNER: "laws/edge.example.org/alpha", **annotations}
    raw = {"name": "alpha", "annotations": own}
    assert revision_of(live_service(ClusterId("edge"), raw)) == found


@pytest.mark.parametrize("text", ["1" * 40, "1" * 20 + "e" + "1" * 19, "0" * 40, "0" * 39 + "e"])
@pytest.mark.parametrize("end", ["", "+changes"])
def test_a_commit_comes_back_from_the_server_as_it_was_sent(text, end):
    assert verdict(text + end, StringPlace.ANNOTATION_VALUE) == SAME
