"""Plans and reports in the formats that people and machines read."""

import json
import re
from typing import Any

import pytest

from oscar_sync.model.plan import PlanOptions, Scope
from oscar_sync.published.plan import PlanDocument
from oscar_sync.published.report import RunSummary
from oscar_sync.reconcile.subject import subject_of
from oscar_sync.render.drift import drift_text
from oscar_sync.render.markdown import markdown
from oscar_sync.render.schemas import fdl_schema, settings_schema
from oscar_sync.render.words import duration, size
from tests.support.services import minio, service


def test_a_plan_for_a_comment_says_what_is_blocked_and_why(world):
    world.write(service(), service("beta"))
    world.apply()
    volume = {"size": "1Gi", "mount_path": "/d"}
    world.write(service(volume=volume), service("beta", memory="2Gi"))
    text = markdown(subject_of(world.plan(), "plan"))
    assert "blocked (`needs-replace`)" in text
    assert "way out" in text
    assert "| memory | 256Mi | 2Gi |" in text


def test_a_plan_for_a_comment_is_cut_where_a_comment_ends(world):
    world.write(*(service(f"a-service-with-a-long-name-{n:04}") for n in range(1100)))
    text = markdown(subject_of(world.plan(), "plan"))
    assert len(text.encode()) <= 65_536
    shown = len(set(re.findall(r"with-a-long-name-(\d{4})", text)))
    assert 0 < shown < 1100
    left = 1100 - shown
    assert f"{left} more entries, cut to fit ({left} to create): run oscar-sync plan" in text
    assert text.rstrip().endswith("`")


def test_hooks_that_are_gone_are_drift_with_the_command_that_mends_them(world):
    world.store.make_bucket("red")
    world.write(service(input=minio("red/in")))
    world.apply()
    world.store.delete_bucket_notification("red")
    plan = world.plan(PlanOptions(scope=Scope.DRIFT, checks_all_hooks=True)).draft.plan
    assert "notifications: red/in/" in drift_text(plan)
    assert "oscar-sync apply --hooks" in drift_text(plan)


def test_a_document_of_a_plan_has_what_it_keeps(world):
    world.store.make_bucket("red")
    world.write(service(input=minio("red/in")))
    document: Any = PlanDocument.of(world.plan().draft.plan).data
    (action,) = document["actions"]
    assert [one["bucket"] for one in action["keeps"]] == ["red"]
    assert {step["do"] for step in action["steps"]} >= {"post", "put", "hook"}
    assert json.loads(json.dumps(document)) == document


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
