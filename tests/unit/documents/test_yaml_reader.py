"""YAML is read with every scalar as written, and never brings the program down."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from oscar_sync.documents import yaml_reader
from oscar_sync.documents.json_reader import read_document, read_json
from oscar_sync.documents.reading import FaultKind
from oscar_sync.documents.scalars import Plain, flag_of, integer_of, is_null
from oscar_sync.documents.yaml_reader import read_yaml


def one(text: str) -> Any:
    reading = read_yaml(text)
    assert reading.faults == ()
    return reading.documents[0]


@pytest.mark.parametrize(
    "written", ["1.0", "yes", "on", "0777", "12:30:45", "2024-01-01", "1e3", "true", "~", "1_000"]
)
def test_an_unquoted_scalar_comes_out_as_written(written: str) -> None:
    value = one(f"a: {written}")["a"]
    assert value == written
    assert type(value) is Plain


@pytest.mark.parametrize("quoted", ["'1.0'", '"1.0"', "!!str 1.0"])
def test_a_quoted_scalar_is_a_text(quoted: str) -> None:
    assert type(one(f"a: {quoted}")["a"]) is str


def test_tabs_after_values_crlf_and_comments_are_fine() -> None:
    assert one("a: CRITICAL\t\t\r\nb: x # note\r\n") == {"a": "CRITICAL", "b": "x"}


def test_merge_keys_fill_in_what_is_not_there() -> None:
    text = "base: &b {x: 1, y: 2}\nother: &o {y: 3, z: 4}\nall:\n  x: 9\n  <<: [*b, *o]\n"
    assert one(text)["all"] == {"x": "9", "y": "2", "z": "4"}


def test_a_merge_key_takes_mappings_only() -> None:
    assert read_yaml("a: &a [1]\nb:\n  <<: *a\n").faults[0].kind is FaultKind.KEY


def test_a_quoted_merge_key_is_a_key() -> None:
    assert one('a: {"<<": x}') == {"a": {"<<": "x"}}


def test_a_duplicate_key_is_a_fault_that_names_both_places() -> None:
    (fault,) = read_yaml("a: 1\nb: 2\na: 3\n").faults
    assert (fault.kind, fault.line, fault.column) == (FaultKind.DUPLICATE, 3, 1)
    assert "line 1, column 1" in fault.message


def test_several_documents_come_out_in_order() -> None:
    assert read_yaml("a: 1\n---\nb: 2\n").documents == ({"a": "1"}, {"b": "2"})


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "{a: " * 3_000,
        "- " * 5_000 + "x",
        "\n".join(" " * depth + "a:" for depth in range(200)),
        "? " * 200 + "x",
    ],
)
def test_deep_nesting_is_refused(text: str) -> None:
    (fault,) = read_yaml(text).faults
    assert fault.kind in (FaultKind.TOO_DEEP, FaultKind.SYNTAX)


def test_fifty_levels_are_read_and_one_more_is_not() -> None:
    assert read_yaml("[" * 49 + "x" + "]" * 49).faults == ()
    assert read_yaml("[" * 60 + "x" + "]" * 60).faults[0].kind is FaultKind.TOO_DEEP


def test_aliases_that_expand_past_a_mebibyte_are_refused() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for before, after in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{after}: &{after} [{', '.join(['*' + before] * 10)}]")
    (fault,) = read_yaml("\n".join(lines)).faults
    assert fault.kind is FaultKind.BOMB


def test_merges_that_expand_past_a_mebibyte_are_refused() -> None:
    lines = ["a: &a {k: " + "x" * 1000 + "}"]
    lines += [f"m{number}:\n  <<: *a" for number in range(2000)]
    assert read_yaml("\n".join(lines)).faults[0].kind is FaultKind.BOMB


@pytest.mark.parametrize("text", ["&a [*a]", "a: &a\n  b: *a\n", "a: &a\n  <<: *a\n"])
def test_an_alias_to_itself_is_refused(text: str) -> None:
    assert read_yaml(text).faults


def test_an_alias_stands_for_what_its_anchor_names() -> None:
    text = "&k a: &v {b: &s 1}\nc: *v\nd: [*s, *v]\n*k : {}\n"
    reading = read_yaml(text)
    assert reading.documents == ({"a": {}, "c": {"b": "1"}, "d": ["1", {"b": "1"}]},)
    assert [(fault.kind, fault.line) for fault in reading.faults] == [(FaultKind.DUPLICATE, 4)]


def test_what_is_wrong_below_an_anchor_is_said_once() -> None:
    (fault,) = read_yaml("a: &a {b: 1, b: 2}\nc: *a\nd:\n  <<: *a\n").faults
    assert fault.kind is FaultKind.DUPLICATE


def test_anchors_are_those_of_their_document() -> None:
    assert read_yaml("a: &a 1\n---\nb: *a\n").faults[0].kind is FaultKind.SYNTAX
    assert read_yaml("a: &a 1\nb: &a 2\n").faults[0].kind is FaultKind.SYNTAX


def test_aliases_that_nest_too_deeply_are_refused() -> None:
    lines = ["a0: &a0 x", *(f"a{at}: &a{at} [*a{at - 1}]" for at in range(1, 60))]
    assert read_yaml("\n".join(lines[:48])).faults == ()
    assert read_yaml("\n".join(lines)).faults[0].kind is FaultKind.BOMB


@given(st.text(alphabet=" \n\t-?:[]{}!|>'\"%@`#,ab1~", max_size=60))
def test_a_text_is_read_as_its_nodes_say(text: str) -> None:
    documents = read_yaml(text).documents
    nodes = yaml.compose_all(text if documents else "", Loader=yaml.CSafeLoader)
    assert list(documents) == [_of_node(node) for node in nodes]


def _of_node(node: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {key.value: _of_node(value) for key, value in node.value}
    return [_of_node(item) for item in node.value] if isinstance(node.value, list) else node.value


def test_a_list_as_key_is_refused() -> None:
    assert read_yaml("? [a]\n: b\n").faults[0].kind is FaultKind.KEY


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n---\n"])
def test_a_text_without_content_has_nothing_in_it(text: str) -> None:
    assert all(is_null(document) for document in read_yaml(text).documents)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for is_json in (False, True):
        reading = read_document(text, is_json=is_json)
        assert reading.documents is not None


@given(st.text(alphabet=" \n\t-?:[]{}&*!|>'\"%@`#,ab<1~", max_size=60))
def test_what_libyaml_loads_is_read_without_a_syntax_fault(text: str) -> None:
    try:
        list(yaml.compose_all(text, Loader=yaml.CSafeLoader))
    except (yaml.YAMLError, RecursionError):
        return
    kinds = {fault.kind for fault in read_yaml(text).faults}
    assert FaultKind.SYNTAX not in kinds


def test_json_gives_the_trees_that_yaml_gives() -> None:
    text = '{"a": [1, 2.5, true, null, "1"], "b": {"c": "\\ud83d\\ude00"}}'
    tree: Any = read_json(text).documents[0]
    assert tree == {"a": ["1", "2.5", "true", "null", "1"], "b": {"c": "\U0001f600"}}
    assert [type(item) is Plain for item in tree["a"]] == [True, True, True, True, False]


def test_a_duplicate_key_in_json_is_a_fault_with_its_place() -> None:
    (fault,) = read_json('{"a": 1,\n "a": 2}').faults
    assert (fault.kind, fault.line) == (FaultKind.DUPLICATE, 2)


def test_deep_json_is_refused() -> None:
    for text in ("[" * 100_000, "[" * 60 + "]" * 60):
        assert read_json(text).faults


@pytest.mark.parametrize("text", ["true", "True", "TRUE"])
def test_only_plain_words_are_flags(text: str) -> None:
    assert flag_of(Plain(text)) is True
    assert flag_of(text) is None
    assert flag_of(Plain("yes")) is None
    assert flag_of(Plain("False")) is False


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("-3", -3), ("+4", 4), ("80", 80)])
def test_plain_decimal_digits_are_integers(text: str, number: int) -> None:
    assert integer_of(Plain(text)) == number
    assert integer_of(text) is None


@pytest.mark.parametrize("text", ["", "1.0", "0x1F", "007", "1_000", "one", "٣", "9" * 30, "-"])
def test_nothing_else_is_an_integer(text: str) -> None:
    assert integer_of(Plain(text)) is None


def test_without_libyaml_a_text_is_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_reader, "LOADER", yaml.SafeLoader)
    assert read_yaml("a: [1, yes]\n---\nb: {c: ~}").documents == (
        {"a": ["1", "yes"]},
        {"b": {"c": "~"}},
    )
