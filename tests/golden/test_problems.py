"""What `oscar-sync validate` says about each folder of cases/problems-*, word for word."""

from pathlib import Path

import pytest

from oscar_sync.cli.main import call

CASES = Path(__file__).parent / "cases"
FOLDERS = sorted(path.name for path in CASES.glob("problems-*"))


@pytest.mark.parametrize("name", FOLDERS)
def test_the_problems_of_a_folder_are_told_like_this(name, golden, monkeypatch, capfd):
    monkeypatch.chdir(CASES / name)
    code = call(["validate", "--color", "never"])
    out, err = capfd.readouterr()
    golden(CASES / name / "problems.txt", f"{err}{out}[exit {code}]\n")
