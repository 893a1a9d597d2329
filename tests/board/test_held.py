"""A pause and a history: what holds, whatever happens to their files."""

import fcntl
import json
import os
import threading
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from oscar_sync.cli.run_record import RunRecord
from oscar_sync.cli.screen import Screen
from oscar_sync.cli.watch_board import BoardFeed
from oscar_sync.cli.watch_problem import WatchProblem
from oscar_sync.cli.watching import Watching
from oscar_sync.model.run import PastRun
from oscar_sync.workspace import history
from oscar_sync.workspace.history import add_run, read_runs
from oscar_sync.workspace.pause import NAME, Pause, read_pause, write_pause
from tests.unit.render.subjects import full_plan

RUN = PastRun("2026-03-01T03:17:04Z", "apply", 0, "imaging")
DAMAGED = [b"\xff", b'{"at": "\xff"}', b"[" * 60_000, b'{"at":', b"null", b'{"at": "\\ud800"}', b""]
OPTIONS = {
    "interval": 60, "is_applying": True, "listen": "127.0.0.1:0", "history": None,
    "listen_token_file": None, "tls_cert": None, "tls_key": None, "hook_secret_file": None,
}  # fmt: skip


@pytest.fixture
def feed(monkeypatch, tmp_path):
    monkeypatch.setattr(BoardFeed, "_look", lambda self: None)
    with closing(BoardFeed(dict(OPTIONS), RunRecord("watch"))) as made:
        yield made


@pytest.fixture
def folder(tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    made = tmp_path / "project"
    made.mkdir()
    return made


def test_a_pause_before_the_first_plan_holds_and_is_kept_beside_the_settings(feed, folder):
    with feed.serving(lambda: None, folder):
        feed.board.controls.pause("a look first")
        assert "a look first" in feed.held("")
    assert read_pause(folder / ".oscar-sync") is not None
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize(("again", "reason"), [
    ("", "an incident"), (" \n", "an incident"), ("an upgrade", "an upgrade"),
])  # fmt: skip
def test_a_second_pause_without_a_reason_keeps_the_first_reason(feed, folder, again, reason):
    with feed.serving(lambda: None, folder):
        feed.board.controls.pause("an incident")
        feed.board.controls.pause(again)
        assert feed.held("").endswith(f": {reason}")
        assert feed.board.picture.held == feed.held("")


def test_a_board_that_starts_again_shows_its_pause_and_runs_before_the_first_plan(feed, folder):
    write_pause(folder / ".oscar-sync", Pause("2026-03-01T03:17:04Z", "an incident"))
    add_run(folder / ".oscar-sync" / history.NAME, RUN)
    with feed.serving(lambda: None, folder):
        assert feed.board.picture.is_paused
        assert feed.board.picture.runs == (RUN,)


def test_a_pause_while_the_loop_looks_for_one_is_shown(feed, folder, monkeypatch):
    def read(place):
        found = read_pause(place)
        if not asking.is_alive():
            asking.start()
            asking.join(0.1)  # it ends only where nothing holds it until the loop has looked
        return found

    with feed.serving(lambda: None, folder):
        asking = threading.Thread(target=feed.board.controls.pause, args=("now",), daemon=True)
        monkeypatch.setattr("oscar_sync.cli.watch_board.read_pause", read)
        feed.held("")
        asking.join()
        assert feed.board.picture.is_paused


def test_a_new_reason_never_leaves_a_moment_without_a_pause(tmp_path, monkeypatch):
    write_pause(tmp_path, Pause("1", "the first"))
    seen = []
    replaced = Path.replace

    def replace(draft, target):
        seen.append(read_pause(tmp_path))
        return replaced(draft, target)

    monkeypatch.setattr(Path, "replace", replace)
    write_pause(tmp_path, Pause("2", "the second"))
    assert seen == [Pause("1", "the first")]
    assert read_pause(tmp_path) == Pause("2", "the second")
    assert {path.name for path in tmp_path.iterdir()} == {NAME, ".gitignore"}


def test_a_reason_that_cannot_be_written_leaves_the_pause_as_it_was(tmp_path, monkeypatch):
    write_pause(tmp_path, Pause("1", "the first"))

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_pause(tmp_path, Pause("2", "the second"))
    assert read_pause(tmp_path) == Pause("1", "the first")
    assert {path.name for path in tmp_path.iterdir()} == {NAME, ".gitignore"}


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_pause_holds(tmp_path, content):
    (tmp_path / NAME).write_bytes(content)
    pause = read_pause(tmp_path)
    assert pause is not None
    assert "cannot be read" in pause.words


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_line_of_a_history_costs_that_line_alone(tmp_path, content):
    path = tmp_path / history.NAME
    add_run(path, RUN)
    path.write_bytes(path.read_bytes() + content + b"\n")
    add_run(path, RUN)
    assert read_runs(path) == (RUN, RUN)


def test_a_history_that_is_too_long_is_not_read_whole_and_becomes_short(tmp_path, monkeypatch):
    monkeypatch.setattr(history, "_LARGEST", 4_000)
    path = tmp_path / history.NAME
    add_run(path, RUN)
    path.write_bytes(path.read_bytes() + b"x" * 100_000 + b"\n")
    add_run(path, RUN)
    assert path.stat().st_size < 5_000
    assert read_runs(path) == (RUN,)


def test_a_history_keeps_its_last_runs_whoever_writes(tmp_path):
    path = tmp_path / history.NAME
    add_run(path, RUN)
    path.write_bytes(path.read_bytes() * (2 * history.KEPT - 10))

    def add():
        for _ in range(10):
            add_run(path, RUN)

    threads = [threading.Thread(target=add) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = path.read_bytes().splitlines()
    assert len(lines) == history.KEPT + 19
    assert all(json.loads(line)["command"] == "apply" for line in lines)
    assert len(read_runs(path)) == history.KEPT


def test_what_the_run_before_a_new_start_found_is_not_written_twice(tmp_path):
    def found_by_a_new_start(*problems):
        record = RunRecord("watch", history=tmp_path, is_kept=True)
        for problem in problems:
            record.begin()
            record.problem = problem
            record.end(6)
        return [one.problem for one in read_runs(tmp_path / history.NAME)]

    assert found_by_a_new_start("away") == ["away"]
    assert found_by_a_new_start("away", "away") == ["away"]
    assert found_by_a_new_start("refused", "away") == ["away", "refused", "away"]
    assert found_by_a_new_start("away", "refused") == ["away", "refused", "away", "refused"]


@pytest.mark.parametrize("is_named", [False, True], ids=["by default", "--history"])
def test_a_history_that_another_process_holds_is_given_up_and_said_once(
    tmp_path, monkeypatch, capfd, is_named
):
    monkeypatch.setattr(history, "WAIT_S", 0.05)
    folder = tmp_path / ".oscar-sync"
    record = RunRecord("watch", history=folder if is_named else None, is_kept=True)
    record._folder = str(tmp_path)
    add_run(folder / history.NAME, RUN)
    runs = []
    record.on_end = lambda _run, kept: runs.append(kept)

    def end(problem):
        record.begin()
        record.problem = problem
        record.end(6)

    with (folder / history.NAME).open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        for problem in ("a", "b", "c"):
            end(problem)
    said = capfd.readouterr().err
    assert said.count("is not kept: another process holds it") == 1
    assert str(folder) in said
    assert [one and one.problem for one in runs] == [
        "a",
        "b",
        "c",
    ]  # the board shows them all the same
    end("d")
    assert [one.problem for one in read_runs(folder / history.NAME)] == ["", "d"]
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("kind", ["link", "endless", "pipe", "folder"])
def test_a_history_that_is_not_a_file_is_neither_read_nor_written(tmp_path, kind):
    target = tmp_path / "target"
    target.write_text("of somebody\n")
    path = tmp_path / history.NAME
    match kind:
        case "link":
            path.symlink_to(target)
        case "endless":
            path.symlink_to("/dev/zero")
        case "pipe":
            os.mkfifo(path)
        case _:
            path.mkdir()
    for ask in (lambda: read_runs(path), lambda: add_run(path, RUN)):
        with pytest.raises(OSError):
            ask()
    assert target.read_text() == "of somebody\n"


@pytest.fixture
def watching(feed, folder, monkeypatch):
    """A loop at the point where it has a plan to apply, and what it carried out."""
    carried = []
    monkeypatch.setattr("oscar_sync.cli.watching.carry_out", lambda *told: carried.append(told))
    made = Watching({"yes": False}, (), RunRecord("watch"), Screen.of_terminal(is_quiet=True),
                    WatchProblem(60.0, lambda words: None), feed)  # fmt: skip
    with feed.serving(lambda: None, folder):
        yield made, carried


def _planned():
    settings = SimpleNamespace(windows=())
    return SimpleNamespace(
        desired=SimpleNamespace(settings=settings), draft=SimpleNamespace(plan=full_plan())
    )


def test_a_pause_while_the_loop_asks_on_the_terminal_holds(watching, feed, monkeypatch):
    loop, carried = watching

    def is_agreed(plan, screen):
        feed.board.controls.pause("stop")
        return True

    monkeypatch.setattr("oscar_sync.cli.watching.is_agreed", is_agreed)
    assert loop._apply(_planned(), None) is None
    assert carried == []
    assert not loop.is_agreed


def test_a_window_that_is_open_again_is_not_told_as_closed(watching, feed):
    loop, _ = watching
    feed.held("the window opens Mon 08:00 UTC")
    assert feed.board.picture.held
    assert not loop._is_held(_planned(), is_due=False)
    assert feed.board.picture.held == ""


def test_what_goes_wrong_beside_the_loop_is_said_once(feed, monkeypatch, capfd):
    def failing(*_told, **_more):
        raise ZeroDivisionError("a-secret-of-the-look")

    monkeypatch.setattr("oscar_sync.cli.watch_board.surveys", failing)
    feed._planned = object()
    for _ in range(3):
        feed._look_once(SimpleNamespace(close_providers=lambda: None))
    said = capfd.readouterr().err
    assert said.count("warning: the board: unexpected ZeroDivisionError in failing") == 1
    assert "a-secret" not in said


def test_a_reason_is_one_line(feed, folder):
    with feed.serving(lambda: None, folder):
        feed.board.controls.pause("an\r\nincident\u2028watch: applied")
        assert feed.held("").endswith(": an incident watch: applied")
