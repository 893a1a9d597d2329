"""What a plan does on an older release: each write that loses something is planned otherwise."""

import pytest

from oscar_sync.model.action import ActionKind
from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.origin import Origin
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.settings import RemovedEntry, ServiceSettings, Settings, Which
from oscar_sync.model.state import SeedDifference, Upload
from oscar_sync.model.step import Do
from oscar_sync.planning.context import Context
from oscar_sync.planning.doctor.cluster import cluster_findings
from oscar_sync.planning.facts import Facts
from oscar_sync.render.drift import drift_text
from oscar_sync.semantics.stamp import applied_stamp
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

EXPOSED = {"api_port": 80, "min_scale": 1, "max_scale": 1}
MOUNT = {"storage_provider": "minio.default", "path": "data/models"}
ORIGIN = Origin("oscar-sync.yaml", layer="settings")
OLDEST_WRITTEN = (3, 6, 4)
ME = "cluster_admin"
MARK = {
    **stamp(),
    "oscar-sync.io/applied": applied_stamp(live("alpha", input=minio("data/in")).form, ME),
}
"""What this set has written last on a service that nobody changed since."""


def kinds(actions):
    return [action.kind for action in actions]


@pytest.mark.parametrize("release", [(3, 3, 3), (3, 5, 3), (3, 6, 3)])
def test_up_to_3_6_3_every_step_is_shown_and_blocked(release):
    there = view(
        live("beta", memory="1Gi", annotations=stamp("beta")),
        live("gamma", annotations=stamp("gamma")),
        live("delta", annotations=stamp("delta")),
        buckets=[bucket("data")],
        release=release,
        version=".".join(map(str, release)),
    )
    plan = planned(
        there,
        wanted("alpha"),
        wanted("beta", memory="2Gi"),
        prune=True,
        removed=(RemovedEntry(Which("delta"), ORIGIN),),
    )
    assert not plan.actions
    assert set(codes(plan)) == {"release-too-old"}
    assert sorted(kinds(item.action for item in plan.blocked)) == [
        ActionKind.CREATE, ActionKind.REMOVE, ActionKind.REMOVE, ActionKind.UPDATE,
    ]  # fmt: skip
    said = plan.blocked[0]
    assert f"OSCAR {'.'.join(map(str, release))}" in said.message
    assert "3.6.4" in said.ways_out[0]


@pytest.mark.parametrize("scope", [Scope.ADOPT, Scope.FORGET, Scope.SEED])
def test_up_to_3_6_3_the_narrow_commands_write_nothing_either(scope):
    mark = stamp("alpha") if scope is Scope.FORGET else {}
    files = seed("data/in")
    lacking = SeedDifference(uploads=(Upload("/files/in/a", "data/in/a", 1, "sha256:0"),))
    there = view(
        live("alpha", annotations=mark),
        buckets=[bucket("data")],
        release=(3, 5, 3),
        seeds={files: lacking},
    )
    services = seeded(files) if scope is Scope.SEED else ()
    plan = planned(
        there, wanted("alpha"), options=PlanOptions(scope, names=("alpha",)), services=services
    )
    assert (codes(plan), plan.actions) == (["release-too-old"], ())


def test_a_release_that_is_only_read_is_asked_for_nothing_that_it_does_not_tell():
    there = view(live("beta", expose=EXPOSED), release=(3, 5, 3), probes={}, is_admin=False)
    found = draft(there, wanted("alpha", input=minio("data/in")), wanted("beta"))
    missing = next(iter(found.missing.values()), None)
    assert missing is None or not (missing.probes or missing.deployments or missing.unlisted)


def test_a_cluster_whose_facts_contradict_each_other_is_not_written_to():
    there = view(release=(4, 0, 0), version="devel", release_problem="it has X and not Y")
    plan = planned(there, wanted("alpha"))
    assert codes(plan) == ["release-unknown"]
    assert "it has X and not Y" in plan.blocked[0].message
    assert "`devel`" in plan.blocked[0].message


@pytest.mark.parametrize("release", [OLDEST_WRITTEN, (3, 6, 5), (3, 7, 1), (4, 0, 0), (4, 1, 2)])
def test_from_3_6_4_on_services_are_written(release):
    plan = planned(view(release=release), wanted("alpha", input=minio("data/in")))
    assert (codes(plan), kinds(plan.actions)) == ([], [ActionKind.CREATE])


# -- a mount


@pytest.mark.parametrize(
    ("release", "is_admin", "code"),
    [((3, 7, 1), True, ["unsupported-by-server"]), ((3, 7, 1), False, []), ((4, 0, 0), True, [])],
)
def test_a_mount_is_updated_with_basic_credentials_since_4_0(release, is_admin, code):
    for services in ((), (live("alpha", mount=MOUNT),)):
        there = view(
            *services,
            buckets=[bucket("data", owner="cluster_admin" if is_admin else "me")],
            release=release,
            is_admin=is_admin,
            me=frozenset({"cluster_admin", "me"}),
            tag_owners={"data": "oscar"},
        )
        service = wanted("alpha", mount=MOUNT, memory="2Gi")
        blocked = planned(there, service).blocked
        found = [item.code for item in blocked]
        assert [one for one in found if one != "mount-not-private"] == code
        said = [one.message for one in blocked if one.code == "unsupported-by-server"]
        assert all("(accepted since v4.0.0)" in message for message in said)
    for scope, mark in ((Scope.ADOPT, {}), (Scope.FORGET, stamp())):
        options = PlanOptions(scope=scope, names=("alpha",))
        marked = live("alpha", mount=MOUNT, annotations=mark)
        there = view(marked, release=release, is_admin=is_admin)
        assert codes(planned(there, wanted("alpha", mount=MOUNT), options=options)) == code


def test_a_mounted_service_can_be_removed_all_the_same():
    there = view(
        live("alpha", mount=MOUNT, input=minio("in/in"), annotations=stamp()),
        buckets=[bucket("data"), bucket("in")],
        release=(3, 7, 1),
    )
    assert codes(planned(there, removed=(RemovedEntry(Which("alpha"), ORIGIN),))) == []


# -- exposed services of 4.0


def exposed(**fields):
    return live("alpha", expose=EXPOSED, annotations=stamp(), **fields)


def test_an_update_of_an_exposed_service_is_a_replace_on_4_0():
    there = view(exposed(), release=(4, 0, 0))
    service = wanted("alpha", expose=EXPOSED, memory="2Gi")
    plan = planned(there, service)
    assert codes(plan) == ["needs-replace"]
    why = "OSCAR 4.0.0 cannot update an exposed service (4.1.0 can)"
    assert plan.blocked[0].message == f"memory cannot change while the service exists: {why}"
    replaced = planned(there, service, allow=(Consent(Word.REPLACE, "alpha"),))
    assert [(action.kind, [step.do for step in action.steps]) for action in replaced.actions] == [
        (ActionKind.REPLACE, [Do.DELETE, Do.POST])
    ]
    assert replaced.actions[0].reason == f"no update can change memory: {why}"


def test_a_replace_names_only_fields_that_differ():
    there = view(exposed(vo="vo.example.org", labels={"owner_name": "x"}), release=(4, 0, 0))
    plan = planned(there, wanted("alpha", expose=EXPOSED, memory="2Gi"))
    assert plan.blocked[0].message.startswith("memory cannot change")


@pytest.mark.parametrize("release", [(3, 7, 1), (4, 1, 2)])
def test_other_releases_update_an_exposed_service(release):
    plan = planned(view(exposed(), release=release), wanted("alpha", expose=EXPOSED, memory="2Gi"))
    assert kinds(plan.actions) == [ActionKind.UPDATE]


def test_buckets_of_an_exposed_service_cannot_be_detached_on_4_0():
    there = view(exposed(input=minio("data/in")), buckets=[bucket("data")], release=(4, 0, 0))
    plan = planned(there, removed=(RemovedEntry(Which("alpha"), ORIGIN),))
    assert codes(plan) == ["cannot-detach"]
    assert "OSCAR 4.0.0 cannot update an exposed service" in plan.blocked[0].message


@pytest.mark.parametrize(
    ("scope", "way_out"), [(Scope.ADOPT, "--allow replace:alpha"), (Scope.FORGET, "keep the mark")]
)
def test_the_mark_of_an_exposed_service_is_not_written_on_4_0(scope, way_out):
    mark = stamp("alpha") if scope is Scope.FORGET else {}
    there = view(live("alpha", expose=EXPOSED, annotations=mark), release=(4, 0, 0))
    options = PlanOptions(scope, names=("alpha",))
    plan = planned(there, wanted("alpha", expose=EXPOSED), options=options)
    assert codes(plan) == ["unsupported-update"]
    assert way_out in plan.blocked[0].ways_out[0]
    assert "4.1.0 can" in plan.blocked[0].message


# -- what cannot be asked for


@pytest.mark.parametrize(("release", "restarts"), [((3, 7, 1), False), ((4, 1, 2), True)])
def test_a_script_alone_restarts_an_exposed_service_where_the_release_can(release, restarts):
    there = view(exposed(), release=release, deployments={})
    (action,) = planned(there, wanted("alpha", expose=EXPOSED, script="other\n")).actions
    assert (Do.RESTART in [step.do for step in action.steps]) is restarts
    said = "running instances keep the old values until they are replaced"
    assert (said in action.notes) is not restarts


@pytest.mark.parametrize("there", [(), (live("alpha", memory="1Gi"),)])
@pytest.mark.parametrize(("release", "is_said"), [((3, 7, 1), True), ((4, 0, 0), False)])
def test_a_wait_that_nobody_can_keep_is_said_in_the_plan(there, release, is_said):
    waits = (ServiceSettings(Which("alpha"), ORIGIN, wait_s=300),)
    (action,) = planned(view(*there, release=release), wanted("alpha"), services=waits).actions
    assert any("`wait` of the settings has no effect" in note for note in action.notes) is is_said


# -- tokens


@pytest.mark.parametrize(
    ("release", "mark", "fields", "is_said"),
    [
        ((3, 7, 1), {}, {}, True),
        ((3, 7, 1), MARK, {}, False),
        ((3, 7, 1), MARK, {"memory": "2Gi"}, True),
        ((3, 7, 1), MARK, {"owner": ""}, True),
        ((4, 0, 0), {}, {}, False),
        ((4, 0, 0), MARK, {"memory": "2Gi"}, False),
    ],
)
def test_what_another_tool_has_written_may_leave_uploads_unanswered(release, mark, fields, is_said):
    one = live("alpha", input=minio("data/in"), annotations=mark, **fields)
    there = view(one, release=release)
    plan = planned(there, wanted("alpha", input=minio("data/in")))
    said = [note for note in plan.notes if "answers uploads 401" in note]
    assert bool(said) is is_said
    assert ("answers uploads 401" in drift_text(plan)) is is_said
    context = Context(Facts(there), Settings("/files", set_name="laws"), {}, None)
    told = [note for note in cluster_findings(context).notes if "oscar-sync adopt NAME" in note]
    assert bool(told) is is_said


def test_a_service_that_no_put_can_change_is_not_created_on_3_6_4_with_buckets():
    service = wanted("alpha", interlink_node_name="n", input=minio("data/in"))
    assert codes(planned(view(release=OLDEST_WRITTEN), service)) == ["cannot-attach"]
    assert codes(planned(view(release=(3, 6, 5)), service)) == []


def test_no_level_is_named_while_the_inputs_are_out_of_a_service_of_single_users():
    """At level USER the server deletes the buckets of users that a PUT leaves out (222)."""
    users = {"isolation_level": "USER", "allowed_users": ["amy-0000000001", "bob-0000000001"]}
    there = view(
        live("alpha", input=minio("data/in"), bucket_list=["data-amy-000000"], **users),
        buckets=[bucket("data"), bucket("data-amy-000000")],
        release=(3, 7, 1),
        is_admin=False,
        me=frozenset({"cluster_admin"}),
    )
    found = draft(there, wanted("alpha", input=minio("data/in"), memory="2Gi", **users))
    (material,) = found.materials.values()
    (before,) = material.forms_before
    assert (before.isolation_level, before.input) == ("", ())
    assert found.plan.actions[0].erases == ()


def test_a_replace_names_its_buckets_in_the_last_request():
    both = minio("red/in", "blue/in")
    there = view(
        live("alpha", input=both, annotations=stamp()),
        buckets=[bucket("red"), bucket("blue")],
        release=(3, 7, 1),
    )
    service = wanted("alpha", input=both, expose=EXPOSED)
    found = draft(there, service, allow=(Consent(Word.REPLACE, "alpha"),))
    (action,) = found.plan.actions
    assert [step.do for step in action.steps if step.do not in {Do.HOOK, Do.MARKER}] == [
        Do.PUT, Do.DELETE, Do.POST, Do.PUT,
    ]  # fmt: skip
    (material,) = found.materials.values()
    assert material.first_form.input == ()
    assert len(material.form.input) == 2


@pytest.mark.parametrize(("release", "first"), [((3, 7, 1), []), ((4, 1, 2), ["red/in"])])
def test_two_inputs_in_a_new_bucket_make_it_new_to_the_last_request(release, first):
    """A PUT that adds an input to a bucket which the service has would stop uploads."""
    found = draft(view(release=release), wanted("alpha", input=minio("red/in", "red/more")))
    (material,) = found.materials.values()
    assert [entry.path for entry in material.first_form.input] == first
    assert len(material.form.input) == 2


@pytest.mark.parametrize(
    ("release", "is_admin", "is_said"),
    [((3, 6, 5), False, True), ((3, 7, 1), False, True), ((3, 7, 1), True, False),
     ((4, 0, 0), False, False)],
)  # fmt: skip
def test_under_a_token_it_is_said_who_may_start_a_private_service(release, is_admin, is_said):
    there = view(live("alpha"), release=release, is_admin=is_admin)
    before_the_first = view(release=release, is_admin=is_admin)
    for seen in (there, before_the_first):
        plan = planned(seen, wanted("alpha"))
        assert any("lets every user run private" in note for note in plan.notes) is is_said
    context = Context(Facts(there), Settings("/files", set_name="laws"), {}, None)
    notes = cluster_findings(context).notes
    assert any("lets every user run private" in note for note in notes) is is_said


@pytest.mark.parametrize(
    ("release", "is_admin", "is_said"),
    [((3, 6, 4), False, True), ((4, 0, 0), False, True), ((4, 0, 0), True, False),
     ((4, 1, 2), False, False)],
)  # fmt: skip
def test_under_a_token_it_is_said_who_may_delete_buckets(release, is_admin, is_said):
    there = view(live("alpha"), release=release, is_admin=is_admin)
    context = Context(Facts(there), Settings("/files", set_name="laws"), {}, None)
    for notes in (planned(there, wanted("alpha")).notes, cluster_findings(context).notes):
        assert any("lets every user delete public buckets" in note for note in notes) is is_said


@pytest.mark.parametrize(
    ("visibility", "is_admin", "is_said"),
    [("private", False, True), ("restricted", False, True), ("public", False, False),
     ("private", True, False)],
)  # fmt: skip
def test_under_a_token_no_new_bucket_is_promised_to_be_private(visibility, is_admin, is_said):
    """A name that was public once stays so on every release."""
    there = view(buckets=[bucket("there", owner="me")], is_admin=is_admin, me=frozenset({"me"}))
    service = wanted("alpha", input=minio("new/in", "there/in"), visibility=visibility)
    said = [note for note in planned(there, service).notes if "was public once" in note]
    assert any("whether new will be private is not known" in note for note in said) is is_said
    assert len(said) == is_said
    context = Context(Facts(there), Settings("/files", set_name="laws"), {}, None)
    found = any("was public once" in note for note in cluster_findings(context).notes)
    assert found is not is_admin


@pytest.mark.parametrize(
    ("release", "said"),
    [((3, 6, 4), "OSCAR 3.6.4 does not show its tags"), ((3, 7, 1), "it is not known whether"),
     ((4, 1, 2), "the server does not let you delete")],
)  # fmt: skip
def test_a_users_bucket_without_a_tag_of_theirs_is_not_deleted(release, said):
    """Up to 4.0 the server would delete one that another user made again under that name (226)."""
    there = view(
        live("alpha", output=minio("data/out"), owner="me", annotations=stamp()),
        buckets=[bucket("data", owner="me")],
        release=release,
        is_admin=False,
        me=frozenset({"me"}),
        tag_owners={"data": ""},
    )
    entry = RemovedEntry(Which("alpha"), ORIGIN, erase=("data",))
    (held,) = planned(there, removed=(entry,)).blocked
    assert held.code == "not-my-bucket"
    assert said in held.message
    way_out = "DELETE /system/buckets" if release < (3, 7, 0) else "ask the cluster's operator"
    assert way_out in held.ways_out[0]


def test_a_users_bucket_with_the_tag_of_another_is_for_that_one_to_delete():
    there = view(
        live("alpha", output=minio("data/out"), owner="me", annotations=stamp()),
        buckets=[bucket("data", owner="me")],
        is_admin=False,
        me=frozenset({"me"}),
        tag_owners={"data": "zoe"},
    )
    entry = RemovedEntry(Which("alpha"), ORIGIN, erase=("data",))
    (held,) = planned(there, removed=(entry,)).blocked
    assert held.ways_out == ("delete it as zoe",)
