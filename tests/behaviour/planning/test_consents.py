"""Each consent does what it names, nothing beside it, and nothing at all unasked (safety 2, 3)."""

import contextlib

import pytest
from minio.commonconfig import Tags

from oscar_sync.errors import UsageError
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.report import Status
from oscar_sync.reconcile.once import ApplyOptions, Stop
from tests.emulator.calling import SERVICES
from tests.property.proxy import no_fault
from tests.property.witness import check_all_steps, check_nothing_lost, check_safe
from tests.property.world import shown, told
from tests.support.services import STAMP, codes, minio, post, put, service, two_clusters
from tests.support.worlds import stopping

OTHER_STAMP = {STAMP: "other/laws.example.org/alpha"}
VOLUME = {"size": "1Gi", "mount_path": "/d", "lifecycle_policy": "delete"}
EXPOSED = {"api_port": [80], "min_scale": 1, "max_scale": 1, "cpu_threshold": 80}


def kinds(found):
    return [(str(action.kind), str(action.key.name)) for action in found.draft.plan.actions]


def erased(found):
    return [item.bucket for action in found.draft.plan.actions for item in action.erases]


def applied(world, **request):
    """Apply, hold the laws, and return the plan and how its actions ended."""
    before = world.objects()
    world.forget()
    found, report = world.apply(**request)
    check_safe(world, before, found.draft.plan)
    assert all(item.status is Status.DONE for item in report.results), told(report)
    return found, report


def with_data(world, *wanted):
    """Apply *wanted*, and put an object into each bucket."""
    world.write(*wanted)
    world.apply()
    for bucket in world.buckets():
        world.put(bucket, "kept/it", b"0123456789")


# erase


def test_a_named_bucket_is_erased_after_its_service_and_counted_before(world):
    with_data(world, service(input=minio("red/in"), output=minio("blue/out")), service("beta"))
    world.write(service("beta"))
    world.write_settings(removed=[{"service": "alpha", "erase": ["red"], "because": "#42"}])
    found = world.plan()
    assert "deletes bucket red: 1 object, 10 B, last write" in shown(found)
    assert '(erase: [red], "#42")' in shown(found)
    assert "keeps  bucket blue: 1 object, 10 B" in shown(found)
    found, _ = applied(world)
    check_all_steps(world, found.draft.plan)
    assert "red" not in world.buckets()
    assert ("blue", "kept/it") in world.objects()
    assert kinds(world.plan()) == []


def test_a_consent_on_the_command_line_erases_the_bucket_of_what_is_removed(world):
    with_data(world, service(output=minio("red/out")), service("beta"))
    world.write(service("beta"))
    world.write_settings(prune=True)
    applied(world, allow=("erase:red",))
    assert "red" not in world.buckets()


def test_empty_erases_what_holds_folder_markers_alone(world):
    world.write(service(input=minio("red/in"), output=minio("blue/out")), service("beta"))
    world.apply()
    world.put("blue", "out/result", b"x")
    world.write(service("beta"))
    world.write_settings(removed=[{"service": "alpha", "erase": ["empty"]}])
    assert erased(world.plan()) == ["red"]
    applied(world)
    assert world.buckets() & {"red", "blue"} == {"blue"}


def test_a_bucket_that_filled_meanwhile_is_not_erased_as_empty(world):
    world.write(service(input=minio("red/in")), service("beta"))
    world.apply()
    world.write(service("beta"))
    world.write_settings(removed=[{"service": "alpha", "erase": ["empty"]}])
    world.oscar.fault = uploading(world, "red", at="DELETE")
    _, report = world.apply()
    (result,) = report.results
    assert result.status is Status.STALE
    assert "the plan showed 0 objects, 0 bytes; it stays" in result.message
    assert ("red", "late") in world.objects()


def uploading(world, bucket, *, at):
    """Return a fault that is none: somebody uploads when the first *at* goes by."""
    done: list[str] = []

    def fault(method, path, query):
        if method == at and path.startswith(SERVICES) and not done:
            done.append(path)
            world.put(bucket, "late", b"x")
        return ""

    return fault


def test_a_bucket_that_another_service_took_up_meanwhile_stays(world):
    with_data(world, service(output=minio("red/out")), service("beta"))
    world.write(service("beta"))
    world.write_settings(removed=[{"service": "alpha", "erase": ["red"]}])
    done: list[str] = []

    def fault(method, path, query):
        if method == "DELETE" and path.startswith(SERVICES) and not done:
            done.append(path)
            live = world.live("beta")
            world.api.put({**live, "output": minio("red/out")}, SERVICES)
        return ""

    world.oscar.fault = fault
    _, report = world.apply()
    assert [item.message for item in report.results] == ["bucket red is used by beta; it stays"]
    assert ("red", "kept/it") in world.objects()


@pytest.mark.parametrize("other", [{"output": minio("red/o")}, {"mount": minio("red/m")[0]}])
def test_a_bucket_that_anybody_uses_is_not_erased(world, other):
    with_data(world, service(input=minio("red/in")), service("beta"))
    world.write(service("beta", **other))
    world.write_settings(removed=[{"service": "alpha", "erase": ["red"]}])
    assert "bucket-in-use" in codes(world.plan())
    world.apply()
    assert ("red", "kept/it") in world.objects()


def test_an_output_elsewhere_that_means_a_local_bucket_counts_as_use(world):
    far = {
        "minio": {"far": {"endpoint": "https://h.example", "access_key": "a", "secret_key": "b"}}
    }
    beta = service(
        "beta", storage_providers=far, output=[{"storage_provider": "minio.far", "path": "red/o"}]
    )
    with_data(world, service(input=minio("red/in")))
    world.write(beta)
    world.write_settings(removed=[{"service": "alpha", "erase": ["red"]}])
    assert "bucket-in-use" in codes(world.plan())


def test_a_bucket_that_two_removed_services_share_goes_after_both(world):
    with_data(
        world,
        service(input=minio("red/in")),
        service("beta", output=minio("red/in")),
        service("gamma"),
    )
    world.write(service("gamma"))
    world.write_settings(removed=[{"service": "alpha", "erase": ["red"]}, "beta"])
    found, _ = applied(world)
    assert kinds(found)[-1] == ("erase", "alpha")
    assert "red" not in world.buckets()
    assert world.names() == {"gamma"}


def test_a_bucket_of_somebody_else_is_never_erased(world):
    world.write(service("beta"))
    world.api.call("POST", "/system/buckets", {"bucket_name": "red"})
    world.apply()
    give(world, "red", "somebody")
    world.write_settings(removed=[{"service": "alpha", "erase": ["red"]}])
    assert codes(world.plan()) == ["not-my-bucket"]
    world.apply()
    assert "red" in world.buckets()


def test_an_erasure_goes_on_where_a_run_was_cut_short(world):
    with_data(world, service(output=minio("red/out")), service("beta"))
    world.write(service("beta"))
    world.write_settings(removed=["alpha"])
    world.apply()
    world.write_settings(removed=[{"service": "alpha", "erase": ["red"]}])
    found, _ = applied(world)
    assert kinds(found) == [("erase", "alpha")]
    spent = "its `erase` would also delete the buckets of a later service"
    assert spent not in shown(found)
    assert "red" not in world.buckets()
    assert kinds(world.plan()) == []
    assert spent in shown(world.plan())


def test_a_spent_erasure_leaves_what_another_service_made(world):
    world.write(service("beta", output=minio("red/out")))
    world.apply()
    world.write(service("gamma"))
    world.write_settings(removed=["beta", {"service": "alpha", "erase": ["red"]}])
    world.apply()
    found = world.plan()
    assert "bucket red was made by beta" in shown(found)
    assert "red" in world.buckets()


def test_a_kept_bucket_is_erased_later_by_its_name_alone(world):
    with_data(world, service(output=minio("red/out")), service("beta"))
    applied(world, options=PlanOptions(scope=Scope.REMOVE, names=("alpha",)))
    asked = PlanOptions(scope=Scope.REMOVE, names=("alpha",))
    found, _ = applied(world, options=asked, allow=("erase:red",))
    assert erased(found) == ["red"]
    assert "red" not in world.buckets()


def test_a_consent_for_another_cluster_erases_no_kept_bucket(world):
    with_data(world, service(output=minio("red/out")), service("beta"))
    applied(world, options=PlanOptions(scope=Scope.REMOVE, names=("alpha",)))
    world.write(service("beta"))
    for consent in ("erase:elsewhere/red", "erase:alpha/volume", "erase:empty"):
        with contextlib.suppress(UsageError):
            assert kinds(world.plan(allow=(consent,))) == []
    assert erased(world.plan(allow=("erase:red",))) == ["red"]


def test_a_half_removed_service_without_a_stamp_is_told_of(world):
    post(world, annotations={"oscar-sync.io/detached": "remove red"})
    world.write(service("beta"))
    (left,) = world.plan().draft.plan.left_alone
    assert "half removed" in left.message


def test_nothing_is_erased_while_a_manifest_cannot_be_read(world):
    with_data(world, service(output=minio("red/out")), service("beta"))
    (world.folder / "beta.yaml").write_text("functions: [")
    asked = PlanOptions(scope=Scope.REMOVE, names=("alpha",))
    found = world.plan(asked, allow=("erase:red",), needs_manifests=False)
    assert codes(found) == ["manifests-unread"]
    assert kinds(found) == [("remove", "alpha")]


def test_a_protected_service_keeps_its_data_too(world):
    with_data(world, service(output=minio("red/out")), service("beta"))
    world.write(service("beta"))
    world.write_settings(
        removed=[{"service": "alpha", "erase": ["red"]}], services={"alpha": {"protect": True}}
    )
    assert codes(world.plan()) == ["protected"]


def test_without_the_store_nothing_is_erased_uncounted(world):
    with_data(world, service(output=minio("red/out")), service("beta"))
    world.write(service("beta"))
    world.entry["s3_endpoint"] = "http://127.0.0.1:1"
    world.write_settings(removed=[{"service": "alpha", "erase": ["red"]}])
    assert "not-counted" in codes(world.plan())
    world.apply()
    assert world.names() == {"beta"}
    assert ("red", "kept/it") in world.objects()


def test_a_volume_goes_with_its_service_once_it_is_named(world):
    world.write(service(volume=VOLUME), service("beta"))
    world.apply()
    world.write(service("beta"))
    world.write_settings(removed=["alpha"])
    assert codes(world.plan()) == ["erases-volume"]
    world.write_settings(removed=[{"service": "alpha", "erase": ["volume"]}])
    found, _ = applied(world)
    assert erased(found) == ["volume alpha"]
    assert world.names() == {"beta"}


def test_a_volume_that_another_service_attaches_stays(world):
    attached = service("beta", volume={"name": "alpha", "mount_path": "/d"})
    world.write(service(volume=VOLUME), attached)
    world.apply()
    world.write(attached)
    world.write_settings(removed=[{"service": "alpha", "erase": ["volume"]}])
    assert codes(world.plan()) == ["volume-in-use"]


def test_what_cannot_be_detached_goes_with_the_buckets_that_are_named(world):
    wanted = service(interlink_node_name="node", input=minio("red/in"), output=minio("blue/o"))
    with_data(world, wanted, service("beta"))
    world.write(service("beta"))
    world.write_settings(removed=[{"service": "alpha", "erase": ["red"]}])
    assert codes(world.plan()) == ["cannot-detach"]
    world.write_settings(removed=[{"service": "alpha", "erase": ["red", "blue"]}])
    found, _ = applied(world)
    assert sorted(erased(found)) == ["blue", "red"]
    assert world.buckets() == set()


def give(world, bucket, owner):
    """Let the tags of a bucket name another owner."""
    tags = Tags.new_bucket_tags()
    tags.update({"owner": owner})
    world.store.set_bucket_tags(bucket, tags)


# replace


def test_a_replace_keeps_every_object_and_its_uploads_fire(world):
    wanted = service(input=minio("red/in"), output=minio("blue/out"))
    with_data(world, wanted)
    world.write({**wanted, "expose": EXPOSED, "input": minio("red/in")})
    assert codes(world.plan()) == ["needs-replace"]
    found, _ = applied(world, allow=("replace:alpha",))
    assert kinds(found) == [("replace", "alpha")]
    check_all_steps(world, found.draft.plan)
    world.put("red", "in/new", b"x")
    assert world.api.finished("alpha", 1)
    again = world.plan()
    assert kinds(again) == [], shown(again)


def test_the_settings_may_allow_a_replace_for_good(world):
    world.write(service())
    world.apply()
    world.write(service(expose=EXPOSED))
    world.write_settings(services={"alpha": {"allow": ["replace"]}})
    found, _ = applied(world)
    assert kinds(found) == [("replace", "alpha")]


def test_a_protected_service_is_not_replaced(world):
    world.write(service())
    world.apply()
    world.write(service(expose=EXPOSED))
    world.write_settings(services={"alpha": {"allow": ["replace"], "protect": True}})
    assert codes(world.plan()) == ["protected"]


@pytest.mark.parametrize("written", [1, 2, 3, 4, 5])
def test_a_replace_cut_short_goes_on_without_being_asked_again(world, written):
    wanted = service(input=minio("red/in"), output=minio("blue/out"))
    with_data(world, wanted)
    before = world.objects()
    world.write({**wanted, "expose": EXPOSED})
    stop = Stop()
    world.oscar.fault = world.s3.fault = stopping(stop, after=written)
    world.apply(apply=ApplyOptions(stop=stop), allow=("replace:alpha",))
    world.oscar.fault = world.s3.fault = no_fault
    found, report = world.apply()
    assert all(item.status is Status.DONE for item in report.results), told(report)
    check_nothing_lost(before, world.objects())
    world.put("red", "in/new", b"x")
    assert world.api.finished("alpha", 1)
    again = world.plan()
    assert kinds(again) == [], (written, shown(found), shown(again))
    assert world.live("alpha")["expose"]["api_port"] == [80]


def test_a_replace_of_a_service_with_a_volume_names_the_volume_too(world):
    world.write(service(volume=VOLUME))
    world.apply()
    world.write(service(volume={**VOLUME, "size": "2Gi"}))
    found = world.plan(allow=("replace:alpha",))
    assert codes(found) == ["erases-volume"]
    found, _ = applied(world, allow=("replace:alpha", "erase:alpha/volume"))
    assert erased(found) == ["volume alpha"]
    assert world.live("alpha")["volume"]["size"] == "2Gi"


def test_a_change_of_what_takes_no_put_needs_its_buckets_named(world):
    wanted = service(interlink_node_name="node", input=minio("red/in"))
    with_data(world, wanted)
    world.write({**wanted, "memory": "1Gi"})
    assert codes(world.plan(allow=("replace:alpha",))) == ["cannot-detach"]
    found, _ = applied(world, allow=("replace:alpha", "erase:red"))
    assert erased(found) == ["red"]
    assert world.objects().keys() & {("red", "kept/it")} == set()
    assert kinds(world.plan()) == []


# attach


def test_a_wider_visibility_is_given_by_name(world):
    world.api.call("POST", "/system/buckets", {"bucket_name": "red", "visibility": "private"})
    world.put("red", "kept/it", b"x")
    world.write(service(output=minio("red/out"), visibility="public"))
    assert codes(world.plan()) == ["foreign-bucket"]
    found, _ = applied(world, allow=("attach:alpha=red",))
    assert "would let everybody read, write and delete it" in shown(found)
    assert kinds(world.plan()) == []


def test_a_bucket_of_another_owner_is_attached_by_name(world):
    world.api.call("POST", "/system/buckets", {"bucket_name": "red"})
    give(world, "red", "somebody")
    world.put("red", "kept/it", b"x")
    world.write(service(output=minio("red/out")))
    world.write_settings(services={"alpha": {"allow": ["attach:red"]}})
    found, _ = applied(world)
    assert "bucket red belongs to somebody" in shown(found)


# take-over


def test_a_service_of_another_set_is_taken_over_by_the_update_that_it_needs(world):
    post(world, annotations=OTHER_STAMP)
    world.write(service(memory="1Gi"))
    found, _ = applied(world, allow=("take-over:alpha",))
    assert kinds(found) == [("update", "alpha")]
    assert world.live("alpha")["annotations"][STAMP] == "laws/laws.example.org/alpha"
    assert kinds(world.plan()) == []


def test_a_service_of_another_owner_keeps_its_owner(world):
    post(world)
    put(world, owner="somebody")
    world.write(service(memory="1Gi"))
    applied(world, allow=("take-over:alpha",))
    assert world.live("alpha")["owner"] == "somebody"
    assert world.live("alpha")["memory"] == "1Gi"


def test_no_consent_removes_what_another_set_manages(world):
    post(world, annotations=OTHER_STAMP)
    world.write(service("beta"))
    world.write_settings(removed=["alpha"])
    found = world.plan(allow=("take-over:alpha",))
    assert codes(found) == ["not-ours"]
    assert "no step needs the permission take-over:alpha" in shown(found)


# push-secrets


def test_secrets_that_cannot_be_compared_are_sent_once(world):
    post(world, environment={"secrets": {"TOKEN": "old"}})
    world.write(service(environment={"secrets": {"TOKEN": "new"}}))
    assert kinds(world.plan()) == []
    found, _ = applied(world, allow=("push-secrets:alpha",))
    assert kinds(found) == [("update", "alpha")]
    assert kinds(world.plan(allow=("push-secrets:alpha",))) == []


def test_without_a_set_secrets_are_sent_each_time_and_the_plan_says_so(world):
    post(world, environment={"secrets": {"TOKEN": "old"}})
    world.write(service(environment={"secrets": {"TOKEN": "new"}}))
    world.write_settings(set=None)
    applied(world, allow=("push-secrets:alpha",))
    found = world.plan(allow=("push-secrets:alpha",))
    assert kinds(found) == [("update", "alpha")]
    assert "each apply with this permission sends them again" in shown(found)


# consents as such


@pytest.mark.parametrize(
    "consent",
    ["erase:red", "replace:alpha", "take-over:alpha", "push-secrets:alpha", "attach:alpha=red"],
)
def test_a_consent_that_no_step_needs_is_told_of(world, consent):
    world.write(service())
    found = world.plan(allow=(consent,))
    assert f"no step needs the permission {consent}" in shown(found)
    assert codes(found) == []


def test_a_replace_that_keeps_its_buckets_needs_no_erasure_and_says_so(world):
    with_data(world, service(input=minio("red/in")))
    world.write(service(input=minio("red/in"), expose=EXPOSED))
    found, _ = applied(world, allow=("replace:alpha", "erase:red", "erase:alpha/volume"))
    assert "no step needs the permission erase:red" in shown(found)
    assert "no step needs the permission erase:alpha/volume" in shown(found)
    assert ("red", "kept/it") in world.objects()


@pytest.mark.parametrize("maker", ["alpha", "beta", ""])
def test_a_consent_given_twice_does_not_delete_what_an_update_let_go_of(world, maker):
    """It is for the buckets of services that are removed, whoever made this one."""
    bodies = {"": {"bucket_name": "red"}, "beta": service(maker, output=minio("red/x"))}
    made = [body for name, body in bodies.items() if name == maker]
    path = SERVICES if maker else "/system/buckets"
    assert all(world.api.post(body, path).status == 201 for body in made)
    if maker == "beta":
        world.write(service("gamma"))
        applied(world, options=PlanOptions(scope=Scope.REMOVE, names=("beta",)))
    with_data(world, service(output=minio("red/out")))
    world.write(service())
    first, _ = applied(world, allow=("erase:red",))
    assert "erase:red: edge/alpha still had the bucket when this plan was made" in shown(first)
    assert ("red", "kept/it") in world.objects()
    for memory in ("256Mi", "1Gi", "2Gi"):  # other updates do not forget it
        world.write(service(memory=memory))
        found, _ = applied(world, allow=("erase:red",))
        assert codes(found) == ["not-left-by-a-removal"]
    assert ("red", "kept/it") in world.objects()
    applied(world, options=PlanOptions(scope=Scope.REMOVE, names=("alpha",)))
    applied(world, options=PlanOptions(scope=Scope.REMOVE, names=("alpha",)), allow=("erase:red",))
    assert "red" not in world.buckets()


def test_a_bucket_that_is_taken_up_again_is_no_longer_let_go_of(world):
    with_data(world, service(output=minio("red/out")))
    world.write(service())
    applied(world)
    assert world.live("alpha")["annotations"]["oscar-sync.io/detached"] == "update red"
    world.write(service(output=minio("red/out")))
    applied(world)
    assert "oscar-sync.io/detached" not in world.live("alpha")["annotations"]


@pytest.mark.parametrize("purpose", ["remove", "replace"])
def test_a_forged_note_that_a_bucket_was_let_go_of_erases_nothing_that_is_empty(world, purpose):
    post(world, annotations={"oscar-sync.io/detached": f"{purpose} red"})
    assert world.api.post({"bucket_name": "red"}, "/system/buckets").status == 201
    post(world, "other", output=minio("blue/out"))
    world.write(service("beta"))
    applied(world, options=PlanOptions(scope=Scope.REMOVE, names=("other",)))
    put(world, annotations={"oscar-sync.io/detached": f"{purpose} red blue"})
    world.write_settings(removed=[{"service": "alpha", "erase": ["empty"]}])
    found, report = applied(world)
    assert erased(found) == []
    assert [result.status for result in report.results] == [Status.DONE, Status.DONE]
    assert world.buckets() == {"red", "blue"}


def test_a_consent_that_matches_on_two_clusters_is_refused(world):
    post(world)
    put(world, owner="somebody")
    world.write(service(memory="1Gi"))
    document = (world.folder / "alpha.yaml").read_text()
    (world.folder / "twin.yaml").write_text(document.replace("edge:", "twin:"))
    two_clusters(world)
    with pytest.raises(UsageError, match="take-over:alpha is needed on edge, twin"):
        world.plan(allow=("take-over:alpha",))
    found = world.plan(allow=("take-over:edge/alpha",))
    assert codes(found) == ["not-ours"]
    assert kinds(found) == [("update", "alpha")]
