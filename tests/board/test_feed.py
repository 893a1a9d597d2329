"""What the board makes of what the loop tells it."""

from oscar_sync.board.state import Controls
from oscar_sync.cli.run_record import RunRecord
from oscar_sync.cli.watch_board import BoardFeed
from oscar_sync.model.report import RunReport
from oscar_sync.render.metrics import MetricsRun
from tests.unit.render.subjects import full_plan

OPTIONS = {"interval": 60.0, "is_applying": True, "listen_token_file": "token"}


def test_after_an_apply_it_is_planned_again_once_and_never_without_a_pause_after_that():
    asked = []
    feed = BoardFeed(OPTIONS, RunRecord("watch"))
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
