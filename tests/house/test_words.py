"""What a user reads is plain English: some words and turns are refused by a machine (words.md)."""

import ast
import re

import pytest

from tests.house.tree import ROOT, place, python_files, syntax_tree, tracked_files

# A word and what is written in its place.
REFUSED = {
    r"(?<!there )\b(is|are|was|were) no (?!longer\b|more\b)": "is not a",
    r"\banew\b": "again",
    r"\bmeanwhile\b": "in the meantime",
    r"\bmend(s|ed|ing)?\b": "fix, correct",
    r"\bby then\b": "then",
    r"\bby now\b": "now",
    r"\blet(s|ting)? go\b": "detach",
    r"\b(?<!-)told\b": "reported",
    r"\bunstamped\b": "unmanaged",
    r"\bcluster (has )?moved\b": "changed on the cluster",
    r"\bways? out\b": "to continue",
    r"\bnobody's\b": "has no owner",
    r"\b(lies|lie|lay) (at|in|below|beneath|under|there|on)\b": "is",
    r"\b(stands|stand|stood) (in|on|at|there|beneath|under|beside)\b": "is",
    r"\bvouch(es|ed)?\b": "mark",
    r"\b(woke|wakes|waking)\b": "becomes active",
    r"\bcalled so\b": "has this name",
    r"\bheld back\b": "blocked",
    r"\btak(e|es|en) (it|them) out\b": "remove",
}
PATTERN = re.compile("|".join(REFUSED), re.IGNORECASE)
MEANT = {
    "a secret value stands in plain text: ": "the words that real files are judged by",
}


def spoken(tree):
    """Yield the strings of a module that are not docstrings: what it may show, with their lines."""
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in silent or not isinstance(node, ast.Constant):
            continue
        if isinstance(node.value, str) and " " in node.value and node.value not in MEANT:
            yield node.value, node.lineno


CODE = re.compile(r"`+[^`]*`+|\*\w+\*")


def described(tree):
    """Yield the docstrings of a module, those of attributes too, without names of code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            text = " ".join(str(node.value.value).split())
            yield CODE.sub("``", text), node.lineno


def commented(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        _, mark, comment = line.partition("# ")
        if mark:
            yield CODE.sub("``", comment), number


def prose(text):
    """Yield the lines of a page with their numbers, without code."""
    is_code = False
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith(("```", "~~~")):
            is_code = not is_code
        elif not is_code:
            yield re.sub(r"`[^`]*`", "``", line), number


def test_what_the_program_its_docstrings_and_its_comments_say_is_plain():
    refused = [
        f"{place(path, line)}: {match[0]!r} in {text[:80]!r}"
        for path in python_files("oscar_sync")
        if "emulator" not in path.parts
        for tree in [syntax_tree(path)]
        for text, line in (*spoken(tree), *described(tree), *commented(path))
        for match in PATTERN.finditer(text)
    ]
    assert refused == []


def test_each_kind_of_docstring_is_looked_at():
    code = '"""told"""\nA = 1\n"""told, not `told` and *told*"""\ndef f():\n    """told"""\n'
    found = [len(PATTERN.findall(text)) for text, _ in described(ast.parse(code))]
    assert found == [1, 1, 1]


@pytest.mark.parametrize("text", ["it is no URL", "write it anew", "it lies in a folder"])
def test_the_pattern_finds_what_it_is_there_for(text):
    assert PATTERN.search(text)


def test_what_pages_say_is_plain():
    pages = [
        path
        for path in tracked_files()
        if path.suffix == ".md"
        and path.relative_to(ROOT).parts[0] in {"docs", "README.md", "examples", "deploy"}
        and path.parent.name != "decisions"
    ]
    refused = [
        f"{place(path, line)}: {match[0]!r} in {text[:80]!r}"
        for path in pages
        for text, line in prose(path.read_text(encoding="utf-8"))
        for match in PATTERN.finditer(text)
    ]
    assert pages
    assert refused == []
