"""Each thing that OSCAR leaves behind is really produced, found, and told how to remove."""

import pytest

from oscar_sync.model.diagnostic import Severity
from oscar_sync.model.finding import By
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.step import Do
from oscar_sync.reconcile.examine import examinations
from tests.emulator.calling import SERVICES
from tests.property.conftest import _world, world
from tests.property.world import SET
from tests.support.worlds import shared_world

__all__ = ["_world", "world"]

STAMP = f"{SET}/laws.example.org"


def service(name="alpha", **more):
    return {"name": name, "image": "ghcr.io/x/a:1", "script": "s\n", **more}


def minio(*paths):
    return [{"storage_provider": "minio.default", "path": path} for path in paths]


def post(world, name="alpha", status=201, **more):
    got = world.api.post(service(name, **more))
    assert got.status == status, got.text


def put(world, name="alpha", **more):
    assert world.api.put(service(name, owner="cluster_admin", **more), SERVICES).status < 600


def examine(world, then=None):
    if not (world.folder / "oscar-sync.yaml").exists():
        world.write_settings()
    before = world.objects()
    world.forget()
    with world.connections() as connections:
        (found,) = examinations(world.desire(needs_manifests=False), connections, then)
    assert not [*world.oscar.writes, *world.s3.writes]
    assert world.objects() == before
    return found


def codes(found):
    return [(item.code, item.name) for item in found.findings]


def one(found, code):
    (item,) = [item for item in found.findings if item.code == code]
    assert item.message
    assert item.why
    assert item.remedies
    return item


def commands(item, by=None):
    return [remedy.do for remedy in item.remedies if by in (None, remedy.by)]


def test_a_clean_cluster_has_no_findings(world):
    world.write(service(input=minio("red/in"), output=minio("red/out")))
    world.apply()
    found = examine(world)
    assert found.is_read
    assert found.findings == ()
    assert (found.services, found.buckets) == (1, 1)


# buckets


def test_a_failed_create_leaves_a_bucket_and_a_notification_of_nobody(world):
    world.store.make_bucket("blue")
    post(world, status=500, input=minio("red/in"), output=minio("blue/out"))
    world.put("red", "in/precious", b"12345")
    found = examine(world)
    assert codes(found) == [("OSY603", "red"), ("OSY612", "blue"), ("OSY612", "red")]
    orphan = found.findings[2]
    assert (orphan.holds.objects, orphan.holds.size_bytes) == (1, 5)
    erase = commands(orphan)
    assert "- {bucket: red, erase: true}" in erase
    assert "oscar-sync bucket delete red -c edge" in erase
    assert commands(one(found, "OSY603")) == [
        "mc event remove edge/red arn:minio:sqs::alpha:webhook --event put --prefix in/",
        "mc admin config reset edge notify_webhook:alpha",
    ]


def test_an_orphan_that_a_manifest_names_is_attached_by_an_apply(world):
    post(world, status=500, input=minio("red/in", "red/two"))
    world.write(service(input=minio("red/in")))
    found = examine(world)
    assert commands(one(found, "OSY612")) == ["oscar-sync apply"]
    world.apply()
    assert ("OSY612", "red") not in codes(examine(world))


def by_name(world):
    world.apply(PlanOptions(scope=Scope.REMOVE, names=("alpha",)))
    world.write()


def by_name_while_a_manifest_has_it(world):
    world.apply(PlanOptions(scope=Scope.REMOVE, names=("alpha",)))


def by_prune(world):
    world.write(service("beta"))
    world.write_settings(prune=True)
    world.apply()


def by_an_entry_that_is_taken_out(world):
    world.write(service("beta"))
    world.write_settings(removed=["alpha"])
    world.apply()
    world.write_settings(removed=[])


@pytest.mark.parametrize(
    "removed",
    [by_name, by_name_while_a_manifest_has_it, by_prune, by_an_entry_that_is_taken_out],
)
def test_what_a_removal_keeps_is_a_note_until_something_uses_it_again(world, removed):
    world.write(service(input=minio("red/in"), output=minio("red/out")))
    world.apply()
    removed(world)
    found = examine(world)
    assert found.findings == ()
    assert "bucket red is kept, since a removal by set laws left it" in found.notes
    world.write(service("gamma", input=minio("red/in")))
    world.apply()
    assert "is kept" not in " ".join(examine(world).notes)


def test_what_a_removal_kept_is_a_finding_once_another_tool_has_detached_it(world):
    """The service came back and used the bucket: the mark of the removal says nothing of that."""
    world.write(service(output=minio("red/out")))
    world.apply()
    by_name_while_a_manifest_has_it(world)
    world.apply()
    put(world)
    world.write()
    found = examine(world)
    assert ("OSY614", "red") in codes(found)
    assert "is kept" not in " ".join(found.notes)


def test_what_another_set_keeps_is_a_finding(world):
    world.write(service(output=minio("red/out")))
    world.apply()
    by_name(world)
    world.write_settings(set="others")
    assert codes(examine(world)) == [("OSY604", "red"), ("OSY614", "red")]


def marked_as_kept(world, name):
    found, _ = world.apply(PlanOptions(scope=Scope.REMOVE, names=(name,)))
    (action,) = found.draft.plan.actions
    return [step.target for step in action.steps if step.do is Do.TAG_KEPT]


def test_a_removal_marks_only_what_nothing_uses_and_no_set_manages(world):
    world.write(
        service(output=minio("red/out", "blue/out")), service("beta", input=minio("blue/in"))
    )
    world.write_settings(buckets={"red": {}})
    world.apply()
    assert marked_as_kept(world, "alpha") == []
    assert marked_as_kept(world, "beta") == []  # the manifest of alpha names it
    world.write(service("beta", input=minio("blue/in")))
    world.apply()
    world.write()
    assert marked_as_kept(world, "beta") == ["blue"]


def test_a_bucket_that_outlived_its_service_is_kept_and_weighed(world):
    post(world, output=minio("red/out"))
    world.put("red", "out/one", b"x" * 1000)
    world.put("red", "out/two", b"x" * 234)
    put(world)
    world.api.call("DELETE", f"{SERVICES}/alpha")
    kept = one(examine(world), "OSY614")
    assert kept.name == "red"
    assert kept.message == "no service uses it; alpha made it and no longer exists"
    assert (kept.holds.objects, kept.holds.size_bytes) == (2, 1234)
    assert "- {bucket: red, erase: true}" in commands(kept, By.YOU)


def test_a_bucket_that_an_update_let_go_of_is_kept_until_an_entry_names_it(world):
    post(world, output=minio("red/out"))
    put(world)
    kept = one(examine(world), "OSY614")
    assert kept.message == "no service uses it; alpha made it, and an update detached it"
    assert "- {bucket: red, erase: true}" in commands(kept)
    world.write()
    world.write_settings(removed=[{"bucket": "red", "erase": True}])
    world.apply()
    assert "red" not in world.buckets()


def test_a_bucket_that_an_update_adds_has_no_tags(world):
    post(world)
    put(world, output=minio("red/out"))
    untagged = one(examine(world), "OSY613")
    assert untagged.name == "red"
    assert commands(untagged, By.OPERATOR) == [
        "mc tag set edge/red 'from_service=alpha&owner=oscar&owner_name=oscar'"
    ]


def test_a_bucket_that_somebody_erased_is_missed(world):
    world.write(service(input=minio("red/in")))
    world.apply()
    world.api.delete("/system/buckets/red")
    assert codes(examine(world)) == [("OSY611", "red")]
    world.write(service(input=minio("red/in"), environment={"variables": {"A": "b"}}))
    world.apply()
    assert world.hooks("red") == {("alpha", "in/")}
    assert codes(examine(world)) == [("OSY613", "red")]


def test_a_bucket_on_another_store_is_not_missed(world):
    world.write(
        service(
            output=[{"storage_provider": "webdav.dcache", "path": "/x"}],
            storage_providers={"webdav": {"dcache": {"hostname": "h", "login": "l",
                                                     "password": "p"}}},
        )
    )  # fmt: skip
    world.apply()
    assert examine(world).findings == ()


def test_a_bucket_made_by_hand_is_kept_until_something_names_it(world):
    assert world.api.post({"bucket_name": "red"}, "/system/buckets").status == 201
    kept = one(examine(world), "OSY614")
    assert kept.message == "no service uses it; oscar made it, or had it mounted"
    assert "- {bucket: red, erase: true}" in commands(kept)
    world.write(service(output=minio("red/out")))
    assert commands(one(examine(world), "OSY614")) == ["oscar-sync apply"]
    world.apply()
    assert examine(world).findings == ()


# notifications


def test_an_input_that_an_update_names_has_no_notification_and_apply_with_hooks_sets_it(world):
    world.store.make_bucket("red")
    post(world)
    put(world, input=minio("red/in"))
    missing = one(examine(world), "OSY601")
    assert missing.severity is Severity.ERROR
    assert commands(missing) == [
        "mc event add edge/red arn:minio:sqs::alpha:webhook --event put --prefix in/"
    ]
    world.write(service(input=minio("red/in")))
    assert commands(one(examine(world), "OSY601")) == ["oscar-sync apply --hooks"]


def test_a_moved_input_leaves_a_stale_notification_and_lacks_one(world):
    post(world, input=minio("red/in"))
    put(world, input=minio("red/other"))
    found = examine(world)
    assert codes(found) == [("OSY601", "red"), ("OSY602", "red")]
    world.write(service(input=minio("red/other")))
    world.write_settings()
    found = examine(world)
    assert {line for item in found.findings for line in commands(item)} == {
        "oscar-sync apply --hooks"
    }


def test_a_dropped_input_leaves_a_notification_that_only_the_store_takes_off(world):
    post(world, input=minio("red/in"))
    world.write(service())
    world.apply()
    assert "OSY602" not in dict(codes(examine(world)))
    post(world, "beta", input=minio("blue/a b"))
    put(world, "beta")
    stale = one(examine(world), "OSY602")
    assert commands(stale, By.OPERATOR) == [
        "mc event remove edge/blue arn:minio:sqs::beta:webhook --event put --prefix 'a b/'"
    ]


def test_what_may_sleep_in_a_bucket_whose_maker_is_gone_is_told(world):
    post(world, input=minio("red/in"))
    put(world)
    world.api.delete(f"{SERVICES}/alpha")
    asleep = one(examine(world), "OSY604")
    assert asleep.message == "a hidden notification of alpha may be left there"
    assert commands(asleep) == ["mc event remove edge/red --force"]
    post(world)
    assert ("OSY602", "red") in codes(examine(world))


def test_a_wiped_cluster_is_brought_back_by_an_apply(world):
    world.write(service(input=minio("red/in")))
    world.apply()
    world.emulator.wipe()
    found = examine(world)
    assert codes(found) == [("OSY604", "red"), ("OSY614", "red")]
    assert {line for item in found.findings for line in commands(item)} == {"oscar-sync apply"}
    world.apply()
    assert examine(world).findings == ()


# services


def test_a_poisoned_list_is_looked_behind_by_name(world):
    world.write(service(input=minio("red/in")), service("beta"))
    world.apply()
    world.store.delete_bucket_notification("red")
    post(world, "torn", status=500, input=minio("torn/in", "torn/two"))
    world.forget()
    for name in ("zeta", "beta"):
        more = {"environment": {"variables": {"X": "- x"}}}
        if name == "beta":
            put(world, name, **more)
        else:
            post(world, name, output=minio("blue/out"), **more)
    found = examine(world)
    assert found.is_read
    assert codes(found) == [("OSY401", "beta"), ("OSY401", "zeta"), ("OSY601", "red")]
    assert commands(found.findings[0], By.OPERATOR) == [
        "kubectl get configmaps -A -l oscar_service=beta",
        "kubectl -n oscar-svc edit configmap beta",
    ]
    assert "only services whose names are known" in found.notes[0]


def test_a_lost_owner_is_given_back_by_an_apply(world):
    world.write(service(output=minio("red/out")))
    world.apply()
    assert world.api.put({**service(output=minio("red/out")),
                          "annotations": world.live("alpha")["annotations"]},
                         SERVICES).status < 600  # fmt: skip
    lost = one(examine(world), "OSY402")
    assert commands(lost) == ["oscar-sync apply"]
    world.write(service("beta"))
    assert commands(one(examine(world), "OSY402"), By.OPERATOR) == [
        "kubectl -n oscar-svc edit configmap alpha"
    ]


def test_a_lost_owner_of_a_users_service_is_looked_up_on_its_buckets(world):
    post(world, output=minio("red/out"), namespace="default")
    world.api.put(service(output=minio("red/out")), SERVICES)
    world.emulator._store.set_tags("red", {"owner": "uid-1", "from_service": "alpha"})
    lost = one(examine(world), "OSY402")
    assert "write `owner: uid-1`" in lost.remedies[0].what
    assert commands(lost) == ["kubectl -n default edit configmap alpha"]


@pytest.mark.parametrize(
    ("purpose", "is_wanted", "command"),
    [("remove", False, "oscar-sync remove edge/alpha"), ("replace", True, "oscar-sync apply")],
)
def test_a_half_removed_service_is_named(world, purpose, is_wanted, command):
    post(world, annotations={"oscar-sync.io/detached": f"{purpose} red"})
    world.write(service("alpha" if is_wanted else "beta"))
    assert commands(one(examine(world), "OSY404")) == [command]


def test_a_worker_without_its_mark_is_pointed_out(world):
    post(world, federation={"group_id": "far", "topology": "star"})
    post(world, "beta", federation={"topology": "star"})
    assert one(examine(world), "OSY405").severity is Severity.NOTE


def test_a_volume_that_outlived_its_service_is_listed(world):
    volume = {"size": "1Gi", "mount_path": "/d", "lifecycle_policy": "retain"}
    post(world, volume=volume)
    assert examine(world).findings == ()
    world.api.delete(f"{SERVICES}/alpha")
    kept = one(examine(world), "OSY621")
    assert kept.name == "alpha"
    assert "- {volume: alpha, erase: true}" in commands(kept)
    assert "oscar-sync volume delete alpha -c edge" in commands(kept)


def test_a_volume_that_went_with_its_maker_is_missed_by_who_mounts_it(world):
    post(world, volume={"name": "disk", "size": "1Gi", "mount_path": "/d"})
    post(world, "beta", volume={"name": "disk", "mount_path": "/d"})
    assert examine(world).findings == ()
    world.api.delete(f"{SERVICES}/alpha")
    gone = one(examine(world), "OSY622")
    (command,) = commands(gone)
    assert command == "oscar-sync volume create disk --size SIZE -c edge"


def test_a_secret_that_nobody_can_see_is_a_note_and_its_way_out_works(world):
    secret = {"environment": {"secrets": {"TOKEN": "abc"}}}
    post(world, status=400, volume={"name": "nope", "mount_path": "/d"}, **secret)
    world.write(service(**secret))
    found = examine(world)
    assert found.findings == ()
    (note,) = found.notes
    assert "kubectl -n oscar-svc delete secret alpha" in note
    (result,) = world.apply()[1].results
    assert "409" in result.message
    assert "kubectl -n oscar-svc delete secret alpha" in result.message
    world.write(service())
    world.apply()
    world.write(service(**secret))
    (result,) = world.apply()[1].results
    assert result.status == "done"


def test_without_the_store_what_the_api_shows_is_found(world):
    post(world, output=minio("red/out"))
    put(world)
    world.entry["s3_endpoint"] = "http://127.0.0.1:9"
    world.write_settings()
    found = examine(world)
    assert codes(found) == [("OSY614", "red")]
    assert found.findings[0].holds is None
    assert any("were not looked at" in note for note in found.notes)


def test_a_cluster_that_does_not_answer_says_why(world):
    world.entry["endpoint"] = "http://127.0.0.1:9"
    world.write_settings()
    found = examine(world)
    assert not found.is_read
    assert "refused" in found.problem


@pytest.mark.parametrize("path", ["/system/buckets", "/system/services/beta"])
def test_a_cluster_that_stops_answering_behind_a_poisoned_list_is_not_read(world, path):
    post(world, environment={"variables": {"X": "- x"}})
    world.write(service("beta"))
    world.emulator.fault(f"GET {path}:401")
    found = examine(world)
    assert "credentials are refused" in found.problem
    assert found.findings == ()


def test_a_cluster_that_stops_answering_later_is_not_read(world):
    post(world)
    world.emulator.fault("GET /system/buckets:401")
    assert not examine(world).is_read


# before an upgrade


_old, old = shared_world("old", oscar_version="4.0")


EXPOSE = {"api_port": 8080, "min_scale": 1, "max_scale": 1, "cpu_threshold": 80}


def test_what_is_foretold_of_an_upgrade_is_what_happens(old):
    post(old, input=minio("red/in"))
    post(old, "web", expose=EXPOSE)
    assert examine(old).findings == ()
    found = examine(old, (4, 1, 0))
    assert codes(found) == [("OSY421", "alpha"), ("OSY421", "web")]
    assert "expose.api_port and expose.nodePort stored as a number" in found.findings[1].message
    old.emulator.upgrade("4.1")
    assert old.api.get(SERVICES).status == 500
    assert codes(examine(old))[0][0] == "OSY401"


def test_services_taken_away_before_an_upgrade_come_back_with_their_data(old):
    old.write(service(input=minio("red/in")), service("beta", output=minio("blue/out")))
    old.apply()
    old.put("blue", "out/precious", b"x")
    old.clear()
    old.write_settings(removed=["alpha", "beta"])
    old.apply()
    old.emulator.upgrade("4.1")
    old.settings.clear()
    old.write(service(input=minio("red/in")), service("beta", output=minio("blue/out")))
    old.apply()
    assert ("blue", "out/precious") in old.objects()
    assert examine(old).findings == ()


def test_fields_that_the_newer_release_ignores_are_named(old):
    replicas = [{"type": "oscar", "cluster_id": "c", "service_name": "s", "priority": 1}]
    post(old, replicas=replicas, delegation="static")
    found = examine(old, (4, 1, 2))
    lost = [item.message for item in found.findings if item.code == "OSY422"]
    assert lost == ["OSCAR 4.1.2 ignores its replicas", "OSCAR 4.1.2 ignores its delegation"]


def test_names_that_two_namespaces_have_are_named(old):
    post(old)
    post(old, namespace="default")
    twice = one(examine(old), "OSY403")
    assert "default and oscar-svc" in twice.message
    assert "kubectl -n " in commands(twice, By.OPERATOR)[0]
    assert old.api.get(f"{SERVICES}/alpha").status == 500


def test_an_upgrade_to_what_runs_already_or_to_the_unknown_is_a_note(world):
    post(world)
    assert "no upgrade to judge" in examine(world, (4, 1, 0)).notes[0]
    found = examine(world, (9, 0, 0))
    assert found.findings == ()
    assert "newer than what this oscar-sync knows" in found.notes[0]
