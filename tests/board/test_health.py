"""When a board says that it is healthy: a moved clock, and no flapping."""

from itertools import pairwise

import pytest

from oscar_sync.board.state import Board
from oscar_sync.model.event import Event, Happening
from oscar_sync.reconcile.pace import pause_s
from oscar_sync.render.metrics import MetricsRun
from tests.unit.render.subjects import full_plan

INTERVAL_S = 60.0
BAD = MetricsRun("watch", 0.0, 0.0, 4)
GOOD = MetricsRun("watch", 0.0, 0.0, 0)


class Clock:
    """The time of a board, which only the test moves."""

    def __init__(self):
        self.s = 1000.0
        self.board = Board(INTERVAL_S, lambda: self.s)

    def turn(self, run, *, takes_s=1.0, then_s=INTERVAL_S):
        """Let a pass go by and a pause after it; yield the health at each second."""
        self.board.planning()
        yield from self._wait(takes_s)
        self.board.ended(run, is_good=run is GOOD)
        yield from self._wait(then_s)

    def _wait(self, seconds):
        for _ in range(int(seconds)):
            self.s += 1
            yield self.board.is_healthy


@pytest.fixture
def clock():
    return Clock()


def changes(health):
    """Return how often it changed."""
    told = list(health)
    return sum(before is not after for before, after in pairwise(told))


def test_it_is_healthy_while_passes_succeed(clock):
    assert all(one for _ in range(20) for one in clock.turn(GOOD))


def test_after_failures_it_is_not_healthy_until_a_pass_succeeds_however_long_the_pauses_are(clock):
    told = list(clock.turn(GOOD))
    for failures in range(1, 14):  # up to pauses of a quarter of an hour
        told += clock.turn(BAD, then_s=pause_s(failures, INTERVAL_S))
    assert changes(told) == 1
    assert not clock.board.is_healthy
    told = list(clock.turn(GOOD))
    assert (told[0], told[-1], changes(told)) == (False, True, 1)


def test_one_failure_between_good_passes_is_not_told(clock):
    for run in (GOOD, BAD, GOOD, BAD, BAD, GOOD):
        assert all(clock.turn(run, then_s=pause_s(run is BAD, INTERVAL_S)))


def test_passes_that_take_longer_than_three_intervals_are_healthy(clock):
    list(clock.turn(GOOD, takes_s=150))
    assert all(one for _ in range(5) for one in clock.turn(GOOD, takes_s=400))


def test_a_long_apply_is_healthy_as_long_as_its_steps_go_on(clock):
    list(clock.turn(GOOD))
    step = Event(Happening.STEP_START, full_plan().actions[0])
    clock.board.planning()
    for _ in range(60):
        clock.s += 120
        clock.board.step(step)
        assert clock.board.is_healthy
    clock.s += 400
    assert not clock.board.is_healthy


def test_steps_after_a_failed_pass_do_not_make_it_healthy(clock):
    list(clock.turn(BAD, then_s=600))
    clock.board.step(Event(Happening.STEP_START, full_plan().actions[0]))
    assert not clock.board.is_healthy


def test_a_loop_that_stands_still_is_not_healthy(clock):
    list(clock.turn(GOOD, then_s=600))
    assert not clock.board.is_healthy
