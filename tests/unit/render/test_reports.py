"""Plans and reports in the formats that people and machines read."""

from typing import Any

import pytest

from oscar_sync.published.report import RunSummary
from oscar_sync.render.schemas import fdl_schema, settings_schema
from oscar_sync.render.words import duration, size


def test_the_last_line_of_events_may_say_why():
    assert RunSummary.of(3, None, "the files are wrong").data == {
        "event": "run_summary", "exit_code": 3, "message": "the files are wrong",
    }  # fmt: skip


def test_schemas_are_strict_for_settings_and_open_for_fdl():
    settings: Any = settings_schema()
    fdl: Any = fdl_schema()
    assert settings["additionalProperties"] is False
    assert "set" in settings["properties"]
    assert "additionalProperties" not in fdl["$defs"]["service"]
    assert fdl["$defs"]["service"]["required"] == ["name", "image", "script"]


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (89, "89 s"), (90, "2 min"), (5399, "90 min"),
                           (7200, "2.0 h")],
)  # fmt: skip
def test_times_are_as_people_say_them(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (14_000_000, "14 MB"),
                         (5 * 10**15, "5.0 PB")],
)  # fmt: skip
def test_amounts_are_as_people_say_them(count, words):
    assert size(count) == words
