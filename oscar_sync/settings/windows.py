"""`window` of the settings: `Mon-Fri 08:00-18:00 Europe/Madrid`."""

import re
from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Final

from oscar_sync.model.origin import FieldPath
from oscar_sync.model.window import DAYS, Window
from oscar_sync.settings.codes import SettingsCode

_WINDOW: Final = re.compile(r"(\S+) +([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2}) +(\S+)")
_WRITE: Final = "write DAYS HH:MM-HH:MM ZONE, such as `Mon-Fri 08:00-18:00 Europe/Madrid`"
_DAY: Final = 24 * 60

Say = Callable[[SettingsCode, FieldPath, str, str], None]


class _NoWindowError(Exception):
    """What is wrong, and what to do."""


def read_windows(texts: Sequence[str], say: Say) -> tuple[Window, ...]:
    windows = []
    for place, text in enumerate(texts):
        try:
            windows.append(_window(text.strip()))
        except _NoWindowError as wrong:
            message, remedy = wrong.args
            say(SettingsCode.WINDOW, ("window", place), f"{text}: {message}", remedy)
    return tuple(windows)


def _window(text: str) -> Window:
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise _NoWindowError("not a window", _WRITE)
    days, hour, minute, last_hour, last_minute, zone = match.groups()
    start, end = _minutes(hour, minute, _DAY - 1), _minutes(last_hour, last_minute, _DAY)
    if start == end:
        raise _NoWindowError("it ends where it begins", "write 00:00-24:00 for a whole day")
    return Window(_days(days), start, end, _zone(zone))


def _minutes(hour: str, minute: str, most: int) -> int:
    minutes = int(hour) * 60 + int(minute)
    if int(minute) > 59 or minutes > most:
        raise _NoWindowError(
            f"{hour}:{minute} is not a time of day",
            "write 00:00 to 23:59, and 24:00 for the end of a day",
        )
    return minutes


def _days(text: str) -> frozenset[int]:
    days: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        start, end = _day(first), _day(last if dash else first)
        days.update((start + day) % 7 for day in range((end - start) % 7 + 1))
    return frozenset(days)


def _day(name: str) -> int:
    if name not in DAYS:
        raise _NoWindowError(f"{name or 'blank'} is not a day", f"write {', '.join(DAYS)}")
    return DAYS.index(name)


def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo  # few settings name a window

    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # not known, a folder of zones, not a file of one
        raise _NoWindowError(
            f"{name} is not a time zone that this machine knows",
            "write a name of the tz database, such as Europe/Madrid or UTC",
        ) from None
