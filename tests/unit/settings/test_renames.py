"""Entries of `moved`: what they mean, and what is wrong with them, each at its place."""

from pathlib import Path

import pytest

from oscar_sync.errors import InputError
from oscar_sync.model.identity import ClusterId, ServiceKey, ServiceName
from tests.support.desired import EDGE, state


def key(name: str) -> ServiceKey:
    return ServiceKey(ClusterId("edge"), ServiceName(name))


def test_an_entry_leads_from_the_old_name_to_the_new_one(tmp_path: Path) -> None:
    found = state(tmp_path, EDGE + "moved: [{from: edge/ferns, to: edge/plants}]\n").settings
    assert found.moved_to(key("ferns")) == key("plants")
    assert found.moved_to(key("plants")) == key("plants")


def test_entries_that_follow_on_each_other_lead_to_the_last_name(tmp_path: Path) -> None:
    moved = "moved: [{from: moss, to: ferns}, {from: ferns, to: plants}]\n"
    assert state(tmp_path, EDGE + moved).settings.moved_to(key("moss")) == key("plants")


def test_an_entry_of_a_cluster_leaves_other_clusters_alone(tmp_path: Path) -> None:
    found = state(tmp_path, EDGE + "moved: [{from: edge/ferns, to: edge/plants}]\n").settings
    other = ServiceKey(ClusterId("lab"), ServiceName("ferns"))
    assert found.moved_to(other) == other


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ("{from: plants, to: plants}", "plants keeps its name"),
        ("{from: a, to: b}, {from: b, to: a}", "a comes back to its own name"),
        ("{from: a, to: b}, {from: b, to: c}, {from: c, to: a}", "b comes back to its own name"),
        ("{from: edge/a, to: plants}", "edge/a and plants are not on the same cluster"),
        ("{from: lab/a, to: edge/plants}", "lab/a and edge/plants are not on the same cluster"),
        ("{from: a, to: plants}, {from: a, to: plants}", "a is moved at oscar-sync.yaml:3"),
        ("{from: a, to: plants}, {from: edge/a, to: edge/b}", "edge/a is moved at oscar-sync"),
        ("{from: a, to: plants}, {from: b, to: plants}", "a is to be called plants too"),
        ("{from: plants, to: ferns}", "plants is still in the manifests, at plants.yaml:3"),
        ("{from: a, to: plant}", "no manifest has a service plant; did you mean plants?"),
        ("{from: lab/a, to: lab/plants}", "no manifest has a service lab/plants; did you mean"),
        ("{from: 'A*', to: plants}", "A* is not a service: its name"),
        ("{from: a, to: 'x/y*'}", "x/y* is not a service: its name"),
        ("{from: '${HOME}', to: plants}", "is not allowed here: the value would be shown"),
        ("{from: a}", "to is required"),
        ("{to: plants}", "from is required"),
    ],
)
def test_an_entry_that_cannot_be_used_is_an_error(tmp_path: Path, entries: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        state(tmp_path, f"{EDGE}moved: [{entries}]\n")
    assert any(words in one.message for one in caught.value.diagnostics), str(caught.value)
    assert all(one.remedy and one.line for one in caught.value.diagnostics)


def test_an_entry_that_renames_nothing_is_one_finding(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        state(tmp_path, f"{EDGE}moved: [{{from: plants, to: plants}}]\n")
    assert len(caught.value.diagnostics) == 1


def test_a_service_that_is_removed_is_not_renamed_as_well(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="ferns is to be removed as well"):
        state(tmp_path, EDGE + "moved: [{from: ferns, to: plants}]\nremoved: [edge/ferns]\n")


def test_a_narrowed_run_leaves_new_names_of_other_files_alone(tmp_path: Path) -> None:
    moved = "moved: [{from: ferns, to: mosses}]\n"
    assert state(tmp_path, EDGE + moved, only=("plants",)).settings.moved
