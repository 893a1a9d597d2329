"""What `oscar-sync validate`, or args.json, tells about each folder of cases/problems-*."""

import json
from pathlib import Path

import pytest

from oscar_sync.cli.main import call

CASES = Path(__file__).parent / "cases"
FOLDERS = sorted(path.name for path in CASES.glob("problems-*"))


@pytest.mark.parametrize("name", FOLDERS)
def test_the_problems_of_a_folder_are_told_like_this(name, golden, monkeypatch, capfd):
    monkeypatch.chdir(CASES / name)
    given = CASES / name / "args.json"
    args = json.loads(given.read_text(encoding="utf-8")) if given.is_file() else ["validate"]
    code = call([*args, "--color", "never"])
    out, err = capfd.readouterr()
    text = f"{err}{out}[exit {code}]\n".replace(str(CASES), "CASES")
    golden(CASES / name / "problems.txt", text)
