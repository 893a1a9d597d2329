"""Every finding that is not an error has a code that `rules` of the settings may name."""

import ast

from oscar_sync.manifests.codes import ManifestCode
from oscar_sync.model.diagnostic import Severity
from oscar_sync.model.settings_fields import WARNINGS
from oscar_sync.settings.codes import SettingsCode
from tests.house.tree import python_files, syntax_tree

TABLES = {"ManifestCode": ManifestCode, "SettingsCode": SettingsCode}
COUNTS = {"OSY217"}
"""What `rules` themselves make a run say."""


def _codes_of(call):
    for part in call.args:
        table = TABLES.get(getattr(getattr(part, "value", None), "id", ""))
        if table is not None and isinstance(part, ast.Attribute):
            yield str(table[part.attr])


def _codes_with_another_weight():
    naming = (path for path in python_files("oscar_sync") if "Code." in path.read_text("utf-8"))
    for path in naming:
        for node in ast.walk(syntax_tree(path)):
            if isinstance(node, ast.Call) and any(one.arg == "severity" for one in node.keywords):
                yield from _codes_of(node)


def test_the_table_of_warnings_holds_each_code_that_warns():
    every = (code for table in TABLES.values() for code in table)
    soft = {str(code) for code in every if code.severity is not Severity.ERROR}
    assert {*soft, *_codes_with_another_weight()} - COUNTS == set(WARNINGS)
