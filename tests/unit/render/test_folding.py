"""Lines fit a terminal, and break neither words nor commands."""

import re

import pytest

from oscar_sync.render.folding import folded

COMMAND = (
    "oscar-sync apply --allow replace:plants -c edge --expect 0123456789abcdef0123456789abcdef"
)
NOTE = (
    "     note   attaches bucket red, which exists by then: deleting this service by other means "
    "than oscar-sync would delete it for all its users"
)


@pytest.mark.parametrize("width", [40, 80, 100, 200])
@pytest.mark.parametrize(
    "line",
    [
        NOTE,
        "oscar-sync plan   set imaging (oscar-sync.yaml)   14 files -> 11 services   edge: 23 live",
        " x edge/plants        replace: " + "what no update can change " * 9 + "  plants.yaml:3",
        "a.yaml:1:1: \x1b[33mwarning\x1b[0m OSY182: image a/b " + "has the tag latest " * 12,
    ],
)
def test_a_line_is_folded_at_blanks_and_loses_nothing(line, width):
    lines = folded(line, width).split("\n")
    shown = [re.sub("\x1b\\[[0-9]+m", "", one) for one in lines]
    assert max(map(len, shown)) <= width
    assert " ".join(lines).split() == line.split()


@pytest.mark.parametrize("text", [f"`{COMMAND}`", COMMAND, f"{COMMAND};", f"(`{COMMAND}`):"])
def test_a_command_is_never_broken(text):
    (line,) = [
        one for one in folded(f"    remedy: run {text} and go on", 60).split("\n") if "apply" in one
    ]
    assert COMMAND in line


def test_a_line_that_is_a_command_stays_whole():
    line = (
        f"                 kubectl -n oscar-svc get configmaps,pvc,ksvc {'name ' * 20}| grep gone"
    )
    assert folded(line, 80) == line


def test_words_after_a_command_are_prose():
    assert folded("run oscar-sync status -c edge and read what it says of this", 30) == (
        "run oscar-sync status -c edge\n    and read what it says of\n    this"
    )


def test_a_folded_line_goes_on_below_its_second_column():
    first, second = folded(NOTE, 110).split("\n")
    assert first.index("attaches") == len(second) - len(second.lstrip()) == 12


def test_a_word_that_does_not_fit_below_its_column_stands_further_left():
    text = f"     + input[0]                      minio.default:{'a' * 50}/in"
    assert folded(text, 80).split("\n")[1] == f"         minio.default:{'a' * 50}/in"


def test_a_column_goes_to_the_next_line_as_a_whole():
    text = "oscar-sync plan   set imaging   edge: 23 live, 9 ours"
    assert folded(text, 45).split("\n")[1].strip() == "edge: 23 live, 9 ours"


def test_lines_of_scripts_stay_as_they_are_and_lines_of_a_file_are_cut():
    script = "         + " + "python run.py --conf 0.5 " * 9
    source = "      15 |           TEXT: " + "a long text " * 9
    assert folded(script, 80) == script
    assert folded(source, 80) == f"{source[:79]}…"
