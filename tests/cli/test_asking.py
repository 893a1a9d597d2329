"""A question before one write: only "yes" is a yes."""

import io

import pytest

from oscar_sync.cli.asking import is_confirmed
from oscar_sync.model.exits import Exit


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("answer", "code"), [("yes", None), ("y", Exit.OK), ("", Exit.OK)])
def test_a_question_on_a_terminal_is_answered_by_yes_alone(monkeypatch, capsys, answer, code):
    monkeypatch.setattr("sys.stdin", Terminal(f"{answer}\n"))
    assert is_confirmed("Delete it?", is_yes=False) is code
    said = capsys.readouterr()
    assert 'Delete it? Only "yes" is accepted:' in said.out + said.err
    assert ("Nothing was sent." in said.err) is (code is not None)
