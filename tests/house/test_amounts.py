"""A count and its noun agree in every message."""

import ast
import re

from tests.house.tree import place, python_files, syntax_tree

NOUNS = "object|file|bucket|service|byte|port|time|job|step|finding|volume|entry|entrie|edge|folder"
COUNTED = re.compile(rf"^ ({NOUNS})s\b")


def test_no_message_writes_a_plural_by_itself():
    # f"{count} objects" is wrong for 1; a limit that is a constant, or `:,` bytes, is not.
    written = [
        place(path, node.lineno)
        for path in python_files("oscar_sync")
        if "emulator" not in path.parts
        for node in ast.walk(syntax_tree(path))
        if isinstance(node, ast.JoinedStr)
        for before, part in zip(node.values, node.values[1:], strict=False)
        if isinstance(before, ast.FormattedValue)
        if isinstance(part, ast.Constant) and (noun := COUNTED.match(str(part.value)))
        if before.format_spec is None or noun[1] != "byte"
        if any(isinstance(one, ast.Name) and not one.id.isupper() for one in ast.walk(before))
    ]
    assert written == []
