"""The files of the repository, as the tests of the house read them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "oscar_sync"


@cache
def tracked_files() -> tuple[Path, ...]:
    """All files that git would commit: tracked, or new and not ignored."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = (ROOT / name for name in listing.split("\0") if name)
    return tuple(sorted(path for path in paths if path.is_file()))


def python_files(folder: str) -> tuple[Path, ...]:
    """The modules below a folder of the repository."""
    return tuple(
        path
        for path in tracked_files()
        if path.suffix == ".py" and path.is_relative_to(ROOT / folder)
    )


@cache
def syntax_tree(path: Path) -> ast.Module:
    """A module, parsed once."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def imported_names(path: Path) -> tuple[tuple[str, int], ...]:
    """Each module that a file imports, anywhere in it, with its line: `("os.path", 3)`."""
    return tuple(_imported_names(syntax_tree(path)))


def _imported_names(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def place(path: Path, line: int) -> str:
    """A place as an editor opens it: `oscar_sync/cli/plan.py:3`."""
    return f"{path.relative_to(ROOT)}:{line}"
