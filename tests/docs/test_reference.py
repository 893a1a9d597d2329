"""The reference pages say what the program does today."""

import re
from pathlib import Path

import pytest

from oscar_sync.cli.main import call
from oscar_sync.model.exits import Exit
from tools.reference import pages

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", ["fields.md", "commands.md", "settings.md", "diagnostics.md"])
def test_a_reference_page_is_fresh(name):
    text = (DOCS / name).read_text(encoding="utf-8")
    assert text == pages()[name], "run: python -m tools.reference"


def test_the_example_of_the_settings_is_valid(tmp_path, monkeypatch, capfd):
    page = (DOCS / "settings.md").read_text(encoding="utf-8")
    shown = page.partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "oscar-sync.yaml").write_text(shown)
    (tmp_path / ".env").write_text("")
    (tmp_path / "models").mkdir()
    (tmp_path / "grayify.yaml").write_text(
        "functions:\n  oscar:\n  - edge-1:\n      name: grayify\n"
        "      image: ghcr.io/example/grayify:1.0\n      script: |\n"
        "        #!/bin/sh\n        true\n"
    )
    monkeypatch.chdir(tmp_path)
    code = call(["validate"])
    assert capfd.readouterr().err == ""
    assert code == 0


def test_each_exit_code_is_explained():
    text = (DOCS / "exit-codes.md").read_text(encoding="utf-8")
    assert all(re.search(rf"^\| (\d+ / )?{code:d}\b", text, re.MULTILINE) for code in Exit)


def test_each_decision_has_its_row():
    folder = DOCS / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    lost = [path.name for path in folder.glob("0*.md") if f"]({path.name})" not in index]
    assert lost == []
