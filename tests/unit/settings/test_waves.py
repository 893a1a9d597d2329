"""Waves of clusters: in which order, and what is wrong with them."""

from pathlib import Path

import pytest

from oscar_sync.errors import InputError
from oscar_sync.model.identity import ClusterId
from oscar_sync.model.settings import Settings
from tests.support.desired import EDGE, ENTRY, state

CLUSTERS = f"{EDGE}  lab: {ENTRY.format('lab')}\n  alias: lab\n  so-called: lab\n"


def ids(*names: str) -> tuple[ClusterId, ...]:
    return tuple(map(ClusterId, names))


@pytest.mark.parametrize(
    ("waves", "order"),
    [
        ((ids("b"), ids("*")), (ids("b"), ids("a", "c"))),
        ((ids("*"), ids("b")), (ids("a", "c"), ids("b"))),
        ((ids("c"), ids("b")), (ids("c"), ids("b"), ids("a"))),
        ((ids("c", "*"), ids("b")), (ids("a", "c"), ids("b"))),
        ((ids("far"), ids("a", "b", "c")), (ids("a", "b", "c"),)),
    ],
)
def test_clusters_that_no_wave_names_are_the_star_or_go_last(
    waves: tuple[tuple[ClusterId, ...], ...], order: tuple[tuple[ClusterId, ...], ...]
) -> None:
    assert Settings("/", waves=waves).in_waves(ids("a", "b", "c")) == order


def test_a_wave_may_name_a_cluster_by_its_alias(tmp_path: Path) -> None:
    found = state(tmp_path, CLUSTERS + "waves: [[alias], ['*']]\n")
    assert found.settings.waves == (ids("lab"), ids("*"))


@pytest.mark.parametrize(
    ("waves", "words", "code"),
    [
        ("[[edgy]]", "no cluster is called edgy; did you mean edge?", "OSY302"),
        ("[[edge], [lab, edge]]", "edge is in a wave already", "OSY205"),
        ("[[lab], [alias]]", "alias is in a wave already", "OSY205"),
        ("[[lab], [so-called]]", "so-called is in a wave already", "OSY205"),
        ("[['*'], ['*']]", "* is in a wave already", "OSY205"),
        ("[[edge], []]", "wave 2 names no cluster", "OSY205"),
        ("[edge, lab]", "waves[0] must be a list of texts", ""),
        ("edge", "waves must be a list of lists", ""),
        ("[[{a: b}]]", "a string is required", ""),
        ("[['${HOME}']]", "is not allowed here", ""),
        ("[[edge], [null]]", "wave 2 names no cluster", "OSY205"),
    ],
)
def test_waves_that_cannot_be_used_are_an_error(
    tmp_path: Path, waves: str, words: str, code: str
) -> None:
    with pytest.raises(InputError) as caught:
        state(tmp_path, f"{CLUSTERS}waves: {waves}\n")
    assert any(
        words in one.message and one.code == (code or one.code) for one in caught.value.diagnostics
    ), str(caught.value)
    assert all(one.remedy and one.line for one in caught.value.diagnostics)
    places = [(one.line, one.column) for one in caught.value.diagnostics]
    assert len({*places}) == len(places), "one fault is told in two ways"
