import pytest

from oscar_sync.semantics.restarts import LONGEST_ABSENCE_S
from oscar_sync.wire.retry import RETRIES, Failure, retry_after_s, wait_s

BUSY = Failure(503)


def wait(method="GET", attempt=1, failure=BUSY, dice=0.0):
    return wait_s(method, attempt, failure, dice=dice, now=0.0)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_may_pass_is_asked_again(status):
    assert wait(failure=Failure(status)) is not None


@pytest.mark.parametrize("status", [200, 204, 400, 401, 403, 404, 500])
def test_an_answer_is_not_asked_for_again(status):
    assert wait(failure=Failure(status)) is None


def test_a_lost_answer_is_asked_for_again_unless_it_cannot_pass():
    assert wait(failure=Failure()) is not None
    assert wait(failure=Failure(is_passing=False)) is None


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_write_is_never_sent_again(method):
    assert wait(method) is None
    assert wait(method, failure=Failure()) is None


def test_a_restart_of_the_store_is_waited_for_until_twenty_seconds_are_over():
    """A create of anybody restarts it for 6 to 8 s (trust 3.5)."""
    restarting = Failure(500, is_restarting=True)
    for dice in (0.0, 0.999):
        waits: list[float] = []
        while True:
            found = wait_s("GET", len(waits) + 1, restarting, dice=dice, now=0, waited_s=sum(waits))
            if found is None:
                break
            waits.append(found)
        assert 20 <= sum(waits) < 21
        assert max(waits) <= 1
        assert len(waits) < 50
    assert wait_s("POST", 1, restarting, dice=0, now=0) is None
    over = LONGEST_ABSENCE_S
    assert wait_s("GET", 1, restarting, dice=0, now=0, waited_s=over) is None
    assert wait_s("GET", 1, restarting, dice=0, now=0, waited_s=over - 0.1) is not None


def test_waits_grow_and_end():
    waits = [wait(attempt=attempt, dice=0.999) for attempt in range(1, RETRIES + 2)]
    assert waits[-1] is None
    assert waits[:-1] == sorted(waits[:-1])
    assert sum(waits[:-1]) < 2


def test_dice_spread_waits_by_up_to_half():
    assert wait(dice=0.0) == 0.125
    assert wait(dice=0.5) == 0.1875


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3.0),
        ("0", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("Thu, 01 Jan 1970 00:00:09 GMT", 9.0),
        ("Thu, 01 Jan 1960 00:00:09 GMT", 0.0),
        ("9" * 400, 999999999.0),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(header, seconds):
    assert retry_after_s(header, now=0.0) == seconds


def test_retry_after_is_honoured_up_to_half_a_minute():
    assert wait(failure=Failure(503, "3")) == 3
    assert wait(failure=Failure(503, "3000")) == 30
