"""Names say what a thing is."""

import ast
import re

import pytest

from tests.house.tree import PACKAGE, place, python_files, syntax_tree

EMPTY_NOUNS = {"common", "data", "helper", "helpers", "info", "manager", "misc", "util", "utils"}
EMPTY_VERBS = re.compile(r"^(process|handle|manage)(_|$)")

MODULES = python_files("oscar_sync")


def test_no_module_or_package_has_a_name_that_says_nothing():
    empty = [
        path.as_posix()
        for module in MODULES
        for path in [module.relative_to(PACKAGE)]
        if EMPTY_NOUNS & {part.removesuffix(".py") for part in path.parts}
    ]

    assert empty == []


def test_no_function_has_a_name_that_says_nothing():
    empty = [
        f"{place(module, node.lineno)}: {node.name}"
        for module in MODULES
        for node in ast.walk(syntax_tree(module))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if EMPTY_VERBS.match(node.name)
    ]

    assert empty == []


@pytest.mark.parametrize("name", ["process", "handle_answer", "manage_buckets"])
def test_the_empty_verbs_are_recognised(name):
    assert EMPTY_VERBS.match(name)


@pytest.mark.parametrize("name", ["processing_place", "handles", "managed_fields"])
def test_words_that_only_begin_like_an_empty_verb_are_fine(name):
    assert not EMPTY_VERBS.match(name)
