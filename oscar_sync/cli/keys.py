"""Single keys from the terminal, without waiting for one; nothing where there is none."""

import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any


class Keys:
    """Reads keys as they are pressed. The terminal is given back before anyone else asks on it."""

    def __init__(self) -> None:
        self._before: list[Any] | None = None
        self._on_return: Any = None

    def take(self) -> bool:
        """Tell whether keys are read from now on: stdin must be our terminal."""
        if not sys.stdin.isatty() or not _is_ours():
            return False
        import termios
        import tty

        with suppress(termios.error, OSError):
            self._before = termios.tcgetattr(sys.stdin)
            tty.setcbreak(sys.stdin, termios.TCSADRAIN)
            self._on_return = signal.signal(signal.SIGCONT, self._again)
        return self._before is not None

    def give_back(self) -> None:
        if self._before is None:
            return
        import termios

        with suppress(termios.error, OSError):
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._before)
        with suppress(ValueError):
            signal.signal(signal.SIGCONT, self._on_return)
        self._before = None

    @contextmanager
    def given_back(self) -> Iterator[None]:
        was_taken = self._before is not None
        self.give_back()
        try:
            yield
        finally:
            if was_taken:
                self.take()

    def pressed(self) -> str:
        if self._before is None or not select.select([sys.stdin], [], [], 0)[0]:
            return ""
        typed = os.read(sys.stdin.fileno(), 64)
        if not typed:
            self.give_back()  # the terminal is gone
        return typed.decode(errors="replace")[-1:].lower()

    def _again(self, number: int, frame: FrameType | None) -> None:
        """Take the terminal again after Ctrl-Z and fg: the shell gave us its own."""
        del number, frame
        import tty

        with suppress(OSError):
            if _is_ours():
                tty.setcbreak(sys.stdin)


def _is_ours() -> bool:
    try:
        import termios  # noqa: F401 - absent on Windows

        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (ImportError, OSError):
        return False
