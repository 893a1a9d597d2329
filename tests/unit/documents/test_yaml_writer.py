"""Data written as YAML reads back as it was, whatever its texts are, in bounded time."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from oscar_sync.documents.yaml_reader import read_yaml
from oscar_sync.documents.yaml_writer import yaml_text
from tests.machine import computing

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(text=TEXTS, is_ascii=st.booleans())
@example(text="a\x85b", is_ascii=False)
@example(text="\u2028\n a", is_ascii=False)
def test_whatever_is_written_reads_back(text: str, *, is_ascii: bool) -> None:
    document = {"a": [{"b": text, "c" + text: "1"}]}
    reading = read_yaml(yaml_text(document, is_ascii=is_ascii))
    assert reading.faults == ()
    assert reading.documents == (document,)


@pytest.mark.parametrize("part", ["x", "x ", "\x1b", "x\n", "é"])
def test_ten_million_characters_are_written_without_looking_at_each(part: str) -> None:
    document = {"a": part * (10_000_000 // len(part))}
    with computing(most_s=20):
        assert len(yaml_text(document)) > 10_000_000 - 1
