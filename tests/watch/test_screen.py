"""What a person sees of a watch: a line at the bottom that is redrawn in its place."""

import os
import shutil
import subprocess
import sys
import threading
import time

import pytest

from oscar_sync.cli import output
from oscar_sync.cli.output import Bottom
from oscar_sync.cli.screen import is_live
from tests.house.tree import ROOT
from tests.machine import PATIENCE_S
from tests.watch.conftest import FDL
from tests.watch.terminal import Terminal


@pytest.fixture
def terminal(monkeypatch):
    shown = Terminal(40)
    monkeypatch.setattr(output, "_columns", lambda: shown.columns)
    monkeypatch.setattr("click.echo", lambda text, **how: shown.write(text))
    return shown


@pytest.fixture
def bottom(terminal):
    return Bottom()


def test_the_line_stays_below_what_is_written(terminal, bottom):
    bottom.put(lambda columns: "as things stand")
    terminal.write(bottom.below("one\ntwo\n"))
    terminal.write(bottom.below("three\n"))
    assert terminal.rows == ["one", "two", "three", "as things stand"]


def test_the_line_is_redrawn_in_its_place(terminal, bottom):
    for words in ("planning ...", "nothing to do", "x"):
        bottom.put(lambda columns, words=words: words)
    assert terminal.rows == ["x"]


def test_the_line_is_taken_away_without_a_trace(terminal, bottom):
    bottom.put(lambda columns: "as things stand")
    terminal.write(bottom.below("one\n"))
    bottom.put(None)
    assert terminal.rows == ["one", ""]
    assert bottom.below("two\n") == "two\n"


def test_the_line_never_reaches_the_last_column(terminal, bottom):
    bottom.put(lambda columns: "w" * 200)
    assert terminal.rows == ["w" * 39]


def test_a_wide_character_takes_two_columns(terminal, bottom):
    bottom.put(lambda columns: "界" * 200)
    assert len(terminal.rows[0]) == 19


def test_what_a_name_holds_does_not_steer_the_terminal(terminal, bottom):
    bottom.put(lambda columns: "evil\x1b[2Jname")
    assert terminal.rows == ["evil\\x1b[2Jname"]


def test_a_narrower_window_leaves_no_rest_of_the_line(terminal, bottom):
    bottom.put(lambda columns: "w" * columns)
    terminal.write(bottom.below("one\n"))
    terminal.become(12)
    bottom.refresh()
    assert terminal.rows == ["one", "w" * 11]
    terminal.become(60)
    bottom.refresh()
    assert terminal.rows == ["one", "w" * 59]


@pytest.mark.parametrize(
    "environ", [{"TERM": "dumb"}, {"TERM": "xterm", "NO_COLOR": "1"}, {}], ids=str
)
def test_without_a_capable_terminal_lines_are_plain(monkeypatch, environ):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert not is_live(environ, is_quiet=False)


def test_a_terminal_is_redrawn_unless_quiet_is_asked_for(monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert is_live({"TERM": "xterm"}, is_quiet=False)
    assert not is_live({"TERM": "xterm"}, is_quiet=True)


class Window:
    """A watch in a real terminal, by tmux."""

    def __init__(self, folder, environ, command):
        self.socket = folder / "tmux"
        self.tmux("new-session", "-d", "-x", "100", "-y", "40", command, environ=environ)

    def tmux(self, *words, environ=None):
        ran = subprocess.run(
            ["tmux", "-f", "/dev/null", "-S", str(self.socket), *words],
            env=environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return ran.stdout

    def text(self):
        return self.tmux("capture-pane", "-p").rstrip("\n")

    def until(self, words):
        deadline = time.monotonic() + PATIENCE_S
        while words not in self.text():
            assert time.monotonic() < deadline, f"no {words!r} in:\n{self.text()}"
            threading.Event().wait(0.05)

    def last(self):
        return self.text().splitlines()[-1]


@pytest.fixture
def window(tmp_path, project, oscar_emulator):
    if not shutil.which("tmux"):
        pytest.skip("no tmux here")
    environ = {
        **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
        "PASSWORD": oscar_emulator.password,
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
    }
    started = []

    def start(*flags):
        watch = f"{sys.executable} -m oscar_sync watch {' '.join(flags)} {project}"
        after = "echo LEFT $?; stty -a | grep -o -- '-*icanon'; sleep 60"
        started.append(Window(tmp_path, environ, f"{watch}; {after}"))
        return started[-1]

    yield start
    for one in started:
        one.tmux("kill-server")


def test_a_terminal_shows_how_things_stand_and_what_is_new(project, window):
    screen = window()
    screen.until("q quit")
    assert screen.last().startswith("1 to create   edge ok   planned ")
    (project / "other.yaml").write_text(FDL.format(name="other", memory="1Gi"))
    screen.until("NEW (1)\n + edge/other")
    screen.until("2 to create   edge ok")
    text = screen.text()
    assert "saved" in text  # a long path is folded to the next line
    assert text.count("edge/hello") == 1  # it was shown before
    assert text.count("q quit") == 1
    screen.tmux("send-keys", "p")
    screen.until("CHANGES (2)")
    screen.tmux("send-keys", "q")
    screen.until("LEFT 0\nicanon")
    assert "q quit" not in screen.text()


def test_a_narrow_window_keeps_what_matters_most(window):
    screen = window()
    screen.until("q quit")
    screen.tmux("resize-window", "-x", "40", "-y", "40")
    deadline = time.monotonic() + PATIENCE_S
    while screen.last() != "1 to create   edge ok":
        assert time.monotonic() < deadline, screen.text()
        threading.Event().wait(0.05)
    assert screen.text().count("1 to create   edge ok") == 1


def test_an_apply_is_told_above_the_line_and_ctrl_c_gives_the_terminal_back(project, window):
    screen = window("--apply")
    screen.until('Only "yes" is accepted:')
    screen.tmux("send-keys", "yes", "Enter")
    screen.until("nothing to do   edge ok")
    assert "1 of 1 action done and verified.\n" in screen.text()
    (project / "hello.yaml").write_text(FDL.format(name="hello", memory="2Gi"))
    screen.until("1Gi -> 2Gi")
    screen.until("1 of 1 action done and verified.\nnothing to do   edge ok")
    screen.tmux("send-keys", "C-c")
    screen.until("LEFT 130\nicanon")
    assert "q quit" not in screen.text()


def test_ctrl_c_at_the_question_ends_at_once(window):
    screen = window("--apply")
    screen.until('Only "yes" is accepted:')
    screen.tmux("send-keys", "C-c")
    screen.until("LEFT 130\nicanon")
