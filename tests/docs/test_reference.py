"""The generated pages say what the program does today."""

from pathlib import Path

import pytest

from tools.reference import pages

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", ["fields.md", "commands.md", "settings.md", "diagnostics.md"])
def test_a_reference_page_is_fresh(name):
    text = (DOCS / name).read_text(encoding="utf-8")
    assert text == pages()[name], "run: python -m tools.reference"
