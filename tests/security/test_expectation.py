"""A plan file of ``--expect`` is compared with, never obeyed, and read within bounds."""

import json
import os

import pytest

from oscar_sync.errors import OscarSyncError, StaleError, UsageError
from oscar_sync.published.plan import PlanDocument
from oscar_sync.reconcile.expectation import check_expectation
from tests.security.plans import plan_with

PLAN = plan_with("a")
HOSTILE = {
    "not UTF-8": b"\xff\xfe{",
    "no JSON": b"{",
    "deep": b'{"digest": "0", "format_version": "2.0", "actions": '
    + b"[" * 500
    + b"]" * 500
    + b"}",
    "very deep": b"[" * 1_000_000,
    "NUL": b"\x00" * 10,
    "huge number": b"9" * 10_000,
    "no number": b'{"digest": NaN}',
    "a list": b"[]",
    "surrogate": b'{"digest": "\\ud800", "format_version": "2.0"}',
    "other parts": b'{"digest": 1, "format_version": "2.0", "actions": [null, {"id": []}]}',
    "another version": b'{"digest": "0", "format_version": "99"}',
}


PARTS = ("actions", "blocked", "clusters", "consents", "not_planned", "summary", "digest")


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("value", [None, 1, [None, 1, "x", [], {}], {"a": 1}], ids=json.dumps)
def test_a_plan_file_with_a_part_of_another_type_is_refused_with_its_place(part, value, tmp_path):
    file = tmp_path / "plan.json"
    whole = {**PlanDocument.of(PLAN).data, "digest": "0" * 32, part: value}
    file.write_text(json.dumps(whole))
    with pytest.raises(UsageError, match="it is not a plan document"):
        check_expectation(PLAN, str(file))


def test_a_plan_file_with_words_of_another_version_is_to_be_made_again(tmp_path):
    file = tmp_path / "plan.json"
    text = json.dumps({**PlanDocument.of(PLAN).data, "digest": "0" * 32, "actions": [{}]})
    file.write_text(text)
    with pytest.raises(UsageError, match="plan and review again with this version"):
        check_expectation(PLAN, str(file))


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_plan_file_is_refused_in_words(kind, tmp_path):
    file = tmp_path / "plan.json"
    file.write_bytes(HOSTILE[kind])
    with pytest.raises(OscarSyncError):
        check_expectation(PLAN, str(file))


@pytest.mark.parametrize("name", ["0" * 8, "0" * 31, "0" * 32])
def test_a_digest_is_never_the_file_that_is_called_so(name, tmp_path, monkeypatch):
    """A branch holds any file, and runs in its folder: one of the reviewed digest's name too."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(json.dumps({"digest": PLAN.digest, "format_version": "2.0"}))
    with pytest.raises(StaleError):
        check_expectation(PLAN, name)
    check_expectation(PLAN, f"./{name}")


def test_a_plan_file_over_16_mib_is_not_read(tmp_path):
    file = tmp_path / "plan.json"
    with file.open("wb") as stream:
        stream.truncate((16 << 20) + 1)
    with pytest.raises(UsageError, match="larger than 16 MiB"):
        check_expectation(PLAN, str(file))


@pytest.mark.parametrize("kind", ["fifo", "device", "folder"])
def test_what_is_no_regular_file_is_not_read(kind, tmp_path):
    place = tmp_path / "plan.json"
    if kind == "fifo":
        os.mkfifo(place)
    file = {"fifo": str(place), "device": "/dev/zero", "folder": str(tmp_path)}[kind]
    with pytest.raises(UsageError):
        check_expectation(PLAN, file)


def test_a_plan_file_decides_by_its_digest_alone(tmp_path):
    file = tmp_path / "plan.json"
    file.write_text(json.dumps({"digest": PLAN.digest, "format_version": "2.0", "actions": [1]}))
    check_expectation(PLAN, str(file))
