"""A table decides what a mapping holds: each kind of field, and what is said of a wrong value."""

import re
from typing import Any

import pytest

from oscar_sync.documents.scalars import Plain
from oscar_sync.documents.typed import FieldReader, ValuePart, Wrong
from oscar_sync.model.field import Field, Kind, by_name

NAME = Field("name", Kind.TEXT, "What it is called.", is_required=True)
TABLE = by_name(
    [
        NAME,
        Field("is_open", Kind.FLAG, ""),
        Field("size", Kind.INTEGER, "", least=1),
        Field("words", Kind.TEXTS, ""),
        Field("labels", Kind.TEXT_MAP, ""),
        Field("known", Kind.TEXT_MAP, "", keys=("a", "b")),
        Field("ports", Kind.PORTS, ""),
        Field("block", Kind.BLOCK, "", children=(Field("inner", Kind.TEXT, ""),)),
        Field("blocks", Kind.BLOCKS, "", children=(NAME,), text_as=(NAME,)),
        Field("by_id", Kind.BLOCK_MAP, "", children=(Field("inner", Kind.TEXT, ""),)),
    ]
)


class Reader(FieldReader):
    """Gathers what is said, and every text that is checked."""

    def __init__(self) -> None:
        self.said: list[tuple[Wrong, str, str, str]] = []
        self.odd: list[tuple[str, str]] = []
        self.checked: list[tuple[ValuePart, str]] = []

    def say(self, wrong: Wrong, path: Any, message: str, remedy: str) -> None:
        self.said.append((wrong, self.shown(path), message, remedy))

    def unknown(self, key: str, known: Any, path: Any) -> None:
        self.odd.append((key, self.shown(path)))

    def check(self, field: Field, part: ValuePart, text: str, path: Any) -> None:
        self.checked.append((part, text))


class StrictReader(Reader):
    is_strict = True
    required_by = " here"
    sure = re.compile("[a-z]*")


def read(raw: dict[str, Any], reader: Reader | None = None) -> tuple[dict[str, Any], Reader]:
    reader = reader or Reader()
    return reader.block(TABLE, {"name": "x", **raw}, ()), reader


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ({"is_open": Plain("true")}, True),
        ({"size": Plain("7")}, 7),
        ({"words": ["a", Plain("1.0")]}, ["a", "1.0"]),
        ({"words": Plain("")}, []),
        ({"labels": {"a": Plain("~"), "b": "~"}}, {"a": "", "b": "~"}),
        ({"known": {"b": "1"}}, {"b": "1"}),
        ({"ports": [Plain("80"), Plain("81")]}, [80, 81]),
        ({"ports": Plain("80")}, [80]),
        ({"ports": Plain("0")}, []),
        ({"block": {"inner": "i"}}, {"inner": "i"}),
        ({"block": {}}, {}),
        ({"blocks": ["a", {"name": "b"}]}, [{"name": "a"}, {"name": "b"}]),
        ({"by_id": {"a": Plain(""), "b": {"inner": "i"}}}, {"a": {}, "b": {"inner": "i"}}),
    ],
)
def test_each_kind_of_field_reads_what_it_is_for(raw, value):
    ((name, _),) = raw.items()
    built, reader = read(raw)
    assert built == {"name": "x", name: value}
    assert (reader.said, reader.odd) == ([], [])


@pytest.mark.parametrize("name", ["is_open", "size", "ports", "block"])
def test_a_null_stands_for_the_default(name):
    built, reader = read({name: Plain("null")})
    assert (built, reader.said) == ({"name": "x"}, [])


@pytest.mark.parametrize("name", ["is_open", "size"])
def test_a_strict_reader_takes_no_null_for_a_flag_or_a_number(name):
    built, reader = read({name: Plain("null")}, StrictReader())
    assert built == {"name": "x"}
    assert [(path, bool(message)) for _, path, message, _ in reader.said] == [(name, True)]


@pytest.mark.parametrize(
    ("raw", "wrong", "path", "message"),
    [
        ({"name": ["x"]}, Wrong.NOT_TEXT, "name", "name is a list, a string is required"),
        ({"words": [{}]}, Wrong.NOT_TEXT, "words[0]", "words[0] is a mapping"),
        ({"labels": {"a": []}}, Wrong.NOT_TEXT, "labels.a", "labels.a is a list"),
        ({"is_open": Plain("yes")}, Wrong.NOT_FLAG, "is_open", "must be true or false"),
        ({"is_open": "true"}, Wrong.NOT_FLAG, "is_open", "without quotes"),
        ({"size": Plain("0")}, Wrong.NOT_INTEGER, "size", "a whole number of at least 1"),
        ({"size": "7"}, Wrong.NOT_INTEGER, "size", "without quotes"),
        ({"ports": [Plain("a")]}, Wrong.NOT_INTEGER, "ports[0]", "must be a whole number, "),
        ({"ports": [Plain("2147483648")]}, Wrong.NOT_INTEGER, "ports[0]", "whole number"),
        ({"words": "a"}, Wrong.NOT_LIST, "words", "words must be a list of texts"),
        ({"blocks": "a"}, Wrong.NOT_LIST, "blocks", "blocks must be a list of mappings"),
        ({"labels": "a"}, Wrong.NOT_MAPPING, "labels", "labels must be a mapping"),
        ({"block": "a"}, Wrong.NOT_MAPPING, "block", "block must be a mapping"),
        ({"blocks": [["a"]]}, Wrong.NOT_MAPPING, "blocks[0]", "must be a mapping"),
        ({"by_id": {"a": "i"}}, Wrong.NOT_MAPPING, "by_id.a", "must be a mapping"),
        ({"name": Plain("")}, Wrong.REQUIRED, "name", "name is required"),
        ({"blocks": [{}]}, Wrong.REQUIRED, "blocks[0].name", "blocks[0].name is required"),
    ],
)
def test_a_value_of_another_kind_is_told_once_with_its_place(raw, wrong, path, message):
    _, reader = read(raw)
    ((is_wrong, place, said, remedy),) = reader.said
    assert (is_wrong, place) == (wrong, path)
    assert message in said
    assert remedy


def test_what_is_wrong_is_left_out_and_the_rest_is_read():
    built, _ = read({"words": ["a", [], "b"], "ports": [Plain("1"), "2"], "blocks": [["a"], "b"]})
    assert built == {"name": "x", "words": ["a", "b"], "ports": [1], "blocks": [{"name": "b"}]}


def test_a_key_that_no_table_has_is_told_with_its_mapping():
    built, reader = read({"nam": "y", "block": {"outer": ""}, "known": {"a": "1", "c": "2"}})
    assert built == {"name": "x", "block": {}, "known": {"a": "1"}}
    assert reader.odd == [("nam", ""), ("outer", "block"), ("c", "known")]


def test_a_required_field_says_who_wants_it_and_what_it_is():
    reader = StrictReader()
    assert reader.block(TABLE, {}, ()) == {}
    ((wrong, _, message, remedy),) = reader.said
    assert (wrong, message) == (Wrong.REQUIRED, "name is required here")
    assert remedy == "add `name:` (What it is called)"


def test_only_texts_that_are_not_sure_are_checked_each_as_the_part_it_is():
    _, reader = read(
        {"words": ["a", "B"], "labels": {"C": "D", "e": "f"}, "known": {"a": "g"}}, StrictReader()
    )
    assert reader.checked == [
        (ValuePart.ITEM, "B"),
        (ValuePart.KEY, "C"),
        (ValuePart.ENTRY, "D"),
        (ValuePart.ENTRY, "g"),  # one of several keys is always looked at
    ]
    _, reader = read({"name": "X"}, StrictReader())
    assert reader.checked == [(ValuePart.WHOLE, "X")]
