"""What a picture says of a plan and a look at the clusters that were made apart."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from oscar_sync.board import state, steps
from oscar_sync.board.pages import Pages
from oscar_sync.board.state import Board
from oscar_sync.model.event import Event, Happening
from oscar_sync.model.step import Do, Step
from oscar_sync.render.html.board import board_page
from oscar_sync.render.html.board_rows import ServiceRows
from oscar_sync.render.metrics import MetricsRun
from oscar_sync.render.subject import Subject
from tests.browser.boards import COMMIT, full_survey
from tests.unit.render.subjects import CLOUD, EDGE, full_plan, key, plan, subject

AT = datetime(2026, 3, 1, 3, 16, 50, tzinfo=UTC)


def planned(board, at=AT, names=(), commit=COMMIT):
    """Show a plan with nothing to do, made from what was read *at* some time."""
    services = tuple(sorted(map(key, names)))
    board.planned(Subject("plan", plan(), services, read_at=at, commit=lambda: commit))


def row(board, name, cluster=EDGE):
    return ServiceRows(board.picture.subject, board.picture).row(key(name, cluster))


@pytest.fixture
def board():
    return Board(60.0)


def test_facts_name_the_commit_of_the_files_and_when_the_clusters_were_read(board):
    planned(board)
    facts = board.picture.facts
    assert "commit 9f3c2b7d1e5a checked out" in facts
    assert "planned at 03:16:50 UTC" in facts
    assert "not looked at yet" in facts
    planned(board, commit="")
    assert "commit" not in board.picture.facts


def test_a_look_is_that_of_its_plan_and_dated_beside_every_other_one(board):
    planned(board)
    board.surveyed(full_survey(planned_at=AT))
    assert "looked at 03:17:00 UTC ·" in f"{board.picture.facts} ·"
    planned(board, AT + timedelta(minutes=1))
    assert "looked at 03:17:00 UTC, before this plan" in board.picture.facts
    # One that began while the next plan was made is not a look for that plan either.
    board.surveyed(full_survey(planned_at=AT))
    assert ", before this plan" in board.picture.facts
    board.surveyed(full_survey(planned_at=AT + timedelta(minutes=1)))
    assert ", before this plan" not in board.picture.facts


def test_a_service_that_the_last_look_did_not_know_is_not_told_as_ready(board):
    planned(board, names=["calm"])
    board.surveyed(full_survey(planned_at=AT))
    planned(board, AT + timedelta(minutes=1), names=["calm", "fresh"])
    assert row(board, "fresh").words == "not looked at yet"
    assert row(board, "calm").words == ""
    board.surveyed(full_survey(planned_at=AT + timedelta(minutes=1)))
    assert row(board, "fresh").words == "not looked at yet"


def test_a_new_commit_is_new_on_pages_and_another_time_is_not(board):
    planned(board)
    number = board.picture.number
    planned(board, AT + timedelta(minutes=1))
    assert board.picture.number == number
    planned(board, commit="1" * 40)
    assert board.picture.number == number + 1


def test_a_look_that_finds_the_same_is_not_new_on_pages(board):
    planned(board)
    board.surveyed(full_survey(planned_at=AT))
    number = board.picture.number
    board.surveyed(replace(full_survey(), at=AT, planned_at=AT + timedelta(minutes=1)))
    assert board.picture.number == number


def test_a_declared_bucket_tells_what_it_holds(board):
    board.planned(subject("plan"))
    board.surveyed(full_survey())
    assert row(board, "bucket plants").buckets == ["plants (at least 1 object, 6 B)"]


def test_a_look_that_goes_on_fills_a_page_and_never_hides_what_was_known(board):
    part = replace(full_survey(planned_at=AT), is_whole=False)
    planned(board)
    board.surveyed(part)
    assert "looking at the clusters since 03:17:00 UTC" in board.picture.facts
    assert row(board, "web").state == "not ready"
    assert Pages(board).document("status") is None  # programs take what it lacks for gone
    board.surveyed(full_survey(planned_at=AT))
    board.surveyed(part)
    assert "looked at 03:17:00 UTC" in board.picture.facts
    assert Pages(board).document("status") is not None


def test_rows_tell_what_is_sent_for_them_right_now(board):
    update, create = full_plan().actions[2], full_plan().actions[1]
    board.planned(subject("plan"))
    assert update.key.cluster == create.key.cluster
    step = Step(Do.PUT, "x")
    for happening, action, told in (
        (Happening.STEP_START, update, ["update", ""]),
        (Happening.STEP_PROGRESS, update, ["update", ""]),
        (Happening.STEP_START, create, ["update", "create"]),
        (Happening.STEP_DONE, update, ["", "create"]),
        (Happening.VERIFY, update, ["update, verifying", "create"]),
        (Happening.STEP_FAILED, create, ["", "create, failed"]),
    ):
        board.step(Event(happening, action, step))
        assert [row(board, one.key.name).step for one in (update, create)] == told
    assert board.picture.now == f"applying: {create.key} (create, failed)"
    board.planning()
    assert board.picture.steps == {}


def test_steps_of_actions_that_run_side_by_side_are_all_kept(board, monkeypatch):
    both = threading.Barrier(2, timeout=0.1)  # met only by two that judge the same picture
    met, after = [], steps.steps_after

    def judged(event, known):
        with suppress(threading.BrokenBarrierError):
            met.append(both.wait())
        return after(event, known)

    monkeypatch.setattr(state, "steps_after", judged)
    actions = full_plan().actions[1:3]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda one: board.step(Event(Happening.STEP_START, one)), actions))
    assert met == []
    assert set(board.picture.steps) == {one.key for one in actions}


def test_objects_of_a_seed_change_a_picture_once(board):
    changes = []
    board.listen(lambda: changes.append(1))
    seed = full_plan().actions[0]
    for number in range(50):
        for happening in (Happening.STEP_START, Happening.STEP_PROGRESS, Happening.STEP_DONE):
            board.step(Event(happening, seed, Step(Do.UPLOAD, f"object {number}")))
    assert len(changes) == 1


def test_what_needs_attention_is_first_and_a_cluster_that_is_away_is_one_of_it(board):
    names = [f"far-{number}" for number in range(40)]
    made = subject("plan")
    services = tuple(sorted([*made.services, *(key(name, CLOUD) for name in names)]))
    board.planned(replace(made, services=services))
    board.surveyed(full_survey())
    page = board_page(board.picture)
    head = page[: page.index("<fieldset")]
    places = re.findall(r'<li id="[^"]*" class="bad"><span class="badge">([^<]+)</span>', head)
    assert places == ["not known", "deletes data", "blocked", "not ready"]
    assert "Needs attention" not in board_page(Board(60.0).picture)


def test_why_nothing_is_known_of_a_cluster_is_said_once_beside_its_services(board):
    names = [key(f"far-{number}", CLOUD) for number in range(40)]
    board.planned(replace(subject("plan"), services=tuple(names)))
    section = board_page(board.picture).partition('<section id="c-cloud-2"')[2]
    assert section.partition("</section>")[0].count("no answer") == 1
    assert row(board, "far-0", CLOUD).words.startswith("no answer")


def test_why_a_cluster_was_not_looked_at_is_said_once_beside_its_services(board):
    planned(board, names=["calm", "fresh", "new"])
    found = full_survey(planned_at=AT)
    board.surveyed(replace(found, clusters=tuple(
        replace(one, services=(), problem="it stopped") for one in found.clusters
    )))  # fmt: skip
    assert board_page(board.picture).count("not looked at: it stopped") == 1
    assert row(board, "fresh").words == "not looked at: it stopped"


def test_why_an_apply_failed_is_told_until_it_is_done_or_no_longer_planned(board):
    made = subject("apply")
    board.planned(made)
    board.ended(MetricsRun("watch", 0.0, 0.0, 4, made.plan, made.report), is_good=False)
    number = board.picture.number
    assert row(board, "old").state == "apply failed"
    assert row(board, "old").words == "failed: said "
    assert row(board, "segment").state == "missing"  # skipped: nothing went wrong there
    assert row(board, "detector").state == "changed in the files"  # done
    head = board_page(board.picture).partition("<fieldset")[0]
    assert ">edge-1/old</a> failed: said" in head
    board.planned(made)
    assert board.picture.number == number
    board.planned(replace(made, plan=plan()))
    board.planned(made)
    assert row(board, "old").state == "deletes data"


def test_without_commits_no_place_is_taken_by_a_column_for_them(board):
    planned(board, names=["calm"])
    assert '<th scope="col">commit' not in board_page(board.picture)
    board.surveyed(full_survey())
    assert '<th scope="col">commit' in board_page(board.picture)
