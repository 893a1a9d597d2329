"""`window` of the settings: one or a list, and what is wrong with it at its place."""

from zoneinfo import ZoneInfo

import pytest

from oscar_sync.model.window import Window
from tests.support.settings import read

MADRID = ZoneInfo("Europe/Madrid")


@pytest.mark.parametrize(
    ("text", "days", "start", "end"),
    [
        ("Mon-Fri 08:00-18:00", {0, 1, 2, 3, 4}, 480, 1080),
        ("Sat,Sun 00:00-24:00", {5, 6}, 0, 1440),
        ("Fri-Mon 22:00-06:00", {4, 5, 6, 0}, 1320, 360),
        ("Mon,Wed-Thu 00:00-00:01", {0, 2, 3}, 0, 1),
    ],
)
def test_a_window_is_days_hours_and_a_zone(text: str, days: set[int], start: int, end: int) -> None:
    loaded, found = read(f"window: {text} Europe/Madrid")
    assert not found
    assert loaded.windows == (Window(frozenset(days), start, end, MADRID),)


def test_several_windows_are_a_list_and_a_blank_one_is_none() -> None:
    loaded, found = read("window:\n- Mon 08:00-09:00 UTC\n- Tue 08:00-09:00 UTC\n")
    assert not found
    assert [window.days for window in loaded.windows] == [{0}, {1}]
    assert read("window:\nset: a")[0].windows == ()


@pytest.mark.parametrize(
    ("text", "message", "remedy"),
    [
        ("always", "not a window", "write DAYS HH:MM-HH:MM ZONE, such as"),
        ("Mon 8:00-18:00 UTC", "not a window", "write DAYS HH:MM-HH:MM ZONE, such as"),
        ("Mon-Fri 08:00-18:00", "not a window", "write DAYS HH:MM-HH:MM ZONE, such as"),
        ("mo 08:00-18:00 UTC", "mo is not a day", "write Mon, Tue"),
        ("Mon, 08:00-18:00 UTC", "blank is not a day", "write Mon, Tue"),
        ("Mon 08:60-18:00 UTC", "08:60 is not a time of day", "write 00:00 to 23:59"),
        ("Mon 24:00-18:00 UTC", "24:00 is not a time of day", "write 00:00 to 23:59"),
        ("Mon 08:00-08:00 UTC", "it ends where it begins", "write 00:00-24:00 for a whole day"),
        ("Mon 08:00-09:00 Europe/Madird", "Europe/Madird is not a time zone", "write a name of"),
        ("Mon 08:00-09:00 Europe", "Europe is not a time zone", "write a name of the tz database"),
        ("Mon 08:00-09:00 ../passwd", "../passwd is not a time zone", "write a name of the tz"),
    ],
)
def test_a_wrong_window_is_a_finding_with_a_remedy(text: str, message: str, remedy: str) -> None:
    for written, line in ((f"set: a\nwindow: {text}", 2), (f"set: a\nwindow:\n- {text}", 3)):
        _, (found,) = read(written)
        assert (found.code, found.line) == ("OSY226", line)
        assert found.message.startswith(f"{text}: {message}")
        assert found.remedy.startswith(remedy)


def test_a_window_that_is_no_text_is_told() -> None:
    _, (found,) = read("window: {days: Mon}")
    assert found.message == "window must be a list of texts, not a mapping"
