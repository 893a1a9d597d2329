"""When a watch may apply: hours of days, by the clock of a place."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final

from msgspec import Struct

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MINUTE: Final = timedelta(minutes=1)
_AHEAD_MINUTES: Final = 15 * 24 * 60
"""A window opens once in seven days, or in fourteen where a clock is set forward over it."""


class Window(Struct, frozen=True):
    """From ``start`` until ``end`` (minutes of a day) on ``days`` (0: Monday) in ``zone``.

    One whose end is not after its start ends on the day after. An hour that a clock shows twice
    counts twice, one that it leaves out does not exist.
    """

    days: frozenset[int]
    start: int
    end: int
    zone: tzinfo

    def holds(self, now: datetime) -> bool:
        local = now.astimezone(self.zone)
        day, minute = local.weekday(), local.hour * 60 + local.minute
        if self.start < self.end:
            return day in self.days and self.start <= minute < self.end
        is_begun = day in self.days and minute >= self.start
        return is_begun or ((day - 1) % 7 in self.days and minute < self.end)


def opening(windows: Sequence[Window], now: datetime) -> str:
    """Return when the next of *windows* opens, as in ``Mon 08:00 Europe/Madrid``.

    Blank if one is open *now*, or there are none.
    """
    minute = now.replace(second=0, microsecond=0)
    for after in range(_AHEAD_MINUTES if windows else 0):
        if found := next((one for one in windows if one.holds(minute)), None):
            local = minute.astimezone(found.zone)
            return f"{DAYS[local.weekday()]} {local:%H:%M} {found.zone}" if after else ""
        minute += _MINUTE
    return ""
