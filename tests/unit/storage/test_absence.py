"""A store that takes no connection for a moment: it restarts, and what was not sent is sent."""

import pytest

from oscar_sync.errors import StoreError, StoreUnreachableError
from oscar_sync.semantics.restarts import LONGEST_ABSENCE_S
from oscar_sync.storage.absence import outlasting_restarts


def away(times, error):
    """Return a call that fails *times*, and how often it was made."""
    made = []

    def call(name):
        made.append(name)
        if len(made) <= times:
            raise error
        return f"done {name}"

    return call, made


REFUSED = StoreUnreachableError("s3", "the connection was refused", was_sent=False)


@pytest.mark.parametrize("times", [0, 1, 39])
def test_what_was_not_sent_is_sent_when_the_store_is_there_again(times):
    waits: list[float] = []
    call, made = away(times, REFUSED)
    assert outlasting_restarts(call, waits.append)("x") == "done x"
    assert len(made) == times + 1
    assert sum(waits) <= LONGEST_ABSENCE_S


def test_a_store_that_stays_away_is_given_up():
    waits: list[float] = []
    call, _ = away(1000, REFUSED)
    with pytest.raises(StoreUnreachableError):
        outlasting_restarts(call, waits.append)("x")
    assert sum(waits) == LONGEST_ABSENCE_S


@pytest.mark.parametrize(
    "error",
    [
        StoreUnreachableError("s3", "the answer did not come", was_sent=True),
        StoreError("s3", "AccessDenied"),
    ],
)
def test_what_may_have_been_done_is_not_sent_again(error):
    waits: list[float] = []
    call, made = away(1, error)
    with pytest.raises(StoreError):
        outlasting_restarts(call, waits.append)("x")
    assert (len(made), waits) == (1, [])
