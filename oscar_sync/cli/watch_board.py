"""The board beside a watch: what the loop tells it, and looks at the clusters for its readers."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from oscar_sync.board.state import Board, Controls
from oscar_sync.cli.border import say, unexpected
from oscar_sync.cli.listen import listen_options
from oscar_sync.cli.request import connections_of
from oscar_sync.cli.run_record import RunRecord
from oscar_sync.cli.watch_feed import WatchFeed
from oscar_sync.errors import MissingExtraError, OscarSyncError
from oscar_sync.model.event import Event
from oscar_sync.model.exits import Exit
from oscar_sync.model.run import PastRun
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.once import Pass
from oscar_sync.reconcile.subject import subject_of
from oscar_sync.reconcile.survey import surveys
from oscar_sync.render.metrics import MetricsRun
from oscar_sync.workspace.history import history_file, read_runs
from oscar_sync.workspace.pause import Pause, end_pause, read_pause, write_pause

_SHARE: Final = 10
"""Looks at the clusters take at most the tenth part of the time."""
_SAID: Final = 50
"""So many different warnings are known as said."""
_GOOD: Final = frozenset({Exit.OK, Exit.BLOCKED, Exit.STALE})
"""Ends of a pass that a person may have to do something about, and the board not."""


class BoardFeed(WatchFeed):
    """Tells a board what the loop does.

    Raises:
        UsageError: what the options of ``--listen`` name cannot be used: before anything is asked.
        MissingExtraError: the board is not installed.
    """

    def __init__(self, options: dict[str, Any], record: RunRecord) -> None:
        self._options, self._record = options, record
        record.is_kept, record.on_end = True, self.ended
        self.board = Board(
            float(options["interval"]),
            is_applying=options["is_applying"],
            can_sync=bool(options["listen_token_file"]),
        )
        self._holding = threading.Lock()  # the board says what the file of the pause says
        self._planned: Pass | None = None
        self._file = Path()
        self._over = threading.Event()
        self._is_again = False
        self._said: set[str] = set()
        self._server = _server(self.board, options, self._failed)

    def close(self) -> None:
        self._server.close()

    @contextmanager
    def serving(self, wake: Callable[[], None], settings_folder: Path) -> Iterator[None]:
        self._file = history_file(settings_folder, self._record.history)
        self._recall()
        self.held("")
        self.board.controls = Controls(wake, self._pause, self._resume)
        looking = threading.Thread(target=self._look, name="looks at clusters", daemon=True)
        with self._server:
            say(f"board: {self._server.url}")
            looking.start()
            try:
                yield
            finally:
                self._over.set()
                self.board.look_wanted.set()

    # -- what the loop tells

    def planning(self) -> None:
        self.board.planning()

    def planned(self, planned: Pass) -> None:
        self._planned = planned
        subject = subject_of(planned, "plan")
        commit = subject.commit()  # now: another one may be checked out when somebody looks
        self.board.planned(replace(subject, commit=lambda: commit))

    def _recall(self) -> None:
        """Show the runs of before, which others have made too."""
        try:
            self.board.recall(read_runs(self._file))
        except OSError as error:
            say(f"warning: the history cannot be read: {error.strerror}")

    def held(self, window: str) -> str:
        with self._holding:
            pause = read_pause(self._file.parent)
            words = pause.words if pause else window
            self.board.held(words, is_paused=pause is not None)
        return words

    def _pause(self, because: str) -> None:
        because = " ".join(because.split())  # a line of the terminal is ours alone
        pause = Pause(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", because)
        with self._holding:
            before = read_pause(self._file.parent)
            if before is not None and not because:
                pause = before  # whoever gives no reason does not take back one that was given
            else:
                write_pause(self._file.parent, pause)
            self.board.held(pause.words, is_paused=True)

    def _resume(self) -> None:
        with self._holding:
            end_pause(self._file.parent)
            self.board.held("")
        self.board.controls.sync()

    def on_event(self, event: Event) -> None:
        self.board.step(event)

    def ended(self, run: MetricsRun, kept: PastRun | None) -> None:
        unread = run.plan is None or any(one.problem for one in run.plan.clusters)
        is_good = run.exit_code in _GOOD and not unread and not self._record.problem
        self.board.ended(run, is_good=is_good)
        if kept is not None:
            self.board.ran(kept)
        # Planned again once, so that the page shows what is there now; never twice in a row: a
        # service that does not become as it is wanted would be written without a pause.
        has_applied = run.report is not None and not run.exit_code
        self._is_again = has_applied and not self._is_again
        if self._is_again:
            self.board.controls.sync()

    def waiting(self, problem: str, pause_s: float) -> None:
        next_at = datetime.now(UTC) + timedelta(seconds=pause_s)
        self.board.failed(problem)
        self.board.waiting(f"{next_at:%H:%M:%S}")

    # -- looks at the clusters

    def _look(self) -> None:
        """Look at the clusters after a plan while somebody reads, and leave pauses."""
        connections = connections_of(self._options)
        while True:
            self.board.look_wanted.wait()
            self.board.look_wanted.clear()
            if self._over.is_set():
                connections.close()
                return
            self._over.wait(_SHARE * self._look_once(connections))

    def _failed(self, error: Exception) -> None:
        """Say once what the board cannot do."""
        words = str(error) if isinstance(error, OscarSyncError) else unexpected(error)
        if words not in self._said:
            self._said = {*self._said, words} if len(self._said) < _SAID else {words}
            say(f"warning: the board: {words}")

    def _look_once(self, connections: Connections) -> float:
        """Look once; return for how many seconds clusters were asked.

        To wait for one that is silent does not count.
        """
        planned, began, took_s = self._planned, time.monotonic(), None
        if planned is None:
            return 0.0
        try:
            for found in surveys(planned, connections, self._over.is_set, tell=self._failed):
                self.board.surveyed(found)
                took_s = found.took_s if found.is_whole else None
        except Exception as error:  # noqa: BLE001 - the next look may do better
            self._failed(error)
        finally:
            connections.close_providers()
        return time.monotonic() - began if took_s is None else took_s


def _server(board: Board, options: dict[str, Any], tell: Callable[[Exception], None]) -> Any:
    try:
        from oscar_sync.board.server import BoardServer
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "starlette", "board") from error
    where = listen_options(options)
    server = BoardServer(board, where, tell)
    if not where.is_loopback and where.certificate is None:
        say(
            f"warning: --listen {options['listen']} is not encrypted: others can read the token on "
            "the way; add --tls-cert and --tls-key, or a proxy that does TLS"
        )
    return server
