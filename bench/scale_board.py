"""What a board costs by number of services and clusters: ``python -m bench.scale_board [MOST]``.

The clusters are those of ``bench.scale``, each with a store whose buckets hold two objects. What
is measured is the process of `oscar-sync watch --listen`: CPU seconds, memory, bytes of answers.
"""

import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from bench.board import Board
from bench.scale import MOST, ROUNDS, Row, spread, stubs
from bench.setting import Setting, Stub

ROWS = (Row(1_000, 1), Row(10_000, 1), Row(10_000, 50))
_SAME = "planned again: the same"


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
            with Board(setting, place) as board:
                cells = measured(board, urls)
        print("|", " | ".join((f"{row.services:,}", str(row.clusters), *cells)), "|", flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        main(int(sys.argv[1]) if sys.argv[1:] else MOST, Path(made))
