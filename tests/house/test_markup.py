"""Markup stands in templates, which escape what they show; and a built package has them."""

import ast
import re
import zipfile

from oscar_sync.render.markup import rendered
from tests.house.tree import PACKAGE, ROOT, place, python_files, tracked_files

TAG = re.compile(r"(?<!\?P)</?[a-z][a-z0-9-]*(?:[ />]|$)|<!doctype|<\?xml")
# Markdown knows no folds and no safe titles of its own: it takes these from HTML.
MARKDOWN = PACKAGE / "render" / "markdown.py"
DRAWN = [path for path in python_files("oscar_sync/render") if path != MARKDOWN]


def tags_in(source):
    """Return where strings of *source* hold a tag; those that stand alone do not count."""
    tree = ast.parse(source)
    documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if id(node) not in documented and TAG.search(node.value)
    ]


def test_no_markup_is_put_together_from_strings():
    found = [place(path, line) for path in DRAWN for line in tags_in(path.read_text("utf-8"))]
    assert found == []
    assert tags_in('text = f"<b>{name}</b>"')


def test_a_template_escapes_what_it_shows_without_being_asked():
    hostile = "\"'><b>\x1b[31m"
    shown = "&#34;&#39;&gt;&lt;b&gt;\\x1b[31m"
    finding = {"severity": hostile, "rule": hostile, "message": hostile}
    assert rendered("finding.html", finding=finding, tone=hostile, place=hostile) == (
        f'<div class="entry {shown}"><span class="badge">{shown}</span><code>{shown}</code> '
        f"{shown}: {shown}</div>\n"
    )


def test_a_built_package_has_every_file_of_ours(tmp_path):
    from hatchling.builders.wheel import WheelBuilder

    (built,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    ours = {str(path.relative_to(ROOT)) for path in tracked_files() if PACKAGE in path.parents}
    with zipfile.ZipFile(built) as wheel:
        assert ours <= set(wheel.namelist())
