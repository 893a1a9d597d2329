"""Who keeps access to a bucket that is let go of is said, and `close_access` closes it (229)."""

from typing import Any

import pytest
from msgspec.structs import replace

from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.identity import ServiceName
from oscar_sync.model.origin import Origin
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.settings import RemovedEntry, ServiceSettings, Which
from oscar_sync.model.state import DeploymentState, Probe
from oscar_sync.model.step import Do
from oscar_sync.semantics.stamp import DETACHED, HOOKS
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

ORIGIN = Origin("oscar-sync.yaml", layer="settings")
ALICE = {"owner": "alice", "namespace": "oscar-svc-alice"}
CLOSES = (ServiceSettings(Which("alpha"), ORIGIN, close_access=True),)
REMOVED = (RemovedEntry(Which("alpha"), ORIGIN, close_access=True),)
LEFT = (RemovedEntry(Which("alpha"), ORIGIN),)
REMOVE = PlanOptions(Scope.REMOVE, ("alpha",))
CLOSABLE = "it can be closed only while the service names it: set `close_access: true` for alpha"
OPEN: dict[str, dict[str, Any]] = {
    "everybody": {"visibility": "public"},
    "the allowed users bob, zoe": {"visibility": "restricted", "allowed_users": ["bob", "zoe"]},
    "the user zoe": {"visibility": "restricted", "allowed_users": ["zoe", "alice"]},
}
USES = {
    "input": {"input": minio("red/in")},
    "output": {"output": minio("red/out")},
    "mount": {"mount": minio("red/models")[0]},
}
CLOSABLE_USES = ("input", "output")


def ours(name="alpha", **fields):
    return live(name, annotations=stamp(name), **{**ALICE, **USES["output"], **fields})


def seen(*services, red=None, **facts):
    """Return the cluster as alice sees it."""
    red = red or bucket("red", owner="alice", visibility="private")
    blue = bucket("blue", owner="alice", visibility="private")
    shown = view(*services, buckets=[red, blue], count=1)
    return replace(shown, me=frozenset({"alice"}), is_admin=False, **facts)


def plans(cluster, **settings):
    """Return the plans of a removal and of an update by which alpha lets go of red."""
    [service] = [one for one in cluster.services.values() if one.key.name == "alpha"]
    form = service.form
    said = {"visibility": form.visibility, "allowed_users": [*form.allowed_users]}
    removal = planned(cluster, options=REMOVE, **settings)
    return removal, planned(cluster, wanted(**said), **settings)


def notes(plan):
    return [note for action in plan.actions for note in action.notes]


def puts(plan):
    [action] = plan.actions
    return [step.note for step in action.steps if step.do is Do.PUT]


@pytest.mark.parametrize("who", OPEN)
@pytest.mark.parametrize("use", CLOSABLE_USES)
def test_who_keeps_access_is_said_and_how_it_can_be_closed(use, who):
    for plan in plans(seen(ours(**OPEN[who], **{"output": [], **USES[use]}))):
        assert codes(plan) == []
        [note] = [note for note in notes(plan) if "open to" in note]
        assert note.startswith(f"red stays open to {who}; {CLOSABLE}")


def test_nobody_is_named_where_the_service_let_nobody_in():
    alone = {"visibility": "restricted", "allowed_users": ["alice"]}
    for fields in ({}, alone):
        for plan in plans(seen(ours(**fields))):
            assert not [note for note in notes(plan) if "open to" in note]


@pytest.mark.parametrize("who", OPEN)
def test_nothing_is_offered_that_cannot_work(who):
    for plan in plans(seen(ours(**OPEN[who], output=[], **USES["mount"]))):
        assert f"red stays open to {who}" in notes(plan)


def test_a_bucket_that_is_erased_stays_open_to_nobody():
    erased = (Consent(Word.ERASE, bucket="red"),)
    plan = planned(seen(ours(visibility="public")), options=REMOVE, allow=erased)
    assert not [note for note in notes(plan) if "open to" in note]


@pytest.mark.parametrize("who", OPEN)
@pytest.mark.parametrize("use", CLOSABLE_USES)
def test_the_buckets_are_closed_by_a_put_to_private_while_they_are_named(use, who):
    cluster = seen(ours(**OPEN[who], **{"output": [], **USES[use]}))
    for plan in plans(cluster, services=CLOSES):
        assert codes(plan) == []
        first, last = puts(plan)
        assert first == f"closes red to {who}, while the service names it"
        assert last.startswith("detaches red")
        assert not [note for note in notes(plan) if "open to" in note]
        assert not any(item.is_public for item in plan.actions[0].keeps)


def test_what_closes_changes_nothing_else_and_what_lets_go_stays_closed():
    service = ours(visibility="public", memory="1Gi")
    made = draft(seen(service), options=REMOVE, services=CLOSES)
    [material] = made.materials.values()
    [closing] = material.forms_before
    assert closing == replace(service.form, visibility="private")
    assert material.form == replace(closing, output=())
    assert (material.stamp_before.detached, material.stamp.detached) == ("", "remove red")


def test_what_closes_keeps_the_marks_of_what_is_under_way_with_the_buckets():
    marks = {**stamp(), HOOKS: "red/in", DETACHED: "remove blue"}
    service = live(annotations=marks, visibility="public", **ALICE, **USES["output"])
    [material] = draft(seen(service), options=REMOVE, services=CLOSES).materials.values()
    before = material.stamp_before
    assert (before.hooks, before.detached) == ("red/in", "remove blue")


def test_an_entry_of_removed_closes_as_an_entry_of_services_does():
    plan = planned(seen(ours(visibility="public")), removed=REMOVED)
    assert puts(plan) == ["closes red to everybody, while the service names it", "detaches red"]


def test_a_step_more_is_another_digest_and_takes_longer():
    cluster = seen(ours(visibility="public"))
    for left, closed in zip(plans(cluster), plans(cluster, services=CLOSES), strict=True):
        assert left.digest != closed.digest
        assert left.seconds < closed.seconds


def test_a_bucket_that_stays_is_opened_again_by_the_request_that_lets_go():
    both = {"output": minio("red/out", "blue/out"), "visibility": "public"}
    service = wanted(output=minio("blue/out"), visibility="public")
    made = draft(seen(ours(**both)), service, services=CLOSES)
    assert (
        "blue is closed with it, until a later request gives it the service's visibility"
        in notes(made.plan)
    )
    [material] = made.materials.values()
    sent = [put.form.visibility for put in material.puts()]
    assert sent == ["private", "public"]


def test_nothing_is_closed_where_nothing_is_let_go_or_open():
    public, private = ours(visibility="public"), ours()
    same = wanted(visibility="public", memory="1Gi", **USES["output"])
    for plan in (
        planned(seen(public), same, services=CLOSES),
        *plans(seen(private), services=CLOSES),
    ):
        assert codes(plan) == []
        assert len(puts(plan)) == 1


def test_who_opens_a_closed_bucket_again_in_the_same_plan_is_asked():
    beta = wanted("beta", visibility="public", output=minio("red/x"))
    cluster = seen(ours(visibility="public"), probes={ServiceName("beta"): Probe.FREE})
    assert codes(planned(cluster, beta, removed=LEFT)) == []
    plan = planned(cluster, beta, removed=REMOVED)
    assert codes(plan) == ["foreign-bucket"]
    assert "would let everybody" in plan.blocked[0].message


def test_the_buckets_of_single_users_stay_when_others_are_closed():
    """No level stands ahead of the last PUT at which the server would delete them (222)."""
    users = {"allowed_users": ["zoe", "bob"], "isolation_level": "USER"}
    service = ours(
        visibility="restricted",
        input=minio("blue/in"),
        bucket_list=["blue-zoe", "blue-bob"],
        **users,
    )
    new = wanted(
        visibility="restricted", input=minio("blue/in"), **{**users, "allowed_users": ["zoe"]}
    )
    assert codes(planned(seen(service), new)) == ["erases-user-buckets"]
    plan = planned(seen(service), new, services=CLOSES)
    assert codes(plan) == []
    assert not plan.actions[0].erases


@pytest.mark.parametrize("visibility", ["private", "public"])
def test_a_replacement_closes_what_the_new_service_says_is_closed(visibility):
    """A service that is made anew attaches its buckets, which closes nothing."""
    service = ours(visibility="public", volume={"name": "v", "mount_path": "/v"})
    new = wanted(visibility=visibility, **USES["output"])
    allow = (Consent(Word.REPLACE, "alpha"),)
    plan = planned(seen(service), new, allow=allow, services=CLOSES)
    is_closed = any(step.note.startswith("closes red") for step in plan.actions[0].steps)
    assert is_closed == (visibility == "private")


def test_up_to_3_7_uploads_go_on_after_the_bucket_was_closed():
    """Each PUT there makes a new token: the last one names the inputs again."""
    both = {"input": minio("blue/in"), "visibility": "private"}
    had = ours(visibility="public", input=minio("blue/in"))
    plan = planned(seen(had, release=(3, 7, 1)), wanted(**both), services=CLOSES)
    first, without, last = puts(plan)
    assert first.startswith("closes red to everybody")
    assert without.startswith("detaches blue/in/")
    assert last.startswith("attaches blue/in/ again")


STOPPED = {ServiceName("alpha"): DeploymentState("stopped")}
BLOCKED = {
    "somebody else's bucket": (
        {},
        {"red": bucket("red", owner="zoe", visibility="private")},
        "belongs to zoe",
    ),
    "3.6.4": ({}, {"release": (3, 6, 4)}, "is not known to close buckets (3.6.5 does)"),
    "no PUT": (
        {"interlink_node_name": "n", "output": [], **USES["mount"]},
        {},
        "an update cannot change the service",
    ),
    "a word of its own": ({"visibility": "open"}, {}, "treats its visibility open as public"),
    "private already": (
        {"visibility": "private"},
        {"red": bucket("red", owner="alice", visibility="public")},
        "is open to everybody and the service is private already",
    ),
}


@pytest.mark.parametrize("case", BLOCKED)
def test_where_it_cannot_work_it_is_blocked_and_says_why(case):
    fields, facts, words = BLOCKED[case]
    cluster = seen(ours(**{"visibility": "public", **fields}), **facts)
    plan = planned(cluster, options=REMOVE, services=CLOSES)
    assert codes(plan) == ["cannot-close"]
    assert words in plan.blocked[0].message


def test_a_bucket_that_is_open_under_a_private_service_is_closed_by_way_of_its_visibility():
    cluster = seen(ours(), red=bucket("red", owner="alice", visibility="public"))
    plan = planned(cluster, options=REMOVE, services=CLOSES)
    assert "set `visibility: public` and apply, then go on" in plan.blocked[0].ways_out


def test_a_stopped_service_is_started_before_it_closes_anything():
    service = ours(visibility="public", expose={"api_port": 80}, output=[], **USES["mount"])
    plan = planned(seen(service, deployments=STOPPED), options=REMOVE, services=CLOSES)
    assert codes(plan) == ["stopped"]


@pytest.mark.parametrize("who", OPEN)
def test_a_mount_is_closed_by_no_change_of_the_service(who):
    """update.go gives a mount its visibility anew, and takes nothing back."""
    for plan in plans(seen(ours(**OPEN[who], output=[], **USES["mount"])), services=CLOSES):
        assert codes(plan) == ["cannot-close"]
        assert "bucket red is mounted" in plan.blocked[0].message


def test_a_bucket_that_is_open_through_another_service_stays_so():
    other = ours("beta", visibility="public", output=minio("red/x"))
    for plan in plans(seen(ours(visibility="public"), other), services=CLOSES):
        assert [item.code for item in plan.blocked] == ["cannot-close"]
        assert "edge/beta" in plan.blocked[0].message


def test_a_bucket_is_closed_where_others_are_open_for_other_buckets_or_use_it_alone():
    others = [
        ours("beta", visibility="public", output=minio("blue/x")),
        ours("gamma", visibility="private", output=minio("red/x")),
    ]
    for plan in plans(seen(ours(visibility="public"), *others), services=CLOSES):
        assert codes(plan) == []


def test_the_workers_of_a_federation_have_buckets_that_it_does_not_close():
    member = {"type": "oscar", "cluster_id": "lab", "service_name": "alpha"}
    service = ours(visibility="public", federation={"group_id": "g", "members": [member]})
    plan = planned(seen(service), options=REMOVE, services=CLOSES)
    assert "cannot-close" in codes(plan)
