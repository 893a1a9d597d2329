import pytest

from oscar_sync.reconcile.pace import FIRST_S, LONGEST_S, pause_s


def test_without_a_failure_the_interval_passes():
    assert pause_s(0, 60) == 60


def test_each_failure_in_a_row_doubles_the_pause_up_to_a_bound():
    assert [pause_s(count, 60) for count in range(1, 10)] == [
        5, 10, 20, 40, 80, 160, 320, 640, LONGEST_S,
    ]  # fmt: skip
    assert pause_s(10_000, 60) == LONGEST_S


def test_a_refused_log_in_is_not_tried_again_soon():
    assert [pause_s(count, 60, is_refused=True) for count in (1, 2, 3)] == [60, 120, 240]


@pytest.mark.parametrize("interval_s", [0.5, 2.0, 3600.0, float("inf")])
def test_the_first_pause_is_no_longer_than_the_interval_and_the_last_is_bounded(interval_s):
    assert pause_s(1, interval_s) == min(FIRST_S, interval_s)
    assert pause_s(10_000, interval_s) == LONGEST_S


@pytest.mark.parametrize("interval_s", [3600.0, float("inf")])
def test_a_refused_log_in_waits_for_the_interval_however_long(interval_s):
    assert pause_s(10_000, interval_s, is_refused=True) == interval_s
