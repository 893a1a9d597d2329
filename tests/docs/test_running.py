"""The reader and the runner of pages see what is wrong."""

import pytest

from tests.docs.naming import unknown
from tests.docs.pages import blocks, indented_code
from tests.docs.running import Shell, problem_of


def problem(text, folder):
    with Shell(folder, {"https://oscar.example.org": "http://127.0.0.1:1"}, {}) as shell:
        return problem_of(blocks(text), shell)


@pytest.mark.parametrize(
    "text",
    [
        "```console\n$ echo one\none\n$ echo two; echo three\ntwo\nthree\n```\n",
        "```console\n$ seq 9\n1\n…\n9\n$ echo 3 of 4\n3 of …\n```\n",
        '```yaml title="a/b.yaml"\na: 1\n```\n```console\n$ cat a/b.yaml\na: 1\n```\n',
        "```console\n$ mkdir d && cd d && A=b\n```\n```console\n$ ls .. && export A=c\nd\n```\n",
        "```console\n$ export A=b\n$ echo $A\nb\n```\n",
        "```console\n$ (exit 7)\n$ echo $?\n7\n```\n",
        "<!-- first: echo a > b -->\n```console\n$ cat b\na\n```\n",
        "```console\n$ printf '%s\\n' \\\n    x\nx\n```\n",
        "```console\n$ echo wrong >&2\nwrong\n```\n",
        "```console\n$ echo http://127.0.0.1:1/a\nhttps://oscar.example.org/a\n```\n",
        "<!-- not run: it is wrong -->\n```console\n$ false\n```\n",
    ],
)
def test_a_true_page_has_no_problem(text, tmp_path):
    assert problem(text, tmp_path) == ""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("```console\n$ echo one\ntwo\n```\n", 2),
        ("```console\n$ echo one\n```\n", 2),
        ("```console\n$ true\n$ seq 3\n1\n3\n```\n", 3),
        ("1. a\n\n    ~~~~console\n    $ echo one\n    two\n    ~~~~\n", 4),
        ("```console\n$ (exit 7)\n$ true\n```\n", 2),
        ("```console\n$ (exit 7)\n```\n", 2),
        ("<!-- first: false -->\n```console\n$ true\n```\n", 1),
    ],
)
def test_a_page_that_says_something_else_is_found_with_its_line(text, line, tmp_path):
    assert problem(text, tmp_path).startswith(f"line {line}: ")


@pytest.mark.parametrize(
    "text",
    [
        "```sh\nls\n```\n",
        "~~~bash\nls\n~~~\n",
        "- a\n\n    ```shell\n    ls\n    ```\n",
        "```text\n$ ls\n```\n",
        "```\noscar-sync plan\n```\n",
    ],
)
def test_commands_in_another_fence_do_not_escape(text):
    (block,) = blocks(text)
    assert block.has_commands
    assert not block.is_run


def test_a_fence_without_end_is_refused():
    with pytest.raises(ValueError, match="does not end"):
        list(blocks("```console\n$ ls\n"))


def test_code_without_a_fence_is_seen():
    text = "a\n\n    oscar-sync plan\n\n- b\n\n    more of b\n\n```text\n\n    c\n```\n\n\tls\n"
    assert indented_code(text) == [3, 14]


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("plan services/ --strict -o json=FILE", []),
        ("diff --no-prune", []),
        ("svc ls", []),
        ("plna", ["plna"]),
        ("service plan", ["plan"]),
        ("plan --force", ["--force"]),
        ("remove NAME --detailed-exitcode=1", ["--detailed-exitcode"]),
        ("plan [-x]", ["-x"]),
    ],
)
def test_what_no_command_has_is_named(words, wrong):
    assert unknown(words.split()) == wrong
