"""Single keys of a terminal: read as they are pressed, and given back to whoever asks next."""

import json
import os
import pty
import subprocess
import sys

import pytest

from tests.machine import PATIENCE_S

pytest.importorskip("termios")

READING = """
import json, os, select, signal, sys, termios

os.dup2(os.open(sys.argv[1], os.O_RDWR), 0)  # of a new session: the terminal becomes ours
from oscar_sync.cli.keys import Keys

def is_by_line():
    return bool(termios.tcgetattr(0)[3] & termios.ICANON)

keys = Keys()
before, taken = is_by_line(), keys.take()
shown = {"before": before, "taken": taken, "while taken": is_by_line(), "none": keys.pressed()}
print("ready", flush=True)
select.select([0], [], [])
shown["pressed"] = keys.pressed()
with keys.given_back():
    shown["given back"] = is_by_line()
shown["taken again"] = not is_by_line()
attributes = termios.tcgetattr(0)
attributes[3] |= termios.ICANON  # as a shell leaves it after Ctrl-Z and fg
termios.tcsetattr(0, termios.TCSADRAIN, attributes)
signal.raise_signal(signal.SIGCONT)
shown["after fg"] = is_by_line()
keys.give_back()
keys.give_back()
print(json.dumps(shown | {"at the end": is_by_line(), "pressed then": keys.pressed()}))
"""


def test_keys_are_read_as_they_are_pressed_and_the_terminal_is_given_back():
    mine, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", READING, os.ttyname(theirs)],
        stdout=subprocess.PIPE, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        out = process.stdout
        assert out is not None
        assert out.readline() == "ready\n"
        os.write(mine, b"xP")
        shown = json.loads(process.communicate(timeout=PATIENCE_S)[0])
    os.close(mine)
    os.close(theirs)
    assert shown == {
        "before": True, "taken": True, "while taken": False, "none": "", "pressed": "p",
        "given back": True, "taken again": True, "after fg": False, "at the end": True,
        "pressed then": "",
    }  # fmt: skip


def test_no_keys_are_read_where_nobody_sits_at_a_terminal():
    code = "from oscar_sync.cli.keys import Keys; k = Keys(); print(k.take(), [k.pressed()])"
    run = subprocess.run(
        [sys.executable, "-c", code], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert run.stdout == "False ['']\n"
