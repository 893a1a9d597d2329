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
        f"{place(module, function.lineno)}: {function.name}"
        for module in MODULES
        for function in _functions_of_our_naming(syntax_tree(module))
        if EMPTY_VERBS.match(function.name)
    ]

    assert empty == []


def _functions_of_our_naming(node):
    """All but the methods of a class with a base: the base may have named those."""
    named_by_base = isinstance(node, ast.ClassDef) and bool(node.bases)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and not named_by_base:
            yield child
        yield from _functions_of_our_naming(child)


@pytest.mark.parametrize("name", ["process", "handle_answer", "manage_buckets"])
def test_the_empty_verbs_are_recognised(name):
    assert EMPTY_VERBS.match(name)


@pytest.mark.parametrize("name", ["processing_place", "handles", "managed_fields"])
def test_words_that_only_begin_like_an_empty_verb_are_fine(name):
    assert not EMPTY_VERBS.match(name)


def test_no_two_public_classes_share_a_name():
    """The emulator is a witness of its own: its names are held apart from the program's."""
    places: dict[tuple[bool, str], list[str]] = {}
    for path in python_files("oscar_sync"):
        is_emulator = path.is_relative_to(PACKAGE / "emulator")
        for node in syntax_tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault((is_emulator, node.name), []).append(place(path, node.lineno))

    assert [found for found in places.values() if len(found) > 1] == []


def test_what_a_docstring_names_as_a_parameter_is_one():
    strange = [
        f"{place(module, function.lineno)}: *{name}*"
        for module in MODULES
        for function in ast.walk(syntax_tree(module))
        if isinstance(function, ast.FunctionDef)
        for name in re.findall(r"(?<![\w*])\*(\w+)\*(?!\*)", ast.get_docstring(function) or "")
        if name not in {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}
    ]

    assert strange == []
