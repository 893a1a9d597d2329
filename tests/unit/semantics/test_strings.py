"""Strings that the server does not return as they were sent are known beforehand."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oscar_sync.semantics.strings import SURE, Fate, StringPlace, Verdict, verdict

RECORDED = json.loads((Path(__file__).parent / "strings.json").read_text())


def recorded() -> list[tuple[str, str, Fate, str | None]]:
    rows: list[tuple[str, str, Fate, str | None]] = []
    for place, fates in RECORDED.items():
        for fate in ("same", "refused", "poisons"):
            rows += [(place, text, Fate(fate), None) for text in fates[fate]]
        rows += [(place, text, Fate.CHANGED, to) for text, to in fates["changed"].items()]
    return rows


@pytest.mark.parametrize(("place", "text", "fate", "becomes"), recorded())
def test_every_recorded_string_gets_its_recorded_fate(
    place: str, text: str, fate: Fate, becomes: str | None
) -> None:
    assert verdict(text, StringPlace(place)) == Verdict(fate, becomes)


@pytest.mark.parametrize(
    ("text", "fate"),
    [
        ("{\ta", Fate.CHANGED),
        ("a: b\tc", Fate.CHANGED),
        ("x\t", Fate.CHANGED),
        ("\t", Fate.CHANGED),
        ('{\n  "a": 1\n}', Fate.SAME),
        ('{"a": 1,\n "b": 2}', Fate.POISONS),
        ('"a":', Fate.POISONS),
        ('{"a": 1, "b": 2}', Fate.SAME),
        ("-----BEGIN KEY-----\nabc\n-----END KEY-----\n", Fate.SAME),
        ("a\n  b", Fate.SAME),
        ("\n a", Fate.CHANGED),
        ("a\n ", Fate.CHANGED),
        ("a\rb", Fate.CHANGED),
        ("\t- x", Fate.POISONS),
    ],
)
def test_the_rule_holds_for_strings_that_were_not_recorded(text: str, fate: Fate) -> None:
    assert verdict(text, StringPlace.ENV_VALUE).fate is fate


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("a\r\nb", "\na\r\nb"),
        ("a\rb", None),
        ("a#\r\nb", None),
        ("a\\\r\nb", None),
        ("a: \r\nb", None),
        (" a\nb", "a\nb"),
        (" a\n b", None),
        ("\n a", None),
    ],
)
def test_what_line_breaks_and_indentation_become_is_known_where_it_is_one_thing(
    text: str, becomes: str | None
) -> None:
    assert verdict(text, StringPlace.ENV_VALUE) == Verdict(Fate.CHANGED, becomes)


def test_an_item_of_a_list_loses_the_indentation_of_every_line() -> None:
    assert verdict("a\n  b", StringPlace.ITEM).fate is Fate.CHANGED


def test_a_key_that_ends_like_a_merge_key_poisons() -> None:
    assert verdict("a<<", StringPlace.KEY).fate is Fate.POISONS


@given(
    st.from_regex(SURE, fullmatch=True),
    st.sampled_from([place for place in StringPlace if place != "script"]),
)
def test_what_is_sure_comes_back_as_it_was_sent(text: str, place: StringPlace) -> None:
    assert verdict(text, place).fate is Fate.SAME
