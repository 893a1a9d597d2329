"""A watch in a process of its own."""

import subprocess
import sys
import threading
import time

from tests.machine import PATIENCE_S


class Watcher:
    """Gathers the lines of a watch as they come."""

    def __init__(self, folder, environ, *flags, cwd=None, program=("-m", "oscar_sync")):
        self.lines = []
        self.process = subprocess.Popen(
            [
                sys.executable,
                *program,
                "watch",
                *([str(folder)] if folder else []),
                *flags,
            ],
            cwd=cwd or folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        self.out = self.process.stdout
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        self.lines.extend(iter(self.out.readline, ""))

    def text(self):
        return "".join(self.lines)

    def until(self, words, count=1):
        deadline = time.monotonic() + PATIENCE_S
        while self.text().count(words) < count:
            assert time.monotonic() < deadline, f"no {words!r} in:\n{self.text()}"
            if self.process.poll() is not None:
                self._reader.join(PATIENCE_S)  # its last words may still be on their way
                assert self.text().count(words) >= count, self.text()
            threading.Event().wait(0.05)

    def end(self, number):
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        return code
