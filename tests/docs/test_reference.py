"""The reference pages say what the program does today."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from oscar_sync.cli.command_help import CommonOption
from oscar_sync.cli.main import call, cli
from oscar_sync.model.exits import Exit
from tests.docs.naming import every_command
from tools.reasons import MEANINGS, reasons
from tools.reference import pages
from tools.variables import VARIABLES, option_variables

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
# The emulator and the demo are programs of their own.
SOURCES = "".join(
    path.read_text(encoding="utf-8")
    for path in (ROOT / "oscar_sync").rglob("*.py")
    if "emulator" not in path.parts and path.name != "demo.py"
)


@pytest.mark.parametrize("name", pages())
def test_a_reference_page_is_fresh(name):
    text = (DOCS / name).read_text(encoding="utf-8")
    assert text == pages()[name], "run: python -m tools.reference"


def test_the_page_of_commands_says_which_common_options_some_do_not_take():
    taken = {
        command: frozenset(
            item.opts[0] for item in command.params if isinstance(item, CommonOption)
        )
        for command in every_command(cli)
    }
    none, fewer, every = sorted(set(taken.values()), key=len)
    assert fewer < every
    text = (DOCS / "commands.md").read_text(encoding="utf-8").partition("## ")[0]
    assert set(re.findall(r"`(-[a-z-]+)`", text)) == every - fewer
    groups = {"cli", "service", "bucket", "volume", "storage", "cluster", "federation"}
    of_a_board = {"sync", "pause", "resume"}
    bare = {command.name for command, names in taken.items() if names == none}
    without = bare - groups - of_a_board
    assert set(re.findall(r"`([a-z]+)`", text)) == without | groups - {"cli"} | {
        "quota",
        "metrics",
        "health",
    }


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
    rows = re.findall(r"^\| (\d+)(?: / (\d+))? \|", text, re.MULTILINE)
    assert sorted(int(code) for row in rows for code in row if code) == sorted(Exit)


def test_the_readme_says_the_same_of_its_exit_codes():
    readme, page = (
        (ROOT / name).read_text("utf-8") for name in ("README.md", "docs/exit-codes.md")
    )
    rows = re.findall(r"^\| (\d+) \| ([^|;(]*\w)", readme, re.MULTILINE)
    assert len(rows) == 5
    assert [row for row in rows if f"| {row[0]} | {row[1]}" not in page] == []


def test_the_pages_stay_short_enough_to_be_read():
    """All that `wc -w` counts; decisions apart, which are kept as they were written."""
    words = sum(len(page.read_text(encoding="utf-8").split()) for page in DOCS.glob("*.md"))
    assert words <= 30_000


def test_each_code_that_a_source_names_has_its_row():
    pages = [(DOCS / name).read_text("utf-8") for name in ("diagnostics.md", "doctor.md")]
    rows = re.findall(r"^(?:- (OSY\d{3}): |\| (OSY\d{3}) \|)", "\n".join(pages), re.MULTILINE)
    assert set(re.findall(r"\bOSY\d{3}\b", SOURCES)) == {first or second for first, second in rows}


def test_each_reason_says_what_to_do():
    assert [reason for reason in reasons() if not reason.ways_out] == []


def test_a_meaning_is_given_for_reasons_that_exist():
    assert set(MEANINGS) - {reason.code for reason in reasons()} == set()


def test_each_reason_of_a_golden_plan_has_its_row():
    text = (DOCS / "reasons.md").read_text(encoding="utf-8")
    plans = (path.read_text("utf-8") for path in (ROOT / "tests/golden").rglob("*.txt"))
    given = {
        code for plan in plans for code in re.findall(r"^ +reason: (\S+)$", plan, re.MULTILINE)
    }
    assert len(given) > 5
    assert {code for code in given if f"- `{code}`:" not in text} == set()


def test_each_variable_that_the_program_reads_has_its_row():
    names = r'"((?:OSCAR|OIDC|TOKEN_FILE|XDG|GITHUB|REQUESTS|SSL|NO|FORCE)_[A-Z_]*[A-Z])"'
    read = set(re.findall(names, SOURCES))
    assert read - set(VARIABLES) - set(option_variables()) == set()
    assert set(VARIABLES) - read == set()


def test_each_function_on_the_journey_is_there():
    text = (DOCS / "journey.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:planning|reconcile)\.\w+)\.(\w+)`", text)
    assert len(named) > 10
    lost = [name for name in named if not hasattr(import_module(f"oscar_sync.{name[0]}"), name[1])]
    assert lost == []


STATUS = re.compile(r"Status: (accepted|replaced by \[(\d{4})\]\(\2-[\w-]+\.md\)\.)")


DECISIONS = sorted((DOCS / "decisions").glob("0*.md"))


def read_decision(path):
    """Return title, status, the number of the one that replaces it (or None), and paragraphs."""
    title, status, *rest = path.read_text(encoding="utf-8").strip().split("\n\n")
    found = STATUS.match(status)
    assert found, status
    return title, found[2], rest


@pytest.mark.parametrize("path", DECISIONS, ids=lambda one: one.stem)
def test_a_decision_says_its_status_first_as_the_index_does(path):
    title, newer, _ = read_decision(path)
    assert title.startswith(f"# {path.name[:4]}: ")
    word = f"replaced by {newer}" if newer else "accepted"
    index = (path.parent / "README.md").read_text(encoding="utf-8")
    assert re.search(rf"\]\({path.name}\) \| .* \| {word} \|", index)


@pytest.mark.parametrize(
    "path", [one for one in DECISIONS if read_decision(one)[1]], ids=lambda one: one.stem
)
def test_a_decision_that_is_replaced_is_a_paragraph_that_the_newer_one_names(path):
    _, number, rest = read_decision(path)
    assert len(rest) == 1, "shrink it to a paragraph"
    newer = next(path.parent.glob(f"{number}-*.md")).read_text(encoding="utf-8")
    assert f"]({path.name})" in newer.split("\n\n")[1], "the newer one names it"


def test_each_file_that_contributing_names_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:[\w-]+/)+[\w.*-]+)`", text))
    lost = [
        name for name in named if not any([*ROOT.glob(name), *(ROOT / "oscar_sync").glob(name)])
    ]
    assert len(named) > 15
    assert lost == []
