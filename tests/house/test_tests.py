"""Tests that can fail, each time alike, and where a reader looks for them."""

import ast
import re

import pytest

from tests.house.tree import imported_names, place, python_files, syntax_tree

NEEDS_EMULATOR = {"oscar_emulator", "running_emulator", "emulator", "world", "project", "weed"}


PASSED_OVER = {
    "test_every_format_tells_how_the_plan_differs_from_the_reviewed_one",
    "test_more_than_was_reviewed_is_not_deleted",
    "test_a_recording_is_answered_byte_for_byte",
    "test_a_fork_sees_no_secret",
    "test_what_a_page_shows_as_yaml_or_python_is_that",
    "test_a_decision_says_its_status_first_and_one_that_is_replaced_is_a_paragraph",
    "test_an_amount_kubernetes_cannot_read_is_refused",
    "test_a_killed_run_is_finished_by_the_next",
    "test_a_mark_that_is_written_in_two_puts_opens_buckets_as_an_update_does",
    "test_a_seed_into_a_bucket_that_the_user_s_keys_may_not_list_is_blocked_alone",
    "test_nothing_is_erased_but_what_somebody_wrote_down",
    "test_updates_with_one_digest_send_the_same",
    "test_no_write_to_an_origin_hurts_what_is_on_a_member",
    "test_a_file_that_cannot_be_read_removes_nothing",
    "test_a_plan_shows_what_an_overlay_writes",
    "test_the_digest_binds_the_value_that_is_not_shown",
    "test_nobody_waits_longer_for_a_lost_answer_than_until_something_moves",
}
"""Tests whose asserts hang on what was drawn, or on a case: each is to be taken apart."""


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


def test_no_assert_of_a_test_stands_behind_an_if():
    passed_over = {
        function.name
        for module in python_files("tests")
        for function in asserts_behind_an_if(syntax_tree(module))
    }
    assert passed_over == PASSED_OVER


def test_no_test_throws_dice_without_a_seed():
    thrown = [
        place(module, node.lineno)
        for module in python_files("tests")
        for node in unseeded(syntax_tree(module))
    ]
    assert thrown == []


@pytest.mark.parametrize(
    ("text", "finds", "count"),
    [
        ("def test_a():\n if b:\n  assert b\n else:\n  for c in d:\n   assert c", "if", 1),
        ("def test_a():\n assert b\n for c in d:\n  assert c", "if", 0),
        ("def a():\n if b:\n  assert b", "if", 0),
        ("random.random()\nrandom.Random()\nos.urandom(3)", "dice", 3),
        ("random.Random(7).randbytes(3)", "dice", 0),
    ],
)
def test_both_are_recognised(text, finds, count):
    find = {"if": asserts_behind_an_if, "dice": unseeded}[finds]
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
        if name == "oscar_sync.emulator.server"
    ]
    by_name = [  # a fixture that is asked for by a name that nobody sees here
        place(module, node.lineno)
        for module in python_files("tests/unit")
        for node in ast.walk(syntax_tree(module))
        if isinstance(node, ast.Attribute) and node.attr == "getfixturevalue"
    ]
    assert (asking, starting, by_name) == ([], [], [])
