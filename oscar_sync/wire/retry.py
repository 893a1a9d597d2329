"""How long to wait before an idempotent read is asked again. Pure: dice and clock come in."""

from typing import Final

from msgspec import Struct

from oscar_sync.semantics.restarts import LONGEST_ABSENCE_S

RETRIES: Final = 3
FIRST_WAIT_S: Final = 0.25
LONGEST_WAIT_S: Final = 5.0
LONGEST_RETRY_AFTER_S: Final = 30.0
PASSING_STATUSES: Final = frozenset({429, 502, 503, 504})
"""A gateway in trouble or a server that asks for time; a 500 of OSCAR is an answer."""


class Failure(Struct, frozen=True):
    """One attempt that failed: by a *status*, or (0) without an answer that may come next time.

    ``is_restarting``: the cluster's store restarts, and is there again within seconds.
    """

    status: int = 0
    retry_after: str = ""
    is_passing: bool = True
    is_restarting: bool = False


def wait_s(
    method: str, attempt: int, failure: Failure, *, dice: float, now: float, waited_s: float = 0.0
) -> float | None:
    """Return the seconds to wait after the failed *attempt* (from 1), or None: give up.

    *dice* is in [0, 1), *now* in seconds since 1970, *waited_s* what was waited before.
    Writes are never repeated: POST is not idempotent, and after a lost PUT or DELETE the cluster
    is read, not asked again.
    """
    if method != "GET" or not failure.is_passing:
        return None
    if failure.is_restarting:
        return _short_s(attempt, dice) if waited_s < LONGEST_ABSENCE_S else None
    if attempt > RETRIES:
        return None
    if failure.status and failure.status not in PASSING_STATUSES:
        return None
    asked = retry_after_s(failure.retry_after, now=now)
    if asked is not None:
        return min(asked, LONGEST_RETRY_AFTER_S)
    longest = min(FIRST_WAIT_S * 2.0 ** (attempt - 1), LONGEST_WAIT_S)
    return longest * (0.5 + dice / 2)


def _short_s(attempt: int, dice: float) -> float:
    """Return a wait of at most a second: a restart ends soon, and people wait for it."""
    return min(FIRST_WAIT_S * 2.0 ** min(attempt - 1, 8), 1.0) * (0.5 + dice / 2)


def retry_after_s(header: str, *, now: float) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for; None for none or nonsense."""
    text = header.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    from email.utils import parsedate_to_datetime  # few answers ask for a time of day

    try:
        moment = parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
    return max(0.0, moment - now)
