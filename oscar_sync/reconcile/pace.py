"""How long a watch waits until it plans again where nothing is saved."""

from typing import Final

FIRST_S: Final = 5.0
LONGEST_S: Final = 900.0
_DOUBLINGS: Final = 30


def pause_s(failures: int, interval_s: float, *, is_refused: bool = False) -> float:
    """Return the seconds to wait after *failures* passes in a row that failed, 0 for none."""
    # They double up to a quarter of an hour. A first failure is asked about soon; a log-in that is
    # refused never sooner than at the interval, since too many in a row may lock an account.
    if failures <= 0:
        return interval_s
    first = interval_s if is_refused else min(FIRST_S, interval_s)
    return min(first * 2.0 ** min(failures - 1, _DOUBLINGS), max(LONGEST_S, first))
