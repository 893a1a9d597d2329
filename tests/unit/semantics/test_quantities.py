"""Quantities are compared by what they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oscar_sync.semantics.quantities import (
    amount,
    canonical_quantity,
    is_positive_quantity,
    same_quantity,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1", "1.0"),
        ("1", "1000m"),
        ("1Gi", "1024Mi"),
        ("0.5Gi", "512Mi"),
        ("1e3", "1k"),
        ("1E3", "1000"),
        (".5", "500m"),
        ("1.", "1"),
        ("+1", "1"),
        ("1E", "1000P"),
        ("2000000u", "2"),
    ],
)
def test_spellings_of_one_amount_are_the_same(one: str, other: str) -> None:
    assert same_quantity(one, other)
    assert canonical_quantity(one) == canonical_quantity(other)


@pytest.mark.parametrize(("one", "other"), [("1", "2"), ("1M", "1Mi"), ("1m", "1M"), ("x", "y")])
def test_other_amounts_differ(one: str, other: str) -> None:
    assert not same_quantity(one, other)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1" * 65,
        " 1",
        "1 ",
        "1Gb",
        "1GB",
        "1gi",
        "1K",
        "one",
        "1,5",
        "--1",
        "1e",
        "0x10",
        "1e3Mi",
        "٣",
    ],
)
def test_what_kubernetes_does_not_read_is_no_quantity(text: str) -> None:
    assert amount(text) is None
    assert canonical_quantity(text) == text


def test_the_longest_quantity_that_is_read_has_64_characters() -> None:
    assert amount("1" * 64) == int("1" * 64)


def test_zero_and_less_are_not_positive() -> None:
    assert is_positive_quantity("1m")
    assert not is_positive_quantity("0")
    assert not is_positive_quantity("-1Gi")
    assert not is_positive_quantity("x")


@given(st.text(max_size=80))
def test_any_text_is_answered(text: str) -> None:
    assert same_quantity(text, text)
    assert same_quantity(text, canonical_quantity(text)) or amount(text) is not None
