"""Values do not change: what a plan was made from is what is carried out."""

import ast

from tests.house.tree import PACKAGE, python_files, syntax_tree

# What the front door and the passes keep changes by nature; below them, only what is named here.
CHANGING_FLOORS = {"cli", "reconcile", "client", "emulator"}
CHANGES = {
    "model/lookup.py Lookups": "gathers questions while a draft is made",
    "planning/context.py Planned": "gathers what earlier decisions make, by Context.note",
    "execution/run.py Run": "gathers what became of an action",
    "execution/sender.py Sender": "counts what was sent",
    "storage/watched.py Listing": "counts the pages of one listing",
    "manifests/load/reader.py _Trace": "gathers what was read",
}


def test_a_struct_is_frozen_unless_its_reason_to_change_is_named_here():
    changing = {
        f"{path.relative_to(PACKAGE).as_posix()} {name}"
        for path in python_files("oscar_sync")
        if path.relative_to(PACKAGE).parts[0] not in CHANGING_FLOORS
        for name in _not_frozen(syntax_tree(path))
    }
    assert changing == set(CHANGES)


def _not_frozen(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and "Struct" in map(ast.unparse, node.bases):
            options = {option.arg: ast.unparse(option.value) for option in node.keywords}
            if options.get("frozen") != "True":
                yield node.name
