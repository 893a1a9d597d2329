"""Plans and reports in the formats that people and machines read."""

import json
import re
from typing import Any

from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.published.plan import PlanDocument
from oscar_sync.reconcile.subject import subject_of
from oscar_sync.render.drift import drift_text
from oscar_sync.render.markdown import markdown
from tests.support.services import minio, service


def test_a_plan_for_a_comment_says_what_is_blocked_and_why(world):
    world.write(service(), service("beta"))
    world.apply()
    volume = {"size": "1Gi", "mount_path": "/d"}
    world.write(service(volume=volume), service("beta", memory="2Gi"))
    text = markdown(subject_of(world.plan(), "plan"))
    assert "blocked (`needs-replace`)" in text
    assert "to continue: " in text
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
