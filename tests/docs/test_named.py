"""What pages name is there: subcommands, options, targets of make, environment variables."""

import re

import pytest

from oscar_sync.cli.main import cli
from tests.docs.naming import calls, every_command, options_of, unknown
from tests.docs.pages import PAGES, ROOT, blocks, name_of

TEXTS = {name_of(path): path.read_text(encoding="utf-8") for path in PAGES}
INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


@pytest.mark.parametrize("name", TEXTS)
def test_each_command_line_names_what_there_is(name):
    code = [*INLINE.findall(TEXTS[name]), *(block.text for block in blocks(TEXTS[name]))]
    lost = {
        call: words for text in code for call in calls(text) if (words := unknown(call.split()))
    }
    assert lost == {}


@pytest.mark.parametrize("name", TEXTS)
def test_each_option_that_stands_alone_is_one(name):
    known = {option for command in every_command(cli) for option in options_of(command)}
    known |= set(re.findall(r'"(--[a-z-]+)"', (ROOT / "bench" / "__main__.py").read_text("utf-8")))
    named = {
        word.partition("=")[0]
        for code in INLINE.findall(TEXTS[name])
        if code.startswith("--")
        for word in code.split()
        if word.startswith("--")
    }
    assert named - known == set()


@pytest.mark.parametrize("name", TEXTS)
def test_each_target_of_make_is_one(name):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    called = [code.split() for code in INLINE.findall(TEXTS[name]) if code.startswith("make ")]
    words = {word for words in called for word in words[1:]}
    assert {word for word in words if re.fullmatch("[a-z][a-z-]+", word)} - targets == set()


@pytest.mark.parametrize("name", TEXTS)
def test_each_variable_of_ours_is_read_by_the_program_or_its_tools(name):
    files = [*(ROOT / "oscar_sync").rglob("*.py"), *(ROOT / "tools").rglob("*.py")]
    sources = "".join(path.read_text(encoding="utf-8") for path in files)
    options = {item.envvar for command in every_command(cli) for item in command.params}
    named = set(re.findall(r"\bOSCAR_SYNC_[A-Z][A-Z_]+\b", TEXTS[name]))
    assert {variable for variable in named - options if variable not in sources} == set()


@pytest.mark.parametrize("name", TEXTS)
def test_each_record_that_is_cited_is_there(name):
    kept = {path.name[:3] for path in (ROOT / "tests" / "fixtures" / "server").glob("*.json")}
    cited = re.findall(r"\brecords? (\d{3})\b", TEXTS[name])
    if "| record |" in TEXTS[name]:
        cited += re.findall(r"(?<=[| (])(\d{3})(?=[,)] ?| \|)", TEXTS[name])
    assert set(cited) - {"204", "400", "500"} - kept == set()
