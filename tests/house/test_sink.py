"""Whatever a command writes goes out by one door, ``cli/output.py``, which makes it safe."""

import ast
from collections.abc import Iterator

import pytest

from tests.house.tree import PACKAGE

DOOR = "cli/output.py"
# Bytes of an answer where stdout is not a terminal; a sentence of a signal; the version.
EXEMPT = {
    ("cli/applying.py", "os.write"),
    ("cli/service/run.py", "sys.stdout.buffer.write"),
    ("__main__.py", "sys.stdout.write"),
}
WRITING = {
    "click.echo", "click.secho", "click.echo_via_pager", "print", "sys.stdout.write",
    "sys.stderr.write", "sys.stdout.buffer.write", "sys.stderr.buffer.write", "echo", "os.write",
}  # fmt: skip


def calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            yield ast.unparse(node)


@pytest.mark.parametrize("folder", ["cli", "client", "reconcile", "execution", "wire", "render"])
def test_nothing_but_the_door_writes_to_stdout_or_stderr(folder: str) -> None:
    found = {
        (file.relative_to(PACKAGE).as_posix(), name)
        for file in (PACKAGE / folder).rglob("*.py")
        for name in calls(ast.parse(file.read_text()))
        if name in WRITING
    }
    assert {one for one in found - EXEMPT if one[0] != DOOR} == set()
