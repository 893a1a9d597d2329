"""Why a step is held back, over built views: volumes, owners, notifications, what is attached."""

import pytest
from msgspec.structs import replace

from oscar_sync.model.action import ActionKind
from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.identity import BucketName
from oscar_sync.model.origin import Origin
from oscar_sync.model.settings import RemovedEntry, Which
from oscar_sync.model.state import HookRule, VolumeFacts
from oscar_sync.semantics.hooks import arn_of
from tests.unit.planning.built import (
    bucket,
    codes,
    draft,
    live,
    minio,
    planned,
    stamp,
    view,
    wanted,
)

ENTRY = Origin("oscar-sync.yaml", layer="settings")
MADE = {"size": "1Gi", "mount_path": "/d", "lifecycle_policy": "delete"}
ATTACHED = {"name": "data", "mount_path": "/d"}
REPLACE = Consent(Word.REPLACE, "alpha")


def with_volumes(cluster, *names):
    return replace(cluster, volumes={name: VolumeFacts(name) for name in names})


# mounts


@pytest.mark.parametrize("is_admin", [False, True])
@pytest.mark.parametrize(
    ("visibility", "code"),
    [
        ("private", []),
        ("", []),
        ("public", ["mount-not-private"]),
        ("restricted", ["mount-not-private"]),
    ],
)
def test_only_a_private_bucket_is_mounted(is_admin, visibility, code):
    mount = minio("red/models")[0]
    red = bucket("red", visibility=visibility, from_service="alpha")
    there = view(live(annotations=stamp(), mount=mount), buckets=[red], is_admin=is_admin)
    assert codes(planned(there, wanted(mount=mount, memory="1Gi"))) == code
    both = {"mount": mount, "output": minio("red/out")}
    there = view(live(annotations=stamp(), **both), buckets=[red], is_admin=is_admin)
    assert codes(planned(there, wanted(**both, memory="1Gi"))) == []


# volumes


@pytest.mark.parametrize(
    ("volume", "there", "code"),
    [
        (None, (), []),
        (None, ("alpha",), []),
        (MADE, (), []),
        (MADE, ("data",), []),
        (MADE, ("alpha",), ["volume-exists"]),
        (ATTACHED, ("data",), []),
        (ATTACHED, ("alpha",), ["no-such-volume"]),
        (ATTACHED, (), ["no-such-volume"]),
    ],
)
def test_a_volume_is_made_where_there_is_none_and_attached_where_there_is_one(volume, there, code):
    service = wanted(volume=volume) if volume else wanted()
    assert codes(planned(with_volumes(view(), *there), service)) == code


def test_a_volume_that_goes_with_the_replaced_service_may_be_made_anew():
    there = with_volumes(view(live(annotations=stamp(), volume=MADE)), "alpha")
    words = (REPLACE, Consent(Word.ERASE, "alpha", "volume"))
    bigger = wanted(volume={**MADE, "size": "2Gi"})
    assert codes(planned(there, bigger, allow=words)) == []
    attached = wanted(volume={"name": "alpha", "mount_path": "/d"})
    assert codes(planned(there, attached, allow=words)) == ["no-such-volume"]


def test_whether_a_volume_is_there_is_asked_before_it_is_attached():
    found = draft(replace(view(), volumes=None), wanted(volume=ATTACHED))
    assert found.missing["edge"].volumes
    assert codes(found.plan) == []


# owners


@pytest.mark.parametrize(
    ("owner", "code"), [("cluster_admin", []), ("", []), ("somebody", ["not-mine"])]
)
def test_owners_that_the_settings_name_may_be_updated_and_not_removed(owner, code):
    cluster = view(live(annotations=stamp(), owner=owner))
    entry = RemovedEntry(Which("alpha"), ENTRY)
    plan = planned(cluster, removed=(entry,), owners=("somebody",))
    assert codes(plan) == code
    assert [action.kind for action in plan.actions] == ([] if code else [ActionKind.REMOVE])


# the store


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"store_problem": "connection refused"}, "connection refused"),
        ({"denied": frozenset({"red"})}, "its keys do not reach that bucket"),
        ({}, ""),
    ],
)
def test_an_input_in_a_bucket_that_exists_waits_for_its_notification(facts, problem):
    plan = planned(view(buckets=[bucket("red")], **facts), wanted(input=minio("red/in")))
    assert codes(plan) == (["hook-needs-store"] if problem else [])
    assert not problem or f"not reachable from here ({problem})" in plan.blocked[0].message
    made = planned(view(**facts), wanted(input=minio("red/in")))
    assert codes(made) == []


def test_an_input_that_stands_already_waits_for_nothing():
    service = live(annotations=stamp(), input=minio("red/in"))
    away = view(service, buckets=[bucket("red")], store_problem="connection refused")
    assert codes(planned(away, wanted(input=minio("red/in"), memory="1Gi"))) == []
    moved = planned(away, wanted(input=minio("red/other")))
    assert codes(moved) == ["hook-needs-store"]


def test_another_service_on_the_same_uploads_is_told_of():
    rules = (HookRule("beta", "in/", arn_of("beta")), HookRule("beta", "other/", arn_of("beta")))
    cluster = view(live("beta", input=minio("red/in", "red/other")), buckets=[bucket("red")])
    cluster = replace(cluster, hooks={BucketName("red"): rules})
    plan = planned(cluster, wanted(), wanted("zeta", input=minio("red/in")))
    notes = {str(action.key.name): action.notes for action in plan.actions}
    assert "beta also starts on uploads to red/in/: each upload runs both" in notes["zeta"]
    assert not any("red/other/" in note for note in notes["zeta"])


# what is attached


def test_a_plan_says_whose_bucket_somebody_consented_to_attach():
    theirs = view(buckets=[bucket("red", owner="zoe"), bucket("blue")])
    service = wanted(input=minio("red/in", "blue/in"))
    plan = planned(theirs, service, allow=(Consent(Word.ATTACH, "alpha", "red"),))
    (action,) = plan.actions
    said = [note for note in action.notes if "belongs to" in note]
    assert said == ["bucket red belongs to zoe"]


def test_a_bucket_that_an_earlier_step_makes_is_attached_without_a_word():
    """Nobody owns it yet, so that there is nothing to consent to."""
    plan = planned(
        view(probes={}), wanted(input=minio("red/in")), wanted("beta", input=minio("red/more"))
    )
    assert codes(plan) == []
    second = plan.actions[1]
    assert second.depends_on == ("create:edge/alpha",)
    assert not any("belongs to" in note for note in second.notes)
