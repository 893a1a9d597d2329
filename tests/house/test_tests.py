"""Tests that can fail, each time alike, and where a reader looks for them."""

import ast
import re

import pytest

from tests.house.tree import imported_names, place, python_files, syntax_tree

STARTING = {"oscar_sync.emulator.server", "tests.property.world", "tests.support.worlds"}
NEEDS_EMULATOR = {"oscar_emulator", "running_emulator", "emulator", "world", "project", "weed"}


def asserts_behind_an_if(tree):
    """Yield each test with an assert that may be passed over: a test states what always holds."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef) or not function.name.startswith("test_"):
            continue
        if any(_behind_an_if(function.body, is_behind=False)):
            yield function


def _behind_an_if(nodes, *, is_behind):
    for node in nodes:
        if isinstance(node, ast.Assert) and is_behind:
            yield node
        elif not isinstance(node, ast.FunctionDef | ast.Lambda):
            inner = is_behind or isinstance(node, ast.If)
            yield from _behind_an_if(ast.iter_child_nodes(node), is_behind=inner)


def unseeded(tree):
    """Yield each throw of dice that comes out another way the next time."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            is_seeded = called == "random.Random" and bool(node.args)
            if called == "os.urandom" or (re.fullmatch(r"random\.\w+", called) and not is_seeded):
                yield node


def hasty(tree):
    """Yield each time-out that a busy machine may miss, and that nobody means to be missed."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "timeout":
            given = node.value.value if isinstance(node.value, ast.Constant) else None
            if isinstance(given, int | float) and 1 <= given < 60:
                yield node.value


def test_no_assert_of_a_test_stands_behind_an_if():
    passed_over = [
        place(module, function.lineno)
        for module in python_files("tests")
        for function in asserts_behind_an_if(syntax_tree(module))
    ]
    assert passed_over == []


def test_no_test_throws_dice_without_a_seed():
    thrown = [
        place(module, node.lineno)
        for module in python_files("tests")
        for node in unseeded(syntax_tree(module))
    ]
    assert thrown == []


def test_no_test_gives_an_answer_less_than_a_minute():
    given = [
        place(module, node.lineno)
        for module in python_files("tests")
        for node in hasty(syntax_tree(module))
    ]
    assert given == []


@pytest.mark.parametrize(
    ("text", "finds", "count"),
    [
        ("def test_a():\n if b:\n  assert b\n else:\n  for c in d:\n   assert c", "if", 1),
        ("def test_a():\n assert b\n for c in d:\n  assert c", "if", 0),
        ("def a():\n if b:\n  assert b", "if", 0),
        ("random.random()\nrandom.Random()\nos.urandom(3)", "dice", 3),
        ("random.Random(7).randbytes(3)", "dice", 0),
        ("a(timeout=10)\na(timeout=0.1)\na(timeout=60)\na(timeout=b)", "hasty", 1),
    ],
)
def test_each_is_recognised(text, finds, count):
    find = {"if": asserts_behind_an_if, "dice": unseeded, "hasty": hasty}[finds]
    assert len([*find(ast.parse(text))]) == count


def test_unit_tests_ask_for_no_emulator():
    """What needs one stands in tests/behaviour, by rooms as well."""
    asking = [
        place(module, node.lineno)
        for module in python_files("tests/unit")
        for node in ast.walk(syntax_tree(module))
        if isinstance(node, ast.FunctionDef)
        and NEEDS_EMULATOR & {argument.arg for argument in node.args.args}
        and (node.name.startswith("test_") or node.decorator_list)
    ]
    starting = [
        place(module, line)
        for module in python_files("tests/unit")
        for name, line in imported_names(module)
        if name in STARTING
    ]
    by_name = [  # a fixture that is asked for by a name that nobody sees here
        place(module, node.lineno)
        for module in python_files("tests/unit")
        for node in ast.walk(syntax_tree(module))
        if isinstance(node, ast.Attribute) and node.attr == "getfixturevalue"
    ]
    assert (asking, starting, by_name) == ([], [], [])
