"""What the board makes of what the loop tells it."""

from contextlib import closing

import pytest

from oscar_sync.board.state import Controls
from oscar_sync.cli.main import call
from oscar_sync.cli.run_record import RunRecord
from oscar_sync.cli.watch_board import BoardFeed
from oscar_sync.model.report import RunReport
from oscar_sync.render.metrics import MetricsRun
from tests.unit.render.subjects import full_plan
from tests.unit.wire.tls import make_certificate

OPTIONS = {
    "interval": 60.0, "is_applying": True, "listen": "127.0.0.1:0", "listen_token_file": None,
    "tls_cert": None, "tls_key": None, "hook_secret_file": None,
}  # fmt: skip
AWAY = "http://127.0.0.1:9/no/repository"


@pytest.fixture
def feed():
    with closing(BoardFeed(OPTIONS, RunRecord("watch"))) as made:
        yield made


@pytest.fixture
def follow(tmp_path, monkeypatch, capfd):
    """Return exit code and messages of a watch of a repository that is away."""
    monkeypatch.chdir(tmp_path)

    def followed(flags):
        code = call(["watch", "--git", AWAY, "--git-folder", "clone", *flags])
        return code, " ".join(capfd.readouterr().err.split())

    return followed


@pytest.mark.parametrize(("flags", "words"), [
    (("--listen", "0.0.0.0:0"), "--listen-token-file"),
    (("--listen", ":8090"), "--listen-token-file"),
    (("--listen", "[::]:0"), "--listen-token-file"),
    (("--listen", "8090"), "HOST:PORT"),
    (("--listen", "localhost:http"), "HOST:PORT"),
    (("--listen", "127.0.0.1:99999"), "HOST:PORT"),
    (("--listen", "no.such.host.invalid:0", "--listen-token-file", "TOKEN"), "no.such.host"),
    (("--listen", "127.0.0.1:TAKEN"), "Address already in use"),
    (("--listen", "127.0.0.1:0", "--listen-token-file", "none"), "none: No such file"),
    (("--listen", "127.0.0.1:0", "--hook-secret-file", "none"), "none: No such file"),
    (("--listen", "127.0.0.1:0", "--tls-cert", "TOKEN"), "belong together"),
    (("--listen", "127.0.0.1:0", "--tls-cert", "none", "--tls-key", "none"), "--tls-cert"),
    (("--tls-key", "TOKEN"), "needs --listen HOST:PORT"),
])  # fmt: skip
def test_options_of_a_board_are_judged_before_a_repository_is_asked(
    follow, token_file, serve, flags, words
):
    taken = serve().server.url.rstrip("/").rpartition(":")[2]
    code, err = follow(
        flag.replace("TOKEN", str(token_file)).replace("TAKEN", taken) for flag in flags
    )
    assert (code, words in err) == (64, True), err


def test_what_others_can_read_on_the_way_is_warned_about(tmp_path, capfd, token_file):
    make_certificate(tmp_path)
    tls = {"tls_cert": tmp_path / "cert.pem", "tls_key": tmp_path / "key.pem"}
    everywhere = {**OPTIONS, "listen": "0.0.0.0:0", "listen_token_file": str(token_file)}
    for options, count in ((everywhere, 1), ({**everywhere, **tls}, 0), (OPTIONS, 0)):
        BoardFeed(options, RunRecord("watch")).close()
        assert capfd.readouterr().err.count("others can read the token") == count


def test_after_an_apply_it_is_planned_again_once_and_never_without_a_pause_after_that(feed):
    asked = []
    feed.board.controls = Controls(lambda: asked.append("sync"))
    plan = full_plan()
    applied = MetricsRun("watch", 0.0, 0.0, 0, plan, RunReport(plan))
    failed = MetricsRun("watch", 0.0, 0.0, 4, plan, RunReport(plan))
    for run in (applied, applied):
        feed.ended(run, None)
    assert asked == ["sync"]
    for run in (applied, MetricsRun("watch", 0.0, 0.0, 0, plan), failed, failed):
        feed.ended(run, None)
    assert asked == ["sync", "sync"]


def test_before_the_first_plan_nothing_is_written_into_the_folder_of_the_caller(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    record = RunRecord("watch", is_kept=True)
    record.begin()
    record.problem = "files cannot be used"
    record.end(3)
    assert list(tmp_path.iterdir()) == []
