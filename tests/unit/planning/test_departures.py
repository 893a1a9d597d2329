"""How a service goes away, over built views: what it lets go of, what waits, what is left out."""

import pytest

from oscar_sync.model.action import ActionKind
from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.form import Mount
from oscar_sync.model.identity import ServiceName
from oscar_sync.model.origin import Origin
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.settings import RemovedEntry, Which
from oscar_sync.model.state import DeploymentState
from oscar_sync.model.step import Do
from tests.unit.planning.built import (
    bucket,
    codes,
    draft,
    live,
    minio,
    planned,
    seeded,
    stamp,
    view,
    wanted,
)

ALPHA = ServiceName("alpha")
ENTRY = Origin("oscar-sync.yaml", layer="settings")
BY_HAND = PlanOptions(scope=Scope.REMOVE, names=("alpha",))
EXPOSED = {"api_port": [80], "min_scale": 1, "max_scale": 1, "cpu_threshold": 80}
REPLACE = (Consent(Word.REPLACE, "alpha"),)


def removal(service, **facts):
    """Return the removal of *service* by hand, and what it sends."""
    found = draft(view(service, **facts), options=BY_HAND)
    (action,) = found.plan.actions
    return action, found.materials[action.id]


def dos(action):
    return [step.do for step in action.steps]


# letting go


def test_a_removal_lets_go_of_every_bucket_and_of_the_mount():
    """The mount too, also of a bucket that nothing else of it names (safety 2)."""
    service = live(
        input=minio("red/in"), output=minio("blue/out"), mount=minio("green/m")[0], memory="1Gi"
    )
    action, material = removal(service)
    assert dos(action) == [Do.PUT, Do.DELETE]
    sent = material.form
    assert (sent.input, sent.output, sent.mount) == ((), (), Mount())
    assert sent.memory == "1Gi"
    assert [item.bucket for item in action.keeps] == ["red", "blue", "green"]


def test_a_removal_takes_the_level_off_so_that_per_user_buckets_stay():
    """At the level USER the server would make their list anew, and erase them (222, 224)."""
    users = {"isolation_level": "USER", "allowed_users": ["zoe"]}
    shared = live(input=minio("red/in"), bucket_list=["red-zoe"], **users)
    _, material = removal(shared)
    assert material.form.isolation_level == ""
    _, material = removal(live(input=minio("red/in"), **users))
    assert material.form.isolation_level == "USER"


def test_what_names_no_bucket_is_deleted_as_it_stands():
    service = live(mount=minio("green/m")[0])
    action, material = removal(service)
    assert dos(action) == [Do.DELETE]
    assert material.form == service.form


# what waits


def test_a_stopped_service_waits_only_where_it_has_buckets_to_let_go_of():
    """The server cannot update it; a DELETE alone it takes."""
    stopped = {"deployments": {ALPHA: DeploymentState("stopped")}}
    plan = planned(view(live(expose=EXPOSED), **stopped), options=BY_HAND)
    assert codes(plan) == []
    held = planned(view(live(expose=EXPOSED, output=minio("red/o")), **stopped), options=BY_HAND)
    assert codes(held) == ["stopped"]


def test_the_state_of_a_runtime_is_asked_for_only_where_a_put_needs_it():
    unknown = draft(view(live(expose=EXPOSED)), options=BY_HAND)
    assert not unknown.missing
    unknown = draft(view(live(expose=EXPOSED, output=minio("red/o"))), options=BY_HAND)
    assert unknown.missing["edge"].deployments == {"alpha"}


# what is said of it


@pytest.mark.parametrize("fields", [{}, {"input": minio("red/in")}])
def test_a_removal_restarts_the_store_once_and_the_plan_counts_that(fields):
    action, _ = removal(live(**fields))
    assert sum(step.restarts_store for step in action.steps) == 1


def test_a_removal_and_a_replacement_rest_on_the_service_that_was_seen():
    cluster = view(live(annotations=stamp()))
    gone = planned(cluster, options=BY_HAND)
    anew = planned(cluster, wanted(expose=EXPOSED), allow=REPLACE)
    made = planned(view(), wanted())
    found = {plan.actions[0].kind: plan.actions[0].preconditions for plan in (gone, anew, made)}
    assert found[ActionKind.REMOVE].live_fingerprint
    assert {kind: before.exists for kind, before in found.items()} == {
        ActionKind.REMOVE: True,
        ActionKind.REPLACE: True,
        ActionKind.CREATE: False,
    }
    moved = planned(view(live(annotations=stamp(), memory="1Gi")), options=BY_HAND)
    assert moved.actions[0].preconditions != gone.actions[0].preconditions


# replacements


@pytest.mark.parametrize("word", ["empty", "red"])
def test_a_replacement_erases_no_bucket_whatever_word_was_given(word):
    """Its data is for the service that follows; only what no PUT lets go of is at stake."""
    cluster = view(live(annotations=stamp(), input=minio("red/in")), buckets=[bucket("red")])
    anew = wanted(expose=EXPOSED, input=minio("red/in"))
    plan = planned(cluster, anew, allow=(*REPLACE, Consent(Word.ERASE, bucket=word)))
    (action,) = plan.actions
    assert action.kind is ActionKind.REPLACE
    assert action.erases == ()
    assert [item.bucket for item in action.keeps] == ["red"]


@pytest.mark.parametrize(
    ("fields", "allow", "code"),
    [
        ({}, (), ["cannot-detach"]),
        ({}, ("red",), ["cannot-detach"]),
        ({}, ("red", "blue"), []),
        ({"owner": "somebody"}, ("red", "blue"), ["not-my-bucket"]),
    ],
)
def test_what_takes_no_put_is_replaced_only_with_each_of_its_buckets_named(fields, allow, code):
    fixed = {"interlink_node_name": "node", "input": minio("red/in"), "output": minio("blue/out")}
    there = [bucket("red", **fields), bucket("blue")]
    words = (Consent(Word.ERASE, bucket=name) for name in allow)
    plan = planned(
        view(live(annotations=stamp(), **fixed), buckets=there), wanted(memory="1Gi", **fixed),
        allow=(*REPLACE, *words),
    )  # fmt: skip
    assert codes(plan) == code
    lost = [item.bucket for action in plan.actions for item in action.erases]
    assert lost == ([] if code else ["red", "blue"])


@pytest.mark.parametrize(("purpose", "code"), [("replace", []), ("remove", ["needs-replace"])])
def test_a_replacement_cut_short_goes_on_and_a_removal_is_no_consent_to_one(purpose, code):
    half = {**stamp(), "oscar-sync.io/detached": f"{purpose} red"}
    plan = planned(view(live(annotations=half)), wanted(expose=EXPOSED))
    assert codes(plan) == code


# what is left out


@pytest.mark.parametrize(
    "service",
    [
        live("beta"),
        live("beta", annotations=stamp("beta", "others")),
        live("beta", annotations={"oscar-sync.io/detached": "remove"}),
        live("beta", annotations={"oscar-sync.io/detached": "replace red"}),
        live("beta", annotations={**stamp("beta", "others"), "oscar-sync.io/detached": "remove r"}),
        live("beta", owner="somebody", annotations={"oscar-sync.io/detached": "remove red"}),
    ],
    ids=[
        "without a stamp", "another set's", "let go of nothing", "replaced", "another set's half",
        "another owner's half",
    ],
)  # fmt: skip
def test_what_is_not_ours_is_neither_removed_nor_spoken_of(service):
    plan = planned(view(service), prune=True)
    assert plan.actions == ()
    assert plan.left_alone == ()
    assert codes(plan) == []


def test_what_another_set_manages_is_removed_where_it_is_managed():
    others = view(live(annotations=stamp(set_name="others")))
    plan = planned(others, removed=(RemovedEntry(Which("alpha"), ENTRY),))
    assert codes(plan) == ["not-ours"]
    first, second = plan.blocked[0].ways_out
    assert first == "remove it from where it is managed"
    assert "apply --allow take-over:alpha" in second


def test_a_user_is_told_to_log_in_as_the_owner_of_what_the_manifests_name():
    """No consent takes over another user's service under OIDC: the server answers 403."""
    user = view(live(owner="zoe"), is_admin=False, me=frozenset({"me"}))
    plan = planned(user, wanted(memory="1Gi"))
    assert codes(plan) == ["not-ours"]
    assert plan.blocked[0].ways_out == ("log in as zoe", "remove it from the manifests")


# updates that lose a user's bucket


@pytest.mark.parametrize(("users", "code"), [(["zoe"], ["protected"]), (["zoe", "amy"], [])])
def test_a_protected_service_loses_no_bucket_of_a_user_by_an_update(users, code):
    fields = {"isolation_level": "USER", "input": minio("red/in")}
    service = live(bucket_list=["red-zoe", "red-amy"], allowed_users=["amy", "zoe"], **fields)
    user = view(
        service, buckets=[bucket("red", owner="me")], is_admin=False,
        me=frozenset({"me", "cluster_admin"}),
    )  # fmt: skip
    plan = planned(
        user,
        wanted(allowed_users=users, memory="1Gi", **fields),
        allow=(Consent(Word.ERASE, bucket="red-amy"),),
        services=seeded(protect=True),
    )
    assert codes(plan) == code


# words of reasons


@pytest.mark.parametrize(("version", "said"), [("v3.7.1", "v3.7.1"), ("", "an older release")])
def test_a_field_that_the_release_lacks_is_named_with_the_release(version, said):
    old = view(version=version, release=(3, 7, 1))
    plan = planned(old, wanted(volume={"size": "1Gi", "mount_path": "/d"}))
    assert codes(plan) == ["unsupported-by-server"]
    assert f"the cluster runs {said} without volume" in plan.blocked[0].message


@pytest.mark.parametrize(
    ("visibility", "said"), [("", "private"), ("private", "private"), ("restricted", "restricted")]
)
def test_who_gains_access_to_a_bucket_is_told_with_what_it_was(visibility, said):
    full = view(buckets=[bucket("red", visibility=visibility)], count=1)
    plan = planned(full, wanted(input=minio("red/in"), visibility="public"))
    assert codes(plan) == ["foreign-bucket"]
    assert plan.blocked[0].message.startswith(
        f"bucket red is {said}; the service's visibility public would let everybody read"
    )


@pytest.mark.parametrize(
    ("volume", "kept"),
    [
        ({"size": "1Gi", "lifecycle_policy": "retain"}, ["volume alpha"]),
        ({"name": "data"}, ["volume data"]),
        ({"size": "1Gi"}, []),
    ],
)
@pytest.mark.parametrize("way", ["remove", "replace"])
def test_a_volume_that_stays_is_named_as_kept_as_a_bucket_is(volume, kept, way):
    """The last one has the policy `delete`: its deletion is named instead."""
    service = live(
        annotations=stamp(), output=minio("red/out"), volume={"mount_path": "/d", **volume}
    )
    cluster = view(service, buckets=[bucket("red")])
    words = [Consent(Word.REPLACE, "alpha"), Consent(Word.ERASE, "alpha", "volume")]
    if way == "remove":
        options = PlanOptions(Scope.REMOVE, ("alpha",))
        plan = planned(cluster, options=options, allow=words[1:])
    else:
        plan = planned(cluster, wanted(output=minio("red/out")), allow=words)
    [action] = plan.actions
    assert [item.name for item in action.keeps] == ["bucket red", *kept]
    assert [item.name for item in action.erases] == ([] if kept else ["volume alpha"])


@pytest.mark.parametrize(
    ("facts", "is_marked"),
    [
        ({"owner": "cluster_admin"}, True),
        ({"owner": "zoe"}, False),
        ({"owner": "cluster_admin", "is_tagged": False}, False),
        ({"owner": "cluster_admin", "set_name": "others"}, False),
        ({"owner": "cluster_admin", "kept_by": "laws"}, False),
    ],
)
def test_a_removal_marks_a_bucket_of_its_own_that_nobody_manages_or_has_marked(facts, is_marked):
    gone = live("alpha", annotations=stamp(), output=minio("red/out"))
    (action,) = planned(view(gone, buckets=[bucket("red", **facts)]), options=BY_HAND).all_actions
    marked = [step.target for step in action.steps if step.do is Do.TAG_KEPT]
    assert marked == (["red"] if is_marked else [])
