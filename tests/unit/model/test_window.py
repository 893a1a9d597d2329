"""A window is open by the clock of its place, also where that clock is set."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from oscar_sync.model.window import Window, opening

MADRID = ZoneInfo("Europe/Madrid")
WORKING = frozenset(range(5))


def hours(start: str, end: str, days: frozenset[int] = WORKING, zone: ZoneInfo = MADRID) -> Window:
    minutes = [int(time[:2]) * 60 + int(time[3:]) for time in (start, end)]
    return Window(days, minutes[0], minutes[1], zone)


def at(text: str, zone: ZoneInfo = MADRID) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


OFFICE = hours("08:00", "18:00")
NIGHT = hours("22:00", "06:00", frozenset({4}))  # Friday's night
WEEKEND = hours("00:00", "24:00", frozenset({5, 6}))


@pytest.mark.parametrize(
    ("window", "now", "is_open"),
    [
        (OFFICE, "2026-11-30 07:59:59", False),
        (OFFICE, "2026-11-30 08:00", True),
        (OFFICE, "2026-11-30 17:59:59", True),
        (OFFICE, "2026-11-30 18:00", False),
        (OFFICE, "2026-11-29 12:00", False),
        (NIGHT, "2026-12-04 21:59", False),
        (NIGHT, "2026-12-04 22:00", True),
        (NIGHT, "2026-12-05 05:59", True),
        (NIGHT, "2026-12-05 06:00", False),
        (NIGHT, "2026-12-04 05:00", False),
        (WEEKEND, "2026-12-05 00:00", True),
        (WEEKEND, "2026-12-06 23:59", True),
        (WEEKEND, "2026-12-07 00:00", False),
    ],
)
def test_a_window_holds_from_its_start_until_before_its_end(
    window: Window, now: str, is_open: bool
) -> None:
    assert window.holds(at(now)) is is_open


def test_the_clock_of_the_place_counts_in_winter_and_summer() -> None:
    for day, begins in (("2026-01-12", "07:00"), ("2026-07-13", "06:00")):
        now = datetime.fromisoformat(f"{day} {begins}+00:00")
        assert OFFICE.holds(now)
        assert not OFFICE.holds(now - timedelta(minutes=1))


def test_an_hour_that_is_shown_twice_counts_twice_and_one_that_is_left_out_never() -> None:
    sunday = frozenset({6})
    early = hours("02:00", "03:00", sunday)
    begins = datetime(2026, 10, 25, tzinfo=UTC)
    moments = [begins + timedelta(minutes=minute) for minute in range(24 * 60)]
    assert sum(map(early.holds, moments)) == 2 * 60
    spring = datetime(2026, 3, 29, tzinfo=UTC)
    assert not any(early.holds(spring + timedelta(minutes=one)) for one in range(24 * 60))
    assert opening([hours("02:30", "06:00", sunday)], spring) == "Sun 03:00 Europe/Madrid"


@pytest.mark.parametrize(
    ("windows", "now", "told"),
    [
        ([], "2026-11-29 12:00", ""),
        ([OFFICE], "2026-11-30 12:00", ""),
        ([OFFICE], "2026-11-29 12:00:30", "Mon 08:00 Europe/Madrid"),
        ([OFFICE], "2026-12-04 18:00", "Mon 08:00 Europe/Madrid"),
        ([OFFICE, WEEKEND], "2026-12-04 18:00", "Sat 00:00 Europe/Madrid"),
        ([OFFICE, WEEKEND], "2026-12-05 18:00", ""),
        ([hours("07:30", "08:00", zone=ZoneInfo("UTC"))], "2026-11-30 07:59", "Mon 07:30 UTC"),
        ([hours("02:00", "03:00", frozenset({6}))], "2026-03-28 12:00", "Sun 02:00 Europe/Madrid"),
    ],
)
def test_the_next_opening_is_told_by_the_clock_of_its_window(
    windows: list[Window], now: str, told: str
) -> None:
    assert opening(windows, at(now)) == told
