"""What help shows, and what the words of other tools are answered with (words.md 6)."""

import re

import click
import pytest

from oscar_sync.cli.command_help import CommonOption, DescribedCommand
from oscar_sync.cli.lazy import LazyGroup
from oscar_sync.cli.main import call, cli
from oscar_sync.cli.other_words import OTHER_OPTIONS, OTHER_WORDS, logs_answer


def commands(group=cli, path=()):
    """Yield each command with the words that name it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if isinstance(found, LazyGroup):
            yield from commands(found, (*path, name))
        else:
            yield (*path, name), found


COMMANDS = {" ".join(path): command for path, command in commands()}


def helped(capfd, *words):
    assert call(["help", *words]) == 0
    return capfd.readouterr().out


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_the_command_s_own_options_first_and_ends_with_examples(name, capfd):
    command = COMMANDS[name]
    assert isinstance(command, DescribedCommand)
    out = helped(capfd, *name.split())
    options = [param for param in command.params if isinstance(param, click.Option)]
    own, _, common = out.partition("\nCommon options:\n")
    for option in options:
        part = common if isinstance(option, CommonOption) else own
        assert option.opts[0] in part, option.name
    assert out.rpartition("\nExamples:\n")[2].count("  oscar-sync ") == len(command.examples)
    assert call([*name.split(), "--help"]) == 0
    assert capfd.readouterr().out.split() == out.split()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_examples_of_a_command_are_two_that_it_takes(name):
    command = COMMANDS[name]
    assert len(command.examples) == (1 if name == "version" else 2)
    for line in command.examples:
        words = re.sub(r" > .*", "", line).replace("'", "").removeprefix(f"oscar-sync {name}")
        given = click.Context(command, info_name=name, resilient_parsing=True)
        assert command.parse_args(given, words.split()) == [], line


def test_help_alone_lists_the_commands_and_help_of_a_group_its_own(capfd):
    assert "Apply the changes after confirmation" in helped(capfd)
    assert "Show the log of a service or a job." in helped(capfd, "service")
    assert helped(capfd, "svc", "ls").startswith("Usage: oscar-sync service list")
    assert call(["help", "plan", "x"]) == 64
    assert "oscar-sync plan has no commands" in capfd.readouterr().err
    assert call(["help", "aply"]) == 64
    assert "did you mean apply?" in capfd.readouterr().err


@pytest.mark.parametrize(
    "name",
    [*(name for name in COMMANDS if name.partition(" ")[0] in {"bucket", "volume", "cluster"}),
     "quota", "metrics", "health", "storage rm", "storage ls", "service logs", "service jobs",
     "service list", "status", "federation get", "plan", "apply", "drift"],
)  # fmt: skip
def test_a_command_of_every_day_prints_a_table_or_text_json_and_yaml(name):
    (output,) = [param for param in COMMANDS[name].params if param.name == "outputs"]
    words = set(re.findall(r"\w+", output.help.partition(".")[0]))
    assert {"json", "yaml"} <= words
    assert words & {"table", "text"}


ANSWERS = [
    (group, word, answer) for group, words in OTHER_WORDS.items() for word, answer in words.items()
]


@pytest.mark.parametrize(("group", "word", "answer"), ANSWERS)
def test_a_word_of_another_tool_is_answered_with_a_command_that_is_there(
    group, word, answer, capfd
):
    args = [group, word, "x"] if group else [word, "x"]
    assert call(args) == 64
    assert answer in capfd.readouterr().err
    named = re.findall(r"oscar-sync (\w+)(?: (\w+))?", answer)
    for first, second in named:
        assert first in COMMANDS or f"{first} {second}" in COMMANDS


OPTIONS = [
    (command, option, answer)
    for command, options in OTHER_OPTIONS.items()
    for option, answer in options.items()
]


@pytest.mark.parametrize(("command", "option", "answer"), OPTIONS)
def test_an_option_of_oscar_cli_is_answered_with_what_to_do(command, option, answer, capfd):
    assert call([*command.split(), "x", option, "y"]) == 64
    assert " ".join(answer.split()) in " ".join(capfd.readouterr().err.split())
    for first, second in re.findall(r"oscar-sync (\w+)(?: (\w+))?", answer):
        assert first in COMMANDS or f"{first} {second}" in COMMANDS
    assert command in COMMANDS


def test_logs_of_oscar_cli_are_no_service_of_that_name():
    assert logs_answer(("remove",)) == ""
    assert "service jobs NAME" in logs_answer(("list", "hello"))
    assert "service logs NAME JOB" in logs_answer(("get", "hello", "job"))
    assert "service logs rm NAME JOB" in logs_answer(("remove", "hello"))


@pytest.mark.parametrize("word", ["0", "-1", "inf", "nan", "x", "1e9"])
def test_a_time_that_is_not_one_is_refused(word, capfd):
    assert call(["plan", "--timeout", word]) == 64
    assert "--timeout" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["-c", "edge", "plan"], "oscar-sync plan -c"),
        (["--settings", "x.yaml", "rm", "hello"], "oscar-sync rm --settings"),
        (["service", "-c", "edge", "list"], "oscar-sync service list -c"),
    ],
)
def test_an_option_before_its_command_is_shown_behind_it(words, meant, capfd):
    assert call(words) == 64
    assert f"options follow the command: {meant}\n" in capfd.readouterr().err


def test_an_option_without_a_command_is_not_known(capfd):
    assert call(["--settings", "x.yaml"]) == 64
    assert "No such option" in capfd.readouterr().err
