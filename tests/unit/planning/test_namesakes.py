"""Two services of one name, in two namespaces: nothing of either is written or deleted (6.4)."""

import pytest
from msgspec.structs import replace

from oscar_sync.model.action import ActionKind
from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.identity import BucketName
from oscar_sync.model.origin import Origin
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.settings import RemovedEntry, Settings, Which
from oscar_sync.model.state import HookRule
from oscar_sync.planning.context import Context
from oscar_sync.planning.doctor.cluster import cluster_findings
from oscar_sync.planning.doctor.codes import FindingCode
from oscar_sync.planning.facts import Facts
from oscar_sync.semantics.hooks import arn_of
from tests.unit.planning.built import (
    bucket,
    codes,
    draft,
    live,
    minio,
    planned,
    seed,
    seeded,
    stamp,
    view,
    wanted,
)

CONSENTS = (
    Consent(Word.ERASE, bucket="red"),
    Consent(Word.ERASE, bucket="blue"),
    Consent(Word.TAKE_OVER, "alpha"),
    Consent(Word.REPLACE, "alpha"),
    Consent(Word.REPLACE, "beta"),
)
ENTRY = Origin("oscar-sync.yaml", layer="settings")


def removed(name, *erase):
    return RemovedEntry(Which(name), ENTRY, erase=erase)


@pytest.fixture(params=["ours shown", "theirs shown"])
def twice(request):
    """A cluster with two services alpha, whose buckets are red and blue, and beta on both."""
    ours = live(annotations=stamp(), input=minio("red/in"))
    theirs = replace(live(input=minio("blue/in")), owner="zoe", namespace="oscar-svc-zoe")
    beta = live("beta", annotations=stamp("beta"), output=minio("blue/out"))
    first, second = (ours, theirs) if request.param == "ours shown" else (theirs, ours)
    buckets = [bucket("red"), bucket("blue")]
    return view(first, beta, buckets=buckets, namesakes=(second,))


def test_what_starts_either_of_them_is_not_left_behind(twice):
    """Its removal would stop the uploads of the one that is not shown under the name."""
    rule = HookRule("alpha", "in/", arn_of("alpha"))
    stale = HookRule("alpha", "old/", arn_of("alpha"))
    hooks = {BucketName("red"): (rule,), BucketName("blue"): (rule, stale)}
    found = cluster_findings(
        Context(Facts(replace(twice, hooks=hooks)), Settings("/files"), {}, None)
    ).findings
    said = [item.message for item in found if item.code is FindingCode.HOOK_STALE]
    assert said == ["uploads to blue/old/ start alpha, which has no such input"]


WRITES = [
    (wanted(memory="1Gi", input=minio("red/in")), {}),
    (wanted(volume={"size": "1Gi", "mount_path": "/d"}), {}),
    (None, {"removed": (removed("alpha", "red"),)}),
    (None, {"options": PlanOptions(Scope.REMOVE, ("alpha",))}),
    (wanted(), {"options": PlanOptions(Scope.ADOPT, ("alpha",))}),
]


@pytest.mark.parametrize(("service", "more"), WRITES)
def test_nothing_is_written_to_a_name_that_two_services_have(twice, service, more):
    services = [service] if service else []
    plan = planned(twice, *services, allow=CONSENTS, **more)
    assert not [action for action in plan.actions if action.key.name == "alpha"]
    held = [item for item in plan.blocked if item.action.key.name == "alpha"]
    assert {item.code for item in held} == {"name-not-unique"}
    assert "oscar-svc (owner cluster_admin), oscar-svc-zoe (owner zoe)" in held[0].message
    assert not held[0].consent


def test_a_name_that_two_services_have_is_not_pruned(twice):
    plan = planned(twice, wanted("beta", output=minio("blue/out")), prune=True)
    assert not plan.actions
    assert not plan.blocked


DELETIONS = [
    {"removed": (removed("beta", "blue"),)},
    {"options": PlanOptions(Scope.REMOVE, ("beta",))},
    {"prune": True},
    {"removed": (removed("gone", "blue"), removed("beta"))},
]


@pytest.mark.parametrize("more", DELETIONS)
def test_nothing_is_deleted_that_uses_a_bucket_of_either(twice, more):
    plan = planned(twice, wanted("gamma"), allow=CONSENTS, **more)
    assert not any(action.erases for action in plan.actions)
    assert not any(action.kind is ActionKind.REMOVE for action in plan.actions)
    assert {"name-not-unique"} == {*codes(plan)}


def test_nothing_is_replaced_that_uses_a_bucket_of_either(twice):
    changed = wanted("beta", output=minio("blue/out"), volume={"size": "1Gi", "mount_path": "/d"})
    assert codes(planned(twice, changed, allow=CONSENTS)) == ["name-not-unique"]
    other = wanted("beta", output=minio("green/out"))
    [update] = planned(twice, other, allow=CONSENTS).actions
    assert update.kind is ActionKind.UPDATE  # that deletes nothing
    assert update.keeps[0].shared_with == ("edge/alpha",)


def test_an_upload_that_starts_either_of_them_needs_its_trigger(twice):
    hooks = {BucketName("blue"): (HookRule("alpha", "in/", arn_of("alpha")),)}
    cluster = replace(twice, hooks={**twice.hooks, **hooks})
    plan = draft(cluster, wanted(input=minio("red/in")), services=seeded(seed("blue/in"))).plan
    assert "seed-triggers" in codes(plan)
