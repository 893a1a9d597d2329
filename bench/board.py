"""A running board, as the rows and ``bench.scale_board`` measure it."""

import contextlib
import http.client
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from bench.measuring import BrokenRunError, cpu_s
from bench.setting import Setting

_TOKEN = "a-token-of-the-bench"
_SETTLED_S = 1.0
"""What a line or an answer tells of is over so long after it."""


class Board:
    """A board in a process of its own, of the services in *folder*; killed at the end."""

    def __init__(self, setting: Setting, folder: Path, login: Mapping[str, str] | None = None):
        """Start it, with the variables *login* where the settings have no log-in."""
        token = folder.with_name("token")
        token.write_text(_TOKEN)
        listen = ("--listen", "127.0.0.1:0", "--listen-token-file", token)
        command = [*setting.program, "watch", ".", "--interval", "3600", *listen]
        self.process = subprocess.Popen(
            [str(word) for word in command], cwd=folder, env=dict(login or setting.environ),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self._before_s = 0.0
        self._open = contextlib.ExitStack()
        try:
            self._address = urlsplit(self.wait_for("board: ").partition("board: ")[2])
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._open.close()
        self.process.kill()
        self.process.communicate()

    def wait_for(self, words: str) -> str:
        """Return the next line with *words*.

        Raises:
            BrokenRunError: it ends without one.
        """
        assert self.process.stdout is not None  # noqa: S101 - it is a pipe
        for line in self.process.stdout:
            if words in line:
                return line.strip()
        raise BrokenRunError(f"the board left with {self.process.wait()}")

    def ask(self, path: str, method: str = "GET") -> bytes:
        """Return the answer at *path*, blank as long as there is none yet."""
        with contextlib.closing(self._connection()) as connection:
            answer = _asked(connection, path, method)
            content = answer.read()
        return content if answer.status < 300 else b""

    def open_page(self) -> http.client.HTTPResponse:
        """Return the stream of events of a page that stays open."""
        connection = self._open.enter_context(contextlib.closing(self._connection()))
        return _asked(connection, "/events")

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(str(self._address.hostname), self._address.port)

    def wait_until(self, path: str, pause_s: float = 0.2) -> bytes:
        while not (content := self.ask(path)):
            time.sleep(pause_s)
        return content

    def cpu_s(self) -> float:
        """Return the CPU seconds since the last call."""
        time.sleep(_SETTLED_S)
        before, self._before_s = self._before_s, cpu_s(self.process.pid)
        return self._before_s - before

    def peak_mb(self) -> float:
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def _asked(
    connection: http.client.HTTPConnection, path: str, method: str = "GET"
) -> http.client.HTTPResponse:
    connection.request(method, path, headers={"Authorization": f"Bearer {_TOKEN}"})
    return connection.getresponse()
