"""Each guard holds back what it is there for, says its code, and names a way out."""

import pytest
from minio.commonconfig import Tags

from oscar_sync.model.action import ActionKind
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.report import Status
from oscar_sync.reconcile.once import ApplyOptions, Stop
from oscar_sync.semantics.stamp import OWNER
from tests.emulator.calling import SERVICES
from tests.property.proxy import no_fault
from tests.property.world import shown
from tests.support.services import STAMP, codes, minio, post, put, service
from tests.support.worlds import shared_world, stopping


def test_a_service_of_another_set_is_blocked_and_never_counted(world):
    post(world, annotations={STAMP: "other/laws.example.org/alpha"})
    world.write(service(memory="1Gi"))
    found = world.plan()
    assert codes(found) == ["not-ours"]
    world.write(service("beta"))
    world.write_settings(prune=True, max_removals=0)
    found = world.plan()
    assert not found.draft.plan.blocked
    assert not found.draft.plan.left_alone


def test_a_service_of_another_owner_is_blocked(world):
    post(world)
    put(world, owner="somebody")
    world.write(service(memory="1Gi"))
    assert codes(world.plan()) == ["not-ours"]


@pytest.mark.parametrize("is_marked", [True, False])
def test_an_owner_that_was_lost_is_drift_and_given_back_by_apply(world, is_marked):
    """Another client's PUT without `owner` takes it (036); a DELETE then leaves buckets (047)."""
    world.write(service(input=minio("red/in")))
    world.apply()
    lost = {key: value for key, value in world.live("alpha").items() if key != "owner"}
    if not is_marked:
        lost["annotations"] = {}
    world.api.put(lost, SERVICES)
    assert world.live("alpha")["owner"] == ""
    for scope in (Scope.DRIFT, Scope.ALL):
        (action,) = world.plan(PlanOptions(scope=scope)).draft.plan.actions
        assert [(one.path, one.before, one.after) for one in action.changes] == [
            ("owner", None, "cluster_admin")
        ]
        assert action.is_drifted
    _, report = world.apply()
    assert [item.status for item in report.results] == [Status.DONE]
    assert world.live("alpha")["owner"] == "cluster_admin"
    assert OWNER in world.live("alpha")["annotations"]
    assert not world.plan().draft.plan.actions


def test_services_without_a_mark_that_differ_in_nothing_are_named_with_how_to_mark_them(world):
    names = [f"svc-{number}" for number in range(7)]
    world.write(*map(service, names))
    for name in names:
        post(world, name)
    (note,) = [one for one in world.plan().draft.plan.notes if "mark" in one]
    assert "svc-4 and 2 more carry no mark of this set" in note
    assert "oscar-sync adopt svc-0 svc-1 svc-2 svc-3 svc-4 …" in note
    world.apply(PlanOptions(scope=Scope.ADOPT, names=tuple(names[:-1])))
    (note,) = world.plan().draft.plan.notes
    assert "svc-6 carries no mark of this set: nothing removes it" in note
    world.apply(PlanOptions(scope=Scope.ADOPT, names=tuple(names)))
    assert not world.plan().draft.plan.notes
    world.write_settings(set=None)
    assert not world.plan().draft.plan.notes


def test_an_owner_that_the_settings_name_may_be_updated_and_never_removed(world):
    world.write(service(), service("beta"))
    world.apply()
    put(world, owner="somebody")
    world.write(service(memory="1Gi"), service("beta"))
    world.write_settings(owners=["somebody"])
    assert [a.kind for a in world.plan().draft.plan.actions] == [ActionKind.UPDATE]
    world.write(service("beta"))
    world.write_settings(prune=True)
    found = world.plan()
    assert not found.draft.plan.actions
    assert not found.draft.plan.blocked
    world.write_settings(removed=["alpha"])
    assert codes(world.plan()) == ["not-mine"]


def test_a_copied_stamp_counts_as_none(world):
    post(world, annotations={STAMP: "laws/elsewhere.example.org/alpha"})
    world.write(service("beta"))
    world.write_settings(prune=True)
    assert [a.kind for a in world.plan().draft.plan.actions] == [ActionKind.CREATE]


def test_a_federation_worker_is_blocked_without_any_consent(world):
    post(world)
    put(world, annotations={"oscar.grycap/federation-worker": "true"})
    world.write(service(memory="1Gi"))
    found = world.plan()
    assert codes(found) == ["federation-worker"]
    assert not found.draft.plan.blocked[0].consent


@pytest.mark.parametrize(
    "change",
    [
        {"volume": {"size": "1Gi", "mount_path": "/d"}},
        {"expose": {"api_port": [80], "min_scale": 1, "max_scale": 1, "cpu_threshold": 80}},
    ],
)
def test_what_no_put_can_change_needs_a_replace(world, change):
    world.write(service())
    world.apply()
    world.write(service(**change))
    assert codes(world.plan()) == ["needs-replace"]


MOUNT = {"storage_provider": "minio.default", "path": "red/models"}


@pytest.fixture
def left_mount(world):
    """A bucket whose service had made and mounted it, and is gone: DELETE changes its owner."""
    post(world, output=minio("red/out"), mount=MOUNT)
    world.put("red", "models/one", b"kept")
    assert world.api.call("DELETE", f"{SERVICES}/alpha", None).status == 204
    assert "red" in world.buckets()


@pytest.mark.usefixtures("left_mount")
def test_a_bucket_that_the_server_does_not_mount_is_no_create_that_fails(world):
    world.write(service(mount=MOUNT))
    found = world.plan()
    assert codes(found) == ["mount-not-private"]
    [held] = found.draft.plan.blocked
    assert "whose owner tag is cluster_admin" in held.message
    assert any("mc tag set edge/red owner=oscar" in way for way in held.ways_out)
    # What the command does:
    tags = Tags.new_bucket_tags()
    tags["owner"] = "oscar"
    world.store.set_bucket_tags("red", tags)
    _, report = world.apply()
    assert [item.status for item in report.results] == [Status.DONE]
    assert world.live("alpha")["mount"]["path"] == "red/models"


@pytest.mark.usefixtures("left_mount")
def test_an_update_that_would_mount_such_a_bucket_is_blocked_and_one_beside_it_is_not(world):
    world.write(service())
    world.apply()
    world.write(service(mount=MOUNT))
    assert codes(world.plan()) == ["mount-not-private"]
    world.write(service(memory="1Gi"))
    assert codes(world.plan()) == []


def test_an_update_of_what_mounts_such_a_bucket_already_is_blocked_too(world):
    """Each PUT mounts it anew, also one that leaves the mount as it is."""
    post(world, "beta", output=minio("red/out"), mount=MOUNT)
    world.write(service(mount=MOUNT), service("beta", output=minio("red/out"), mount=MOUNT))
    world.apply()
    assert world.api.call("DELETE", f"{SERVICES}/beta", None).status == 204
    world.write(service(mount=MOUNT, memory="1Gi"))
    assert codes(world.plan()) == ["mount-not-private"]


def test_a_bucket_that_everybody_may_use_is_not_mounted_nor_mounted_again(world):
    """The server asks with each POST and PUT, also one that leaves the mount as it is."""
    world.write(service(mount=MOUNT))
    world.apply()
    post(world, "beta", mount=MOUNT, visibility="public")
    world.api.put({**world.live("beta"), "memory": "1Gi"}, SERVICES)  # publishes the bucket
    world.write(service(mount=MOUNT, memory="1Gi"), service("gamma", mount=MOUNT))
    found = world.plan()
    assert codes(found) == ["mount-not-private", "mount-not-private"]
    assert "bucket red is public" in found.draft.plan.blocked[0].message
    answer = world.api.put({**world.live("alpha"), "memory": "1Gi"}, SERVICES)
    assert (answer.status, answer.text) == (
        500, 'the bucket "red" must be private to be used as mount'
    )  # fmt: skip
    world.api.call("PUT", "/system/buckets", {"bucket_name": "red", "visibility": "private"})
    assert codes(world.plan()) == []


@pytest.mark.usefixtures("left_mount")
def test_such_a_bucket_is_mounted_by_a_service_that_has_it_as_output_too(world):
    world.write(service(output=minio("red/out"), mount=MOUNT))
    assert codes(world.plan()) == []
    _, report = world.apply()
    assert [item.status for item in report.results] == [Status.DONE]


def test_a_put_that_adds_buckets_says_how_often_the_store_restarts_and_how_long_it_may_take(world):
    """Eleven of them outlived a timeout of 60 s."""
    places = [place for number in range(11) for place in minio(f"b{number:02}/in")]
    for number in range(11):
        world.store.make_bucket(f"b{number:02}")
    world.write(service(input=places))
    (action,) = world.plan().draft.plan.actions
    assert [step.restarts for step in action.steps if step.restarts] == [1, 11]
    said = "restarts the cluster's store 11 times, which takes about 70 s: its timeout is 195 s"
    assert any(said in note for note in action.notes)
    world.write(service())
    world.apply()
    world.write(service(input=places[:3]))
    (action,) = world.plan().draft.plan.actions
    assert action.steps[0].restarts == 3
    assert any("restarts the cluster's store 3 times" in note for note in action.notes)
    world.write(service(input=places[:2]))
    (action,) = world.plan().draft.plan.actions
    assert not any("restarts the cluster's store" in note for note in action.notes)


TWO = minio("red/a", "red/b")


def test_a_second_input_in_a_bucket_needs_the_store(world):
    """Nobody else sets its notification (140)."""
    world.entry = {"s3_endpoint": "http://127.0.0.1:9"}
    for is_live in (False, True):
        if is_live:
            post(world)
        world.write(service(input=TWO))
        found = world.plan()
        assert codes(found) == ["hook-needs-store"]
        assert "uploads to red/b/ start nothing" in found.draft.plan.blocked[0].message
    world.write(service(input=TWO[:1]))
    assert codes(world.plan()) == []


def test_a_second_input_in_a_bucket_is_blocked_where_no_put_can_add_it(world):
    world.write(service(input=TWO, interlink_node_name="node"))
    found = world.plan()
    assert codes(found) == ["cannot-attach"]
    assert "red/b needs a second request, and an update" in found.draft.plan.blocked[0].message


def on_minio(world, **account):
    """Return a service whose input is on a MinIO that is called by a name of its own."""
    own = {
        "endpoint": world.emulator.s3_url,
        "access_key": world.emulator.access_key,
        "secret_key": world.emulator.secret_key,
        "region": "us-east-1",
        "verify": False,
    }
    place = {"storage_provider": "minio.lab", "path": "red/in"}
    return service(input=[place], storage_providers={"minio": {"lab": {**own, **account}}})


@pytest.mark.parametrize(
    "account",
    [{"endpoint": "https://minio.example.org"}, {"access_key": "me"}, {"secret_key": "mine"}],
    ids=["address", "access key", "secret key"],
)
@pytest.mark.parametrize("is_live", [False, True], ids=["create", "update"])
def test_an_input_on_another_minio_than_the_clusters_own_is_blocked(world, account, is_live):
    """The server answers that it "is not the configured in OSCAR"."""
    if is_live:
        post(world)
    world.write(on_minio(world, **account))
    found = world.plan()
    assert codes(found) == ["input-elsewhere"]
    assert "input[0] is on minio.lab" in found.draft.plan.blocked[0].message
    assert world.api.post({**on_minio(world, **account), "name": "beta"}).status == 500


def test_an_input_on_the_clusters_own_minio_may_have_another_name(world):
    world.write(on_minio(world))
    _, report = world.apply()
    assert [item.status for item in report.results] == [Status.DONE]


def test_a_bucket_that_somebody_deleted_is_drift_and_an_update_makes_it_again(world):
    """A PUT of what stands makes bucket, folder and notification again (oscar-server 4.4)."""
    world.write(
        service(input=minio("red/in"), output=minio("blue/out"), mount=minio("mounted/x")[0])
    )
    world.apply()
    for bucket in ("red", "blue", "mounted"):
        for item in world.store.list_objects(bucket, recursive=True):
            world.store.remove_object(bucket, item.object_name)
        world.store.remove_bucket(bucket)
    (action,) = world.plan().draft.plan.actions
    assert action.kind is ActionKind.UPDATE
    assert action.is_drifted
    assert [change.path for change in action.changes] == [
        "bucket.blue", "bucket.mounted", "bucket.red",
    ]  # fmt: skip
    _, report = world.apply()
    assert [item.status for item in report.results] == [Status.DONE]
    assert world.buckets() >= {"red", "blue", "mounted"}
    assert world.hooks("red")
    assert not world.plan(PlanOptions(checks_all_hooks=True)).draft.plan.actions


def test_a_missing_bucket_is_drift_also_beside_a_change_in_the_files(world):
    world.write(service(input=minio("red/in"), output=minio("blue/out")))
    world.apply()
    world.api.call("DELETE", "/system/buckets/red")
    world.api.call("DELETE", "/system/buckets/blue")
    world.write(service(input=minio("red/in"), memory="2Gi"))
    (action,) = world.plan().draft.plan.actions
    assert action.is_drifted
    assert sorted(change.path for change in action.changes) == [
        "bucket.red", "memory", "output[0]",
    ]  # fmt: skip
    world.apply()
    assert world.hooks("red")
    assert "blue" not in world.buckets()


def test_a_deleted_bucket_that_a_mark_names_is_seen_by_each_plan(world):
    world.store.make_bucket("red")
    world.write(service(input=minio("red/in")))
    world.apply()
    world.store.remove_object("red", "in/")
    world.store.remove_bucket("red")
    (action,) = world.plan().draft.plan.actions
    assert [change.path for change in action.changes] == ["bucket.red"]
    world.apply()
    assert world.hooks("red")
    found = world.plan()
    assert (found.draft.plan.actions, codes(found)) == ((), [])


def _delete_bucket(world, name):
    for item in world.store.list_objects(name, recursive=True):
        world.store.remove_object(name, item.object_name)
    world.store.remove_bucket(name)


@pytest.mark.parametrize("newcomer", ["a", "z"])
def test_a_deleted_bucket_that_a_new_service_uses_too_is_made_once_and_starts_both(world, newcomer):
    """OSCAR refuses a POST that names a bucket which exists, and its PUT sets no notification."""
    world.write(service("beta", input=minio("red/b")))
    world.apply()
    _delete_bucket(world, "red")
    world.write(service("beta", input=minio("red/b")), service(newcomer, input=minio("red/in")))
    found, report = world.apply()
    update = next(one for one in found.draft.plan.actions if one.key.name == "beta")
    assert [change.path for change in update.changes] == ["bucket.red"]
    assert [item.status for item in report.results] == [Status.DONE] * 2
    assert world.hooks("red") == {("beta", "b/"), (newcomer, "in/")}
    assert not world.plan(PlanOptions(checks_all_hooks=True)).draft.plan.actions


@pytest.mark.parametrize("is_declared", [True, False])
@pytest.mark.parametrize("written", [1, 2])
def test_a_run_that_was_cut_off_after_it_made_a_bucket_again_loses_no_notification(
    world, is_declared, written
):
    names = ["beta"] if is_declared else ["alpha", "beta"]
    world.write(service("beta", input=minio("red/beta")))
    world.apply()
    world.write(*(service(name, input=minio(f"red/{name}")) for name in names))
    world.write_settings(buckets={"red": {"visibility": "private"}} if is_declared else {})
    world.apply()
    _delete_bucket(world, "red")
    stop = Stop()
    world.oscar.fault = world.s3.fault = stopping(stop, after=written)
    world.apply(apply=ApplyOptions(stop=stop))
    world.oscar.fault = world.s3.fault = no_fault
    assert ("beta", "beta/") not in world.hooks("red")
    world.apply()
    assert world.hooks("red") == {(name, f"{name}/") for name in names}
    assert not world.plan(PlanOptions(checks_all_hooks=True)).draft.plan.actions


def test_a_run_that_was_cut_off_after_a_new_service_made_the_bucket_loses_no_notification(world):
    world.write(service("beta", input=minio("red/b")))
    world.apply()
    _delete_bucket(world, "red")
    world.write(service("a", input=minio("red/in")), service("beta", input=minio("red/b")))
    stop = Stop()
    world.oscar.fault = stopping(stop, after=1)
    world.apply(apply=ApplyOptions(stop=stop))
    world.oscar.fault = no_fault
    assert world.hooks("red") == {("a", "in/")}
    world.apply()
    assert world.hooks("red") == {("a", "in/"), ("beta", "b/")}


def test_a_deleted_bucket_that_the_settings_declare_starts_its_service_again(world):
    world.write(service(input=minio("red/in")))
    world.apply()
    world.write_settings(buckets={"red": {"visibility": "private"}})
    world.apply()
    _delete_bucket(world, "red")
    _, report = world.apply()
    assert [item.status for item in report.results] == [Status.DONE] * 2
    assert world.hooks("red") == {("alpha", "in/")}


def test_a_deleted_bucket_is_seeded_once_it_is_made_again(world):
    world.write(service(output=minio("red/out")))
    (world.folder / "files").mkdir()
    (world.folder / "files" / "one").write_text("1", encoding="utf-8")
    row = {"from": "files", "to": "minio.default:red/files"}
    world.write_settings(services={"alpha": {"seeds": [row]}})
    world.apply()
    _delete_bucket(world, "red")
    _, report = world.apply()
    assert [item.status for item in report.results] == [Status.DONE] * 2
    assert ("red", "files/one") in world.objects()


def test_a_protected_service_is_not_removed(world):
    world.write(service(), service("beta"))
    world.apply()
    world.write(service("beta"))
    world.write_settings(removed=["alpha"], services={"alpha": {"protect": True}})
    assert codes(world.plan()) == ["protected"]


def test_more_candidates_than_max_removals_are_all_blocked(world):
    names = [f"svc-{at}" for at in range(4)]
    world.write(*map(service, names), service("beta"))
    world.apply()
    world.write(service("beta"))
    world.write_settings(prune=True, max_removals=3)
    assert codes(world.plan()) == ["too-many-removals"] * 4
    world.write_settings(max_removals=4)
    assert codes(world.plan()) == []


def test_without_prune_a_candidate_is_left_alone_and_named(world):
    world.write(service(), service("beta"))
    world.apply()
    world.write(service("beta"))
    found = world.plan()
    assert not found.draft.plan.actions
    assert [item.key.name for item in found.draft.plan.left_alone] == ["alpha"]


def test_a_volume_that_goes_with_its_service_holds_the_removal_back(world):
    volume = {"size": "1Gi", "mount_path": "/d", "lifecycle_policy": "delete"}
    world.write(service(volume=volume), service("beta"))
    world.apply()
    world.write(service("beta"))
    world.write_settings(removed=["alpha"])
    assert codes(world.plan()) == ["erases-volume"]


def test_an_input_in_an_existing_bucket_waits_for_the_store(world):
    world.store.make_bucket("red")
    world.entry["s3_endpoint"] = "http://127.0.0.1:9"
    world.write(service(input=minio("red/in")))
    found = world.plan()
    assert codes(found) == ["hook-needs-store"]
    assert "notifications not checked" in shown(found)


@pytest.mark.parametrize(
    "before", [{"output": minio("red/out")}, {"input": minio("red/other")}, {"output": []}]
)
def test_an_update_waits_for_the_store_where_it_has_to_set_a_hook(world, before):
    """Also on a bucket that the service has already: OSCAR sets hooks on those it makes alone."""
    world.store.make_bucket("red")
    world.write(service(**before))
    world.apply()
    world.entry["s3_endpoint"] = "http://127.0.0.1:9"
    world.write(service(input=minio("red/in")))
    assert codes(world.plan()) == ["hook-needs-store"]


def test_an_update_without_the_store_keeps_what_the_stamp_vouches_for(world):
    world.store.make_bucket("red")
    world.write(service(input=minio("red/in")))
    world.apply()
    vouched = world.live("alpha")["annotations"]["oscar-sync.io/hooks"]
    world.entry["s3_endpoint"] = "http://127.0.0.1:9"
    world.write(service(input=minio("red/in"), memory="1Gi"))
    world.apply()
    assert world.live("alpha")["memory"] == "1Gi"
    assert world.live("alpha")["annotations"]["oscar-sync.io/hooks"] == vouched


def test_an_image_that_the_cluster_does_not_allow_is_blocked(world):
    world.api.call("PUT", "/system/config", {"allowed_image_repositories": ["ghcr.io/only"]})
    world.write(service())
    try:
        assert codes(world.plan()) == ["image-not-allowed"]
    finally:
        world.api.call("PUT", "/system/config", {"allowed_image_repositories": []})


def test_a_secret_without_a_value_is_blocked_before_anything_is_sent(world):
    world.write(service(environment={"secrets": {"NOBODY_KNOWS": ""}}))
    assert codes(world.plan()) == ["secret-values-missing"]


def test_a_secret_that_left_its_manifest_is_to_be_declared_again_or_goes_with_the_service(world):
    """A value for a name that no manifest declares would not be taken from anywhere."""
    world.write(service(environment={"secrets": {"TOKEN": "x"}}))
    world.apply()
    world.write(service())
    assert "still injected, although no manifest declares them: edge/alpha TOKEN" in shown(
        world.plan()
    )
    world.write(service(memory="1Gi"))
    found = world.plan()
    assert codes(found) == ["secret-values-missing"]
    assert found.draft.plan.blocked[0].ways_out == (
        "declare TOKEN again, with a value in env_file or an overlay",
        "remove the service and apply: its data stays, and the secret is deleted",
    )
    world.write(service(memory="1Gi", environment={"secrets": {"TOKEN": "x"}}))
    world.apply()
    assert world.live("alpha")["memory"] == "1Gi"


def test_a_public_service_does_not_open_a_bucket_with_objects(world):
    world.api.post({"bucket_name": "red", "visibility": "private"}, "/system/buckets")
    world.put("red", "kept", b"x")
    world.write(service(output=minio("red/out"), visibility="public"))
    assert codes(world.plan()) == ["foreign-bucket"]


def test_a_name_that_is_taken_out_of_sight_is_no_free_one(world):
    world.write(service())
    world.emulator.fault(f"GET {SERVICES}/alpha:403")
    assert codes(world.plan()) == ["name-hidden"]


def test_a_seed_into_a_bucket_that_nobody_makes_is_blocked(world):
    world.write(service())
    (world.folder / "files").mkdir()
    (world.folder / "files" / "one").write_text("1")
    seed = {"from": "files", "to": "minio.default:nowhere/x"}
    world.write_settings(services={"alpha": {"seeds": [seed]}})
    assert codes(world.plan()) == ["no-such-bucket"]


def test_a_hook_that_wakes_with_its_service_is_told_of_and_goes_with_hooks(world):
    world.write(service(input=minio("red/old")))
    world.apply()
    world.emulator.wipe()
    world.write(service(output=minio("red/out")))
    _, report = world.apply()
    assert "red/old/" in report.results[0].warnings[-1]
    world.apply(PlanOptions(checks_all_hooks=True))
    assert not world.hooks("red")


def test_a_hook_left_by_a_run_cut_short_goes_with_the_next_update(world):
    world.write(service(input=minio("red/in")), service("beta"))
    world.apply()
    world.put("red", "kept", b"x")
    world.write(service(output=minio("blue/out")), service("beta"))
    calls = []

    def fault(method, path, query):
        calls.append(path)
        return "reset" if method == "PUT" else ""

    world.s3.fault = fault
    world.apply()
    world.s3.fault = lambda *_: ""
    assert world.hooks("red")
    world.write(service(output=minio("blue/out"), memory="1Gi"), service("beta"))
    world.apply()
    assert not world.hooks("red")


def test_a_removal_goes_on_although_its_bucket_was_taken_away_by_hand(world):
    world.write(service(input=minio("red/in"), output=minio("blue/out")), service("beta"))
    world.apply()
    for item in list(world.store.list_objects("blue", recursive=True)):
        world.store.remove_object("blue", item.object_name)
    world.store.remove_bucket("blue")
    world.write(service("beta"))
    world.write_settings(removed=["alpha"])
    found, _ = world.apply()
    assert "notifications not checked" not in shown(found)
    assert world.names() == {"beta"}
    assert not world.hooks("red")


def test_a_consumer_is_written_before_its_producer_and_removed_after_it(world):
    pair = (service("alpha", output=minio("red/in")), service("zeta", input=minio("red/in")))
    world.write(*pair, service("beta"))
    found, _ = world.apply()
    names = [a.key.name for a in found.draft.plan.actions]
    assert names.index("zeta") < names.index("alpha")
    world.write(service("beta"))
    world.write_settings(removed=["alpha", "zeta"])
    assert [a.key.name for a in world.plan().draft.plan.actions] == ["alpha", "zeta"]


def test_an_adoption_needs_a_manifest(world):
    post(world)
    world.write(service("beta"))
    found = world.plan(PlanOptions(scope=Scope.ADOPT, names=("alpha",)))
    assert codes(found) == ["no-manifest"]


@pytest.mark.parametrize(
    ("live", "wanted", "cause"),
    [
        ("1Gi", "2Gi", "changed in the files"),
        ("3Gi", "1Gi", "changed on the cluster"),
        ("3Gi", "2Gi", "both"),
    ],
)
def test_a_difference_is_somebodys(world, live, wanted, cause):
    world.write(service(memory="1Gi"))
    world.apply()
    if live != "1Gi":
        put(world, memory=live)
    world.write(service(memory=wanted))
    [action] = world.plan().draft.plan.actions
    assert [change.cause.value for change in action.changes] == [cause]


def test_without_a_stamp_nobody_is_blamed(world):
    post(world, memory="1Gi")
    world.write(service(memory="2Gi"))
    [action] = world.plan().draft.plan.actions
    assert action.changes[0].cause.value == "cause unknown"


_old_world, old_world = shared_world("old_world", oscar_version="4.0")
"""The same on OSCAR 4.0."""


def test_an_older_release_gets_what_it_reads_and_no_field_that_it_lacks(old_world):
    expose = {"api_port": [8080], "min_scale": 1, "max_scale": 1, "cpu_threshold": 80}
    old_world.write(service(expose=expose))
    _, report = old_world.apply()
    assert [item.status for item in report.results] == [Status.DONE]
    assert old_world.live("alpha")["expose"]["api_port"] == 8080
    assert not old_world.plan().draft.plan.actions

    old_world.write(service(expose={**expose, "max_scale": 2}))
    old_world.apply()
    assert not old_world.plan().draft.plan.actions
    old_world.write(service(expose={**expose, "auth_type": "basic"}))
    assert codes(old_world.plan()) == ["unsupported-by-server"]
    old_world.write(service("beta", ephemeral_storage_request="1Gi"))
    assert codes(old_world.plan()) == ["unsupported-by-server"]


def test_a_deleted_bucket_of_a_service_that_takes_no_update_is_made_by_hand(old_world):
    """No service is replaced, and nothing deleted, for a bucket that is not there."""
    expose = {"api_port": [8080], "min_scale": 1, "max_scale": 1, "cpu_threshold": 80}
    old_world.write(service(expose=expose, input=minio("red/in")))
    old_world.apply()
    old_world.store.remove_object("red", "in/")
    old_world.store.remove_bucket("red")
    looking = PlanOptions(checks_all_hooks=True)
    found = old_world.plan(looking)
    assert codes(found) == ["bucket-gone"]
    assert "OSCAR 4.0.0 cannot update an exposed service" in shown(found)
    assert "mc mb edge/red" in shown(found)
    assert "erase" not in shown(found)
    old_world.store.make_bucket("red")
    old_world.apply(looking)
    assert old_world.hooks("red") == {("alpha", "in/")}
    found = old_world.plan(looking)
    assert (found.draft.plan.actions, codes(found)) == ((), [])


def test_a_stopped_service_is_started_before_it_is_updated(world):
    expose = {"api_port": [80], "min_scale": 1, "max_scale": 1, "cpu_threshold": 80}
    world.write(service(expose=expose))
    world.apply()
    world.api.call("POST", f"{SERVICES}/alpha/stop")
    world.write(service(expose=expose, memory="1Gi"))
    assert codes(world.plan()) == ["stopped"]
    world.api.call("POST", f"{SERVICES}/alpha/start")
    assert codes(world.plan()) == []


def test_a_name_that_cannot_be_asked_for_is_no_free_one(world):
    world.write(service())
    world.emulator.fault(f"GET {SERVICES}/alpha:500-before")
    assert codes(world.plan()) == ["name-unknown"]


def test_a_stamp_needs_a_set(world):
    post(world)
    world.write(service())
    world.write_settings()
    text = (world.folder / "oscar-sync.yaml").read_text()
    (world.folder / "oscar-sync.yaml").write_text(text.replace("set: laws\n", ""))
    found = world.plan(PlanOptions(scope=Scope.ADOPT, names=("alpha",)))
    assert codes(found) == ["no-set"]


def test_a_seed_below_an_input_of_another_service_needs_a_word(world):
    post(world, input=minio("red/in"))
    world.write(service("beta", output=minio("blue/out")))
    (world.folder / "files").mkdir()
    (world.folder / "files" / "one").write_text("1")
    seed = {"from": "files", "to": "minio.default:red/in/x"}
    world.write_settings(services={"beta": {"seeds": [seed]}})
    (held,) = world.plan().draft.plan.blocked
    assert held.code == "seed-triggers"
    assert held.message == "uploads to red/in/x start a service on the cluster"
    world.write_settings(services={"beta": {"seeds": [{**seed, "trigger": True}]}})
    found = world.plan()
    assert codes(found) == []
    assert "starts 1 job" in shown(found)


def test_a_seed_waits_for_the_store(world):
    world.write(service(output=minio("red/out")))
    world.apply()
    (world.folder / "files").mkdir()
    (world.folder / "files" / "one").write_text("1")
    world.entry["s3_endpoint"] = "http://127.0.0.1:9"
    seed = {"from": "files", "to": "minio.default:red/x"}
    world.write_settings(services={"alpha": {"seeds": [seed]}})
    assert codes(world.plan()) == ["store-unreachable"]


def test_only_the_names_given_are_not_planned_on_a_cluster_that_is_not_read(world):
    world.write(service(), service("beta"))
    world.entry["endpoint"] = "http://127.0.0.1:9"
    world.write_settings()
    found = world.plan(PlanOptions(scope=Scope.REMOVE, names=("gone", "edge/beta", "other/beta")))
    assert [str(item.key) for item in found.draft.plan.not_planned] == ["edge/gone", "edge/beta"]


def test_a_cluster_that_answers_nonsense_is_not_called_unreachable(world):
    world.write(service())
    world.emulator.fault(f"GET {SERVICES}:500-before")
    assert "edge: UNREADABLE" in shown(world.plan())


def test_a_bucket_that_no_put_can_attach_is_no_use(world):
    world.store.make_bucket("red")
    world.write(service(input=minio("red/in"), interlink_node_name="vk-node"))
    assert codes(world.plan()) == ["cannot-attach"]


def test_an_update_that_the_server_fails_on_is_not_sent(world):
    users = {"isolation_level": "USER", "allowed_users": ["a@example.org"]}
    world.write(service(input=minio("red/in"), **users))
    world.apply()
    world.write(service(input=minio("red/in"), memory="1Gi", **users))
    assert codes(world.plan()) == ["unsupported-update"]
    world.write(service(input=minio("red/in"), memory="1Gi", isolation_level="SERVICE"))
    assert codes(world.plan()) == []


def test_a_volume_that_is_there_is_never_asked_for_anew(world):
    """On an early failure of that POST the server would delete it (oscar-server 6.1)."""
    volume = {"size": "1Gi", "mount_path": "/d", "lifecycle_policy": "retain"}
    world.write(service(volume=volume), service("beta"))
    world.apply()
    world.write(service("beta"))
    world.write_settings(removed=["alpha"])
    world.apply()
    world.write_settings(removed=[])
    world.write(service(volume=volume), service("beta"))
    (action,) = world.plan().draft.plan.actions
    assert "volume.size" not in {change.path for change in action.changes}
    world.write(service("beta", volume={**volume, "name": "alpha"}))
    assert codes(world.plan()) == ["volume-exists"]

    world.write(service(volume={"name": "alpha", "mount_path": "/d"}), service("beta"))
    _, report = world.apply()
    assert [item.status for item in report.results] == [Status.DONE]
    assert world.live("alpha")["volume"]["name"] == "alpha"


def test_a_volume_that_nobody_makes_is_missing(world):
    shared = {"name": "data", "mount_path": "/d"}
    world.write(service("beta", volume=shared))
    assert codes(world.plan()) == ["no-such-volume"]
    world.write(service("beta", volume=shared), service("zeta", volume={**shared, "size": "1Gi"}))
    _, report = world.apply()
    assert [item.status for item in report.results] == [Status.DONE] * 2
