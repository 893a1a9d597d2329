"""Every finding that is not an error has a code that `rules` of the settings may name."""

import ast

from oscar_sync.manifests.codes import ManifestCode
from oscar_sync.model.settings_fields import WARNINGS
from oscar_sync.settings.codes import SettingsCode
from tests.house.tree import python_files, syntax_tree

TABLES = {"ManifestCode": ManifestCode, "SettingsCode": SettingsCode}
SOFT = {"WARNING", "NOTE", "severity"}
COUNTS = {"OSY217"}
"""What `rules` themselves make a run say."""


def _codes_of(node):
    parts = node.args if isinstance(node, ast.Call) else getattr(node, "elts", [])
    for part in parts:
        table = TABLES.get(getattr(getattr(part, "value", None), "id", ""))
        if table is not None and isinstance(part, ast.Attribute):
            yield str(table[part.attr])


def _is_soft(node):
    names = {getattr(one, "id", getattr(one, "attr", "")) for one in ast.walk(node)}
    return bool(names & SOFT)


def _codes_that_warn():
    naming = (path for path in python_files("oscar_sync") if "Code." in path.read_text("utf-8"))
    for path in naming:
        for node in ast.walk(syntax_tree(path)):
            codes = list(_codes_of(node))
            if codes and _is_soft(node):
                yield from codes


def test_the_table_of_warnings_holds_each_code_that_warns():
    assert set(_codes_that_warn()) - COUNTS == set(WARNINGS)
