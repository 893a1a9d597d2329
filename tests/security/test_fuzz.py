"""A few of the inputs of ``make fuzz``: no traceback, no hang, nothing shown as it came."""

import signal
from concurrent.futures import Future

import pytest

from tools.fuzz.__main__ import _result
from tools.fuzz.feeding import LARGEST_BYTES, LONGEST_S, Found, Share, fed, input_of
from tools.fuzz.targets import TARGETS

COUNT = 400


@pytest.mark.parametrize("name", TARGETS)
def test_mutated_input_is_used_or_refused_in_words(name, tmp_path):
    found = fed(Share(name, "test", 0, 1, COUNT, str(tmp_path)))
    # The memory is that of a process which ran other tests too: `make fuzz` judges it.
    assert [one for one in found.failures if "MB of memory" not in one] == []
    assert found.inputs == COUNT
    assert found.slowest_s < LONGEST_S
    assert LARGEST_BYTES == 256 << 20


class LateError(Exception):
    """An error during whose telling the alarm rings."""

    def __str__(self):
        signal.raise_signal(signal.SIGALRM)
        return "late"


@pytest.mark.parametrize(
    ("feed", "said"),
    [(lambda: signal.raise_signal(signal.SIGALRM), "longer than 2 s"), (LateError, "LateError")],
)
def test_an_alarm_that_rings_late_loses_no_result(tmp_path, monkeypatch, feed, said):
    """It was raised while a failure was told, and took all results with it."""

    class Ringing:
        seeds = (b"x",)

        def __init__(self, folder):
            pass

        def feed(self, content, turn):
            found = feed()
            if found is not None:
                raise found

    monkeypatch.setitem(TARGETS, "ringing", Ringing)
    before = signal.getsignal(signal.SIGALRM)
    try:
        found = fed(Share("ringing", "test", 0, 1, 3, str(tmp_path)))
    finally:
        signal.signal(signal.SIGALRM, before)
    assert found.inputs == 3
    assert [said in one for one in found.failures if "MB of memory" not in one] == [True] * 3
    assert len(list(tmp_path.iterdir())) == 3


def test_a_process_that_ends_early_takes_no_other_results_with_it():
    share = Share("plans", "1", 2, 4, 100, "")
    lost: Future[Found] = Future()
    lost.set_exception(RuntimeError("gone"))
    (told,) = _result(share, lost).failures
    assert told == ("plans: the process for inputs 2, 6 … ended early: RuntimeError('gone')")


def test_an_input_can_be_made_again_by_its_number(tmp_path):
    target = TARGETS["plans"](tmp_path)
    assert input_of(target, "1", "plans", 7) == input_of(target, "1", "plans", 7)
