"""Rows 31 to 33: what a board beside a watch of 1,000 services costs, and when its page shows."""

import time
from http.client import HTTPResponse
from pathlib import Path

from bench import workload
from bench.board import Board
from bench.measuring import BrokenRunError, Ratio, Result, Sample, in_turn
from bench.rows.watching import idle_percents, watched
from bench.setting import Setting
from oscar_sync.reconcile.watch import QUIET_S

_COUNT = 1000
_MORE_S = 1.0
_SHOWN_S = 0.5
_PAGES = 10
_SAVED = "group-0003/svc-00033.sh"
_CHANGED = b'/svc-00033" class="k-changed-in-the-files'
_IN_SYNC = b'/svc-00033" class="k-in-sync'


def board_start(setting: Setting) -> Result:
    """Compare from the start to the plan, and to the page that shows it, with a plain watch."""
    folder = setting.saved(setting.services(_COUNT, workload.every(_COUNT, 100)))
    with setting.stub(_COUNT) as stub:
        login = setting.login(stub)

        def alone() -> Sample:
            start = time.perf_counter()
            with watched(setting, folder, login):
                return Sample(time.perf_counter() - start, 0.0)

        def served() -> Sample:
            start = time.perf_counter()
            with Board(setting, folder, login) as board:
                board.wait_until("/readyz", pause_s=0.01)
                if not board.ask("/"):
                    raise BrokenRunError("the board shows no page")
                return Sample(time.perf_counter() - start, 0.0)

        samples = in_turn({"watch --listen": served, "watch": alone}, setting.rounds)
    pairs = zip(*samples.values(), strict=True)
    more = [(with_board.wall_s - plain.wall_s) / _MORE_S for with_board, plain in pairs]
    return Result(samples, [Ratio("1 s more than watch", 1.0, more)])


def board_idle(setting: Setting) -> Result:
    """Measure the CPU of a board that ten pages are open of, once it has looked at the cluster."""
    folder = setting.services(_COUNT, workload.every(_COUNT, 100))
    with setting.stub(_COUNT) as stub, Board(setting, folder, setting.login(stub)) as board:
        for _ in range(_PAGES):
            board.open_page()
        board.wait_until("/api/status")
        board.cpu_s()
        percents = idle_percents(board.process.pid, setting)
    return Result({}, [Ratio("1 % of a core, idle", 0.5, percents)])


def board_page(setting: Setting) -> Result:
    """Measure from a save to the page that shows it, asked for at each event, as pages do."""
    folder = setting.saved(setting.services(_COUNT, workload.every(_COUNT, 100)))
    file = folder / _SAVED
    written = file.read_text()
    with setting.stub(_COUNT) as stub, Board(setting, folder, setting.login(stub)) as board:
        board.wait_until("/readyz")
        events = board.open_page()
        board.wait_until("/api/status")
        rounds = range(setting.rounds * 2 + 1)
        waits = [_shown(board, events, file, written, is_changed=not at % 2) for at in rounds]
        file.write_text(written)
    samples = waits[1:]  # the first one after the start is not counted
    shown = [sample.wall_s / _SHOWN_S for sample in samples]
    ratio = Ratio(f"{_SHOWN_S * 1000:.0f} ms after the quiet period", 1.0, shown)
    return Result({"save to page": samples}, [ratio])


def _shown(
    board: Board, events: HTTPResponse, file: Path, written: str, *, is_changed: bool
) -> Sample:
    time.sleep(1)
    wanted = _CHANGED if is_changed else _IN_SYNC
    start = time.perf_counter()
    file.write_text(f"{written}echo saved\n" if is_changed else written)
    for line in events:
        if line.startswith(b"data:") and wanted in board.ask("/"):
            return Sample(time.perf_counter() - start - QUIET_S, 0.0)
    raise BrokenRunError("the board has closed a page")
