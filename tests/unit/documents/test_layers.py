"""What lies over a document: env files, substitution, merge patches; what comes before: bytes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oscar_sync.documents.dotenv import read_dotenv
from oscar_sync.documents.merge_patch import patched
from oscar_sync.documents.reading import Fault
from oscar_sync.documents.scalars import Plain
from oscar_sync.documents.substitution import (
    bare_variable,
    defining,
    references,
    scalars_with_references,
    substituted,
    substituted_tree,
    values_of,
)
from oscar_sync.documents.suggestion import closest, did_you_mean
from oscar_sync.documents.text import decoded, unix_lines


def test_an_env_file_has_names_quotes_exports_and_comments() -> None:
    text = "# c\nexport A=1\nB='x y'\nC=\"a\\nb\"\n\n  D = d \nA=2\n"
    values, faults = read_dotenv(text)
    assert not faults
    assert {name: found.value for name, found in values.items()} == {
        "A": "2",
        "B": "x y",
        "C": "a\nb",
        "D": "d",
    }
    assert (values["C"].line, values["D"].column) == (4, 3)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("v # c", "v"),
        ("v#no", "v#no"),
        ("#no", "#no"),
        (" # c", ""),
        ("'v # no' # c", "v # no"),
        ('"v # no"# c', "v # no"),
        ('"one\ntwo # no\n" # c', "one\ntwo # no\n"),
        ("'one\r\ntwo'", "one\ntwo"),
        ('"{\\"a\\": 1}"', '{"a": 1}'),
        ("'Let\\'s go'", "Let's go"),
        ("'C:\\'", "C:\\"),
        ("it's", "it's"),
        ("$A ${A}", "$A ${A}"),
    ],
)
def test_an_env_file_is_read_as_docker_compose_reads_it(written: str, value: str) -> None:
    values, faults = read_dotenv(f"export A={written}\nB='b'\n")
    assert not faults
    assert (values["A"].value, values["B"].value) == (value, "b")
    assert values["B"].line == f"A={written}".replace("\r", "").count("\n") + 2


def test_a_quote_that_is_not_closed_is_a_fault_of_its_line_alone() -> None:
    values, faults = read_dotenv('A="open\nB="b"\nC=\'x\' y\n')
    assert (list(values), [fault.line for fault in faults]) == (["B"], [1, 3])


def test_a_line_that_is_none_is_a_fault_of_that_line() -> None:
    values, faults = read_dotenv("A=1\n  nothing\nB='open\nC: 1\n")
    assert list(values) == ["A"]
    assert [(fault.line, fault.column, fault.message) for fault in faults] == [
        (2, 3, "not a line of an env file"),
        (3, 1, "a quote is not closed, or text follows it"),
        (4, 1, "`:` in the place of `=`"),
    ]


@given(st.text())
def test_any_text_is_an_env_file_or_has_faults(text: str) -> None:
    read_dotenv(text)


@pytest.mark.parametrize(
    ("text", "expected", "missing"),
    [
        ("${A}-${B:-b}", "1-b", ()),
        ("${B}", "", ("B",)),
        ("$A ${1} ${}", "$A ${1} ${}", ()),
        ("${E:-x}", "x", ()),
        ("${E}", "", ()),
        ("$${A} $${B:-b} ${A}", "${A} ${B:-b} 1", ()),
        ("$$${A} $$$${A} $$$${B}", "$1 $${A} $${B}", ()),
        ("$$${B} $$ $$A", "$ $$ $$A", ("B",)),
    ],
)
def test_names_are_substituted(text: str, expected: str, missing: tuple[str, ...]) -> None:
    assert substituted(text, {"A": "1", "E": ""}) == (expected, missing)


def test_a_tree_keeps_what_is_plain_and_tells_where_names_are_missing() -> None:
    tree, missing = substituted_tree({"a": [Plain("${N}")], "b": "${A}"}, {"A": "1"})
    assert tree == {"a": [""], "b": "1"}
    assert missing == ((("a", 0), "N"),)
    assert references("${A}${B:-x}$${C}$$${D}") == ("A", "B", "D")
    assert values_of("$$${A}", {"A": "1"}) == (("1", "${A}"),)


def test_a_merge_patch_removes_by_null_and_replaces_lists() -> None:
    target: Any = {"a": "1", "b": {"c": "2", "d": "3"}, "l": ["1"]}
    patch: Any = {"a": Plain("null"), "b": {"c": "4"}, "l": ["9"], "n": {"x": Plain("")}}
    assert patched(target, patch) == {"b": {"c": "4", "d": "3"}, "l": ["9"], "n": {}}
    assert target["b"] == {"c": "2", "d": "3"}


@pytest.mark.parametrize(
    "raw", ["é".encode(), b"\xef\xbb\xbf\xc3\xa9", "\ufeffé".encode("utf-16-le")]
)
def test_a_byte_order_mark_is_stripped(raw: bytes) -> None:
    assert decoded(raw) == "é"


def test_bytes_that_are_no_text_are_a_fault_with_its_place() -> None:
    fault = decoded(b"ab\nc\xff")
    assert isinstance(fault, Fault)
    assert (fault.line, fault.column) == (2, 2)


def test_line_ends_become_unix_ones() -> None:
    assert unix_lines("a\r\nb\rc\n") == "a\nb\nc\n"


def test_what_was_meant_is_guessed_only_when_close() -> None:
    assert closest("unctions", ["functions", "clusters"]) == "functions"
    assert did_you_mean("zzz", ["functions"]) == ""


@pytest.mark.parametrize(
    ("text", "name"), [("$A", "A"), ("$(A_1)", "A_1"), ("${A}", ""), ("a$A", ""), ("$1", "")]
)
def test_a_variable_in_the_way_of_a_shell_is_known_and_not_replaced(text: str, name: str) -> None:
    assert bare_variable(text) == name


def test_a_variable_without_a_value_is_told_with_one_that_is_like_it() -> None:
    assert defining("OSCAR_TOKE", {"OSCAR_TOKEN": "x", "OTHER": ""}) == (
        "set it: export OSCAR_TOKE=VALUE; did you mean OSCAR_TOKEN?"
    )
    assert defining("NAME", {"OSCAR_TOKEN": "x"}) == "set it: export NAME=VALUE"


def test_a_variable_of_the_program_itself_is_not_what_a_file_meant() -> None:
    names = {"OSCAR_SYNC_ENDPOINTS": "https://oscar.example.org"}
    assert defining("OSCAR_ENDPOINT", names) == "set it: export OSCAR_ENDPOINT=VALUE"


def test_the_scalars_with_variables_are_found_with_their_paths() -> None:
    tree: Any = {"a": ["x", "${A}"], "b": {"c": "y ${B:-z}"}, "d": Plain("1")}
    assert [*scalars_with_references(tree)] == [(("a", 1), "${A}"), (("b", "c"), "y ${B:-z}")]


def test_only_values_that_were_put_in_are_told_with_how_they_are_written() -> None:
    text = "${A}-${B:-b}-${C}"
    assert values_of(text, {"A": "1", "C": ""}) == (("1", "${A}"),)
