"""What a board costs by number of services and clusters: ``python -m bench.scale_board [MOST]``.

The clusters are those of ``bench.scale``, each with a store whose buckets hold two objects. What
is measured is the process of `oscar-sync watch --listen`: CPU seconds, memory, bytes of answers.
"""

import contextlib
import http.client
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from bench.measuring import BrokenRunError
from bench.scale import MOST, ROUNDS, Row, spread, stubs
from bench.setting import Setting, Stub

ROWS = (Row(1_000, 1), Row(10_000, 1), Row(10_000, 50))
_TOKEN = "a-token-of-the-bench"
_SAME = "planned again: the same"
_SETTLED_S = 1.0
"""What a line or an answer tells of is over so long after it."""


class Board:
    """A board in a process of its own."""

    def __init__(self, setting: Setting, folder: Path) -> None:
        token = folder.with_name("token")
        token.write_text(_TOKEN)
        listen = ("--listen", "127.0.0.1:0", "--listen-token-file", token)
        command = [*setting.program, "watch", ".", "--interval", "3600", *listen]
        self.process = subprocess.Popen(
            [str(word) for word in command], cwd=folder, env=setting.environ, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self._before_s = 0.0
        self._address = urlsplit(self.wait_for("board: ").partition("board: ")[2])

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
        host, port = str(self._address.hostname), self._address.port
        with contextlib.closing(http.client.HTTPConnection(host, port)) as connection:
            connection.request(method, path, headers={"Authorization": f"Bearer {_TOKEN}"})
            answer = connection.getresponse()
            content = answer.read()
        return content if answer.status < 300 else b""

    def wait_until(self, path: str) -> bytes:
        while not (content := self.ask(path)):
            time.sleep(0.2)
        return content

    def cpu_s(self) -> float:
        """Return the CPU seconds since the last call."""
        time.sleep(_SETTLED_S)
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        before = self._before_s
        self._before_s = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return self._before_s - before

    def peak_mb(self) -> float:
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def _requests(urls: list[str]) -> int:
    return sum(sum(Stub(urlsplit(url).port or 0).counts().values()) for url in urls)


def _pass_s(board: Board) -> float:
    board.ask("/api/sync", "POST")
    board.wait_for(_SAME)
    return board.cpu_s()


def measured(board: Board, urls: list[str]) -> list[str]:
    """Return what *board* did, cell by cell: a start, passes, a look, a page."""
    board.wait_until("/readyz")
    first_s, unread_mb = board.cpu_s(), board.peak_mb()
    rest_s = min(_pass_s(board) for _ in range(ROUNDS))
    before = _requests(urls)
    status = board.wait_until("/api/status")  # whoever reads makes it look at the clusters
    look_s, requests = board.cpu_s(), _requests(urls) - before
    page = board.ask("/")
    page_s = board.cpu_s()
    return [
        f"{first_s:.1f}", f"{rest_s:.2f}", f"{unread_mb:.0f}", f"{requests:,}", f"{look_s:.1f}",
        f"{page_s:.2f}", f"{len(page) / 1e6:.1f}", f"{len(status) / 1e6:.1f}",
        f"{board.peak_mb():.0f}",
    ]  # fmt: skip


def main(most: int, folder: Path) -> None:
    """Print a row of Markdown for each size up to *most* services."""
    setting = Setting(folder, ROUNDS)
    print("| services | clusters | first pass s | pass s | MB | requests | look s | page s "
          "| page MB | status MB | peak MB |")  # fmt: skip
    print("|" + "---|" * 11)
    for row in [row for row in ROWS if row.services <= most]:
        place = folder / f"board-{row.services}-{row.clusters}"
        with stubs(setting, setting.canned, row, "stores") as urls:
            spread(place, row, urls)
            board = Board(setting, place)
            try:
                cells = measured(board, urls)
            finally:
                board.process.kill()
        print("|", " | ".join((f"{row.services:,}", str(row.clusters), *cells)), "|", flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        main(int(sys.argv[1]) if sys.argv[1:] else MOST, Path(made))
