"""watch --git plans and applies the newest accepted commit of a repository, and nothing else."""

import html
import os
import signal
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests

from oscar_sync.cli.follow import followed
from oscar_sync.cli.options import history_of
from oscar_sync.cli.run_record import RunRecord
from oscar_sync.cli.screen import Screen
from oscar_sync.cli.watch import command
from oscar_sync.cli.watch_board import BoardFeed
from oscar_sync.cli.watch_problem import WatchProblem
from oscar_sync.cli.watching import Watching
from oscar_sync.errors import RepositoryError
from oscar_sync.model.run import PastRun
from oscar_sync.settings.load.discovery import Where, find
from oscar_sync.workspace.history import NAME, add_run
from tests.servers import until
from tests.support.forge import forge
from tests.support.watcher import Watcher
from tests.watch.conftest import FDL

__all__ = ["forge"]


@pytest.fixture
def committed(project):
    """Return the files of a commit: the project below `sets/`, and what is not part of it."""

    def files(memory="1Gi", **more):
        settings = (project / "oscar-sync.yaml").read_text()
        return {
            "sets/oscar-sync.yaml": settings,
            "sets/hello.sh": "#!/bin/sh\n",
            "sets/hello.yaml": FDL.format(name="hello", memory=memory),
            "README.md": "a set\n",
            **more,
        }

    return files


@pytest.fixture
def watch(forge, tmp_path, oscar_emulator):
    """Start a watch in a folder that is not the repository's."""
    started = []
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environ = {
        **os.environ,
        "PASSWORD": oscar_emulator.password,
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }

    def start(*flags):
        words = ("--git", forge.url, "--interval", "0.2", *flags)
        started.append(Watcher(None, environ, *words, cwd=elsewhere))
        return started[-1]

    yield start
    for watcher in started:
        watcher.process.kill()
        watcher.end(signal.SIGKILL)
        watcher.out.close()


@pytest.fixture
def live(oscar_emulator):
    """Return the services of the cluster by name, after *changes* to ``hello`` by hand."""
    url = f"{oscar_emulator.url}/system/services"
    login = (oscar_emulator.user, oscar_emulator.password)

    def get(**changes):
        listed = requests.get(url, auth=login, timeout=60).json()
        found = {service["name"]: service for service in listed}
        if changes:
            changed = {**found["hello"], **changes}
            requests.put(url, auth=login, timeout=60, json=changed).raise_for_status()
        return found

    return get


def test_each_new_commit_is_applied_and_stands_in_the_marks(forge, watch, committed, live):
    first = forge.commit(committed(), subject="say hello")
    watcher = watch("--path", "sets", "--apply", "--yes")
    watcher.until(f"commit {first[:12]} of branch main by Ada, 2026-05-01T10:00:00+02:00: say")
    watcher.until("1 of 1 action done")
    assert live()["hello"]["annotations"]["oscar-sync.io/revision"] == first
    second = forge.commit(committed("2Gi"), subject="more memory")
    watcher.until("1 of 1 action done", count=2)
    assert live()["hello"]["memory"] == "2Gi"
    assert live()["hello"]["annotations"]["oscar-sync.io/revision"] == second
    assert "saved" not in watcher.text()
    assert watcher.end(signal.SIGTERM) == 143


def test_a_history_that_was_rewritten_is_told_once_and_nothing_of_it_is_applied(
    forge, watch, committed, live
):
    forge.commit(committed())
    forge.commit(committed("2Gi"))
    watcher = watch("--path", "sets", "--apply", "--yes")
    watcher.until("1 of 1 action done")
    forge.rewind()
    other = forge.commit(committed("8Gi"))
    watcher.until(f"accept it by --git-accept {other}; the last good plan stays (next try in 0 s")
    asked = len(forge.logins)
    while len(forge.logins) < asked + 3:
        threading.Event().wait(0.05)
    assert watcher.text().count("was rewritten") == 1
    assert live()["hello"]["memory"] == "2Gi"
    watcher.end(signal.SIGINT)
    accepted = watch("--path", "sets", "--apply", "--yes", "--git-accept", other)
    accepted.until("1 of 1 action done")
    assert live()["hello"]["memory"] == "8Gi"


def test_while_a_forge_is_away_the_last_accepted_commit_is_kept_in_force(
    forge, watch, committed, live, tmp_path
):
    forge.commit(committed())
    folder = ("--git-folder", str(tmp_path / "clone"))
    watcher = watch("--path", "sets", "--apply", "--yes", *folder, "--listen", "127.0.0.1:0")
    watcher.until("1 of 1 action done")
    board = watcher.text().partition("board: ")[2].split()[0]
    forge.answer = lambda to: to.reply(503, b"")
    watcher.until("returned error: 503; the last accepted commit is planned (next try")
    (tmp_path / "clone/sets/hello.yaml").write_text("changed by hand")
    live(memory="8Gi")
    watcher.until("1 of 1 action done", count=2)
    assert live()["hello"]["memory"] == "1Gi"
    until(lambda: requests.get(f"{board}healthz", timeout=60).status_code == 503)
    page = requests.get(board, timeout=60).text
    assert "error: 503; the last accepted commit is planned" in html.unescape(page)
    assert watcher.text().count("returned error: 503") == 1
    forge.answer = None
    forge.commit(committed("2Gi"))
    watcher.until("over: repository not updated")
    watcher.until("1 of 1 action done", count=3)
    assert live()["hello"]["memory"] == "2Gi"


def test_a_file_of_this_machine_counts_from_where_the_watch_was_started(
    forge, watch, committed, tmp_path
):
    (tmp_path / "elsewhere/values.env").write_text("TOKEN=x\n")
    forge.commit(committed())
    watcher = watch("--env-file", "values.env", "--settings", "sets/oscar-sync.yaml")
    watcher.until("1 to create")


@pytest.fixture
def follow(forge, tmp_path):
    """Return what starts to follow the forge in one folder, and a list of what was said."""
    words = ["--git", forge.url, "--git-folder", str(tmp_path / "clone")]
    options = command.make_context("watch", words).params
    said: list[str] = []
    return lambda: followed(options, said.append), said


def _away(to):
    to.reply(503, b"")


def test_a_start_while_the_forge_is_away_goes_on_from_what_was_accepted(forge, follow):
    start, _ = follow
    accepted = forge.commit({"a.yaml": "one\n"})
    with start() as following:
        assert following.update()
    forge.answer = _away
    with start() as following:
        assert following.update()
        assert following.commit.id == accepted
        assert "503" in str(following.failure)


def test_a_first_start_while_the_forge_is_away_plans_nothing(forge, follow):
    start, said = follow
    forge.commit({"a.yaml": "one\n"})
    forge.answer = _away
    with start() as following, pytest.raises(RepositoryError, match="503"):
        following.update()
    assert said == [f"fetching branch main of {forge.url}"]


def _rewritten(forge):
    forge.work("commit", "--quiet", "--amend", "-m", "rewritten")
    forge.push()


def _gone(forge):
    forge.git("-C", forge.bare, "update-ref", "-d", "refs/heads/main")


@pytest.mark.parametrize("is_again", [False, True], ids=["running", "started again"])
@pytest.mark.parametrize("spoil", [_rewritten, _gone])
def test_a_refused_branch_stays_refused_while_the_forge_is_away(forge, follow, spoil, is_again):
    start, _ = follow
    accepted = forge.commit({"a.yaml": "one\n"})
    with ExitStack() as stack:
        following = stack.enter_context(start())
        assert following.update()
        spoil(forge)
        with pytest.raises(RepositoryError, match=r"was rewritten|has no branch"):
            following.update()
        if is_again:
            stack.close()
            following = stack.enter_context(start())
        forge.answer = _away
        with pytest.raises(RepositoryError, match="503"):
            following.update()
        forge.answer = None
        forge.work("reset", "--quiet", "--hard", accepted)
        forge.push()
        assert following.update() is is_again
        assert following.failure is None


@pytest.fixture
def board(forge, tmp_path, monkeypatch):
    """Return what starts a board that follows the forge: its folder, and what it shows and does."""
    monkeypatch.setattr(BoardFeed, "_look", lambda self: None)

    @contextmanager
    def started(*flags):
        folder = str(tmp_path / "clone")
        words = ["--git", forge.url, "--git-folder", folder, "--listen", "127.0.0.1:0", *flags]
        options = command.make_context("watch", words).params
        record = RunRecord("watch", "", history_of(options))
        feed = BoardFeed(options, record)
        loop = Watching(options, (), record, Screen(), WatchProblem(60.0, lambda _: None), feed)
        with followed(options, lambda _: None) as loop.following:
            where = loop.request()
            settings = Path(find(Where(where.paths, where.cwd, "")) or "")
            with feed.serving(lambda: None, settings.parent):
                yield Path(folder), settings, feed.board

    return started


def test_a_commit_that_moves_the_settings_ends_no_pause_and_leaves_no_history(
    forge, board, committed
):
    """Who may push there must not choose where a board looks for the pause of an operator."""
    run = PastRun("2026-03-01T03:17:04Z", "apply", 0, "imaging")
    files = committed()
    settings = files.pop("sets/oscar-sync.yaml")
    forge.commit({"oscar-sync.yaml": settings, **files})
    with board("--path", "sets") as (folder, found, shown):
        assert found == folder / "oscar-sync.yaml"
        shown.controls.pause("an incident")
        add_run(folder / ".oscar-sync" / NAME, run)
    forge.commit({"sets/oscar-sync.yaml": settings, **files})
    with board("--path", "sets") as (folder, found, shown):
        assert found == folder / "sets/oscar-sync.yaml"
        assert shown.picture.is_paused
        assert shown.picture.runs == (run,)
    assert not (folder / "sets/.oscar-sync").exists()
