"""A few of the inputs of ``make fuzz``: no traceback, no hang, nothing shown as it came."""

import signal
import threading
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tools.fuzz import feeding
from tools.fuzz.__main__ import _result
from tools.fuzz.feeding import LARGEST_BYTES, LONGEST_S, Found, Share, fed, input_of
from tools.fuzz.targets import TARGETS

COUNT = 400


@pytest.fixture(autouse=True)
def signals():
    """Leave each signal as it was."""
    before = {number: signal.getsignal(number) for number in (signal.SIGALRM, signal.SIGPROF)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


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
    found = fed(Share("ringing", "test", 0, 1, 3, str(tmp_path)))
    assert found.inputs == 3
    assert [said in one for one in found.failures if "MB of memory" not in one] == [True] * 3
    assert len(list(tmp_path.iterdir())) == 3


class Swallowing:
    """What hides the error that is raised within, as a callback of the garbage collector does."""

    def __del__(self):
        signal.raise_signal(signal.SIGPROF)


def spin():
    while True:
        pass


@pytest.mark.parametrize(
    ("feed", "is_hang"),
    [
        (lambda: threading.Event().wait(0.3), False),  # the machine is busy with other things
        (spin, True),
        (lambda: (Swallowing(), spin()), True),
    ],
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_input_hangs_by_the_work_that_it_takes_and_not_by_the_clock(monkeypatch, feed, is_hang):
    monkeypatch.setattr(feeding, "LONGEST_S", 0.1)
    target = cast("Any", SimpleNamespace(feed=lambda *_: feed()))
    feeding.listen()
    failure, _ = feeding.outcome(target, b"", 0)
    assert failure.startswith("longer than") is is_hang


def test_a_process_that_ends_early_takes_no_other_results_with_it():
    share = Share("plans", "1", 2, 4, 100, "")
    lost: Future[Found] = Future()
    lost.set_exception(RuntimeError("gone"))
    (told,) = _result(share, lost).failures
    assert told == ("plans: the process for inputs 2, 6 … ended early: RuntimeError('gone')")


def test_an_input_can_be_made_again_by_its_number(tmp_path):
    target = TARGETS["plans"](tmp_path)
    assert input_of(target, "1", "plans", 7) == input_of(target, "1", "plans", 7)
