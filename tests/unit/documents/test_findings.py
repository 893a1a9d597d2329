"""Findings are gathered with their places, and an ignore file is held to its bounds."""

import pytest

from oscar_sync.documents.findings import ERROR, WARNING, Findings
from oscar_sync.documents.ignore_file import LARGEST_BYTES, OVER_LIMIT, ignored_by
from oscar_sync.documents.places import Places
from oscar_sync.model.code import TitledCode
from oscar_sync.model.origin import Origin


class Code(TitledCode):
    BAD = "OSY1", "bad"
    ODD = "OSY2", "odd", WARNING


TEXT = "services:\n  hello:\n    memory: 1Gi\n"


def test_a_finding_has_its_place_its_path_and_its_line_of_source():
    findings = Findings()
    places = Places(TEXT, "a.yaml")
    findings.at(Code.BAD, places, ("services", "hello", "memory"), "too little", "add some")
    (one,) = findings.diagnostics
    assert (one.file, one.line, one.column, one.path) == ("a.yaml", 3, 5, "services.hello.memory")
    assert one.snippet.splitlines() == ["   3 |     memory: 1Gi", "     |     ^"]


def test_a_finding_without_a_text_has_no_snippet_and_one_of_a_file_no_line():
    findings = Findings()
    findings.add(Code.BAD, Origin("a.yaml", 3, 5), "as.written", "m", "r")
    findings.of_file(Code.ODD, "b.yaml", "m", "r")
    assert [(one.path, one.line, one.snippet) for one in findings.diagnostics] == [
        ("as.written", 3, ""), ("", 0, ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "severity", "has_error"),
    [
        (Code.BAD, None, True), (Code.BAD, WARNING, False),
        (Code.ODD, None, False), (Code.ODD, ERROR, True),
    ],
)  # fmt: skip
def test_only_an_error_ends_a_run_and_a_finding_weighs_what_its_code_does(
    code, severity, has_error
):
    findings = Findings()
    assert not findings.has_error
    findings.of_file(code, "a.yaml", "m", "r", severity=severity)
    assert findings.has_error is has_error


@pytest.mark.parametrize(
    ("file", "is_ignored"),
    [
        ("build/", True), ("a/build/", True), ("notes.txt", True), ("keep.txt", False),
        ("docs/deep/x.md", True), ("#literal", True), ("c.yaml", False),
    ],
)  # fmt: skip
def test_an_ignore_file_has_the_rules_of_git(file, is_ignored):
    ignored = ignored_by(b"# a comment\nbuild/\n*.txt\n!keep.txt\n/docs/**/*.md\n\\#literal\n")
    assert not isinstance(ignored, str)
    assert ignored.match_file(file) is is_ignored


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"#" * (LARGEST_BYTES + 1), OVER_LIMIT),
        (b"\xff", "not UTF-8 text"),
        (b"a*b*c*d*e", "4 times * in a part of a pattern"),
        (b"**/a/**/b/**/c/**/d", "4 times * in a part of a pattern"),
        (b"!", "Invalid git pattern"),
    ],
    ids=["large", "bytes", "stars", "folders", "empty"],
)
def test_an_ignore_file_that_cannot_be_used_says_why(content, reason):
    ignored = ignored_by(content)
    assert isinstance(ignored, str)
    assert reason in ignored


def test_a_comment_and_stars_in_a_row_cost_nothing():
    ignored = ignored_by(b"#" * 100 + b"* * * * *\na****b\n")
    assert not isinstance(ignored, str)
    assert ignored.match_file("a-b")
