"""How a loop goes on after passes that fail: less and less often, and said once."""

import pytest
from msgspec.structs import replace

from oscar_sync.cli.run_record import RunRecord
from oscar_sync.cli.screen import Screen
from oscar_sync.cli.watch import command
from oscar_sync.cli.watch_problem import WatchProblem
from oscar_sync.cli.watching import Watching
from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.model.exits import Exit
from oscar_sync.reconcile.desire.request import DesireRequest
from tests.property.conftest import _world, world

__all__ = ["_world", "world"]

SERVICE = {"name": "alpha", "image": "ghcr.io/x/a:1", "script": "s\n"}


@pytest.fixture
def loop(world, monkeypatch):
    """A loop that applies to an emulator, what it says, and what it does in one pass."""
    for name, value in world.environ.items():
        monkeypatch.setenv(name, value)
    world.write(SERVICE)
    words = [str(world.folder), "--apply", "--yes", "--quiet"]
    options = command.make_context("watch", words).params
    said: list[str] = []
    problem = WatchProblem(60.0, said.append)
    made = Watching(options, (), RunRecord("watch"), Screen(), problem)
    request = DesireRequest(paths=(str(world.folder),), cwd=str(world.folder))
    with world.connections() as connections:

        def turn(files=()):
            assert made.pass_once(request, connections, files) is None
            return problem.pause_s()

        yield made, turn, said


def test_an_apply_that_fails_is_sent_again_less_and_less_often(world, loop):
    _, turn, said = loop
    world.emulator.fault("POST /system/services:403")
    assert [turn() for _ in range(4)] == [5, 10, 20, 40]
    assert said == [
        "the last apply failed; what it did stays (next try in 5 s, then less often)"
    ]  # fmt: skip
    assert turn(("alpha.yaml",)) == 5  # a save is tried at once
    world.emulator.clear_faults()
    assert turn() == 60
    assert said[1:] == ["over: last apply failed"]
    assert turn() == 60


def test_an_apply_that_failed_is_not_over_while_a_pause_holds_the_next_one(world, loop):
    made, turn, said = loop
    world.emulator.fault("POST /system/services:403")
    turn()
    made.feed.held = lambda _window: "paused"
    turn()
    assert (made.problem.name, len(said)) == ("last apply failed", 1)
    made.feed.held = lambda window: window
    world.emulator.clear_faults()
    turn()
    assert said[1:] == ["over: last apply failed"]


def test_a_page_names_the_file_that_cannot_be_used_and_what_to_do():
    said: list[str] = []
    problem = WatchProblem(60.0, said.append)
    faults = [
        Diagnostic(f"{name}.yaml", 3, 1, "OSY101", severity, "", "not YAML", "check the quotes")
        for name, severity in (
            ("a", Severity.WARNING),
            ("b", Severity.ERROR),
            ("c", Severity.ERROR),
        )
    ]
    for count in (3, 2):
        problem.unusable(faults[:count], lambda _: None)
        more = "1 more error; " if count == 3 else ""
        assert problem.sentence == (
            f"b.yaml:3:1: not YAML; check the quotes; {more}the last good plan stays"
        )
    # The terminal has the faults above it.
    words = "the files cannot be used; the last good plan stays (next try in 5 s, then less often)"
    assert said[0] == words
    problem.unusable([replace(faults[1], remedy="")], lambda _: None)
    assert problem.sentence == "b.yaml:3:1: not YAML; the last good plan stays"


def test_a_cluster_that_cannot_be_read_counts_once_in_a_pass(world):
    said: list[str] = []
    problem = WatchProblem(60.0, said.append)
    pauses = []
    for _ in range(3):
        problem.fail("edge unreachable", "edge: no answer; what was planned there stays")
        problem.judge_apply(Exit.PARTIAL)
        pauses.append(problem.pause_s())
    assert pauses == [5, 10, 20]
    assert len(said) == 1
