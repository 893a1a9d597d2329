"""Requests are a budget: how many a plan and an apply may make (performance)."""

from collections import Counter

from tests.property.world import told
from tests.support.answers import SERVICES, full, service

READ = {("GET", "/system/info"): 1, ("GET", "/system/config"): 1, ("GET", SERVICES): 1}


def seen(world):
    return Counter((method, path) for method, path, _ in world.emulator.requests)


def many(number, **more):
    return [service(f"svc-{at}", **more) for at in range(number)]


def forget(world):
    world.emulator.forget_requests()


def test_a_plan_without_differences_makes_three_requests_and_asks_the_store_nothing(world):
    world.write(*many(5))
    world.apply()
    forget(world)
    assert not world.plan().draft.plan.actions
    assert seen(world) == READ
    assert not world.emulator.s3_requests


def test_a_plan_of_plain_updates_makes_no_request_more(world):
    world.write(*many(5))
    world.apply()
    world.write(*many(5, memory="1Gi"))
    forget(world)
    assert len(world.plan().draft.plan.actions) == 5
    assert seen(world) == READ


def test_a_plan_asks_by_name_for_creates_alone(world):
    world.write(*many(2))
    world.apply()
    world.write(*many(4))
    forget(world)
    assert len(world.plan().draft.plan.actions) == 2
    assert seen(world) == {
        **READ,
        ("GET", f"{SERVICES}/svc-2"): 1,
        ("GET", f"{SERVICES}/svc-3"): 1,
    }


def test_a_plan_reads_the_notifications_of_services_with_a_step_alone(world):
    other = service("other", input=[{"storage_provider": "minio.default", "path": "green/in"}])
    world.write(full(), other)
    world.apply()
    world.write(full(memory="1Gi"), other)
    forget(world)
    world.plan()
    asked = {path for _, path, _ in world.emulator.s3_requests}
    assert all(path.startswith("/red") for path in asked), asked


def test_a_plan_with_seeds_asks_the_store_for_their_folders_and_the_cluster_for_its_buckets(world):
    world.write(full())
    (world.folder / "files").mkdir()
    (world.folder / "files" / "one").write_text("1")
    seed = {"from": "files", "to": "minio.default:red/models"}
    world.write_settings(services={"alpha": {"seeds": [seed]}})
    world.apply()
    forget(world)
    assert not world.plan().draft.plan.actions
    assert seen(world) == {**READ, ("GET", "/system/buckets"): 1}
    assert [(method, path) for method, path, _ in world.emulator.s3_requests] == [("GET", "/red")]


def test_updates_are_read_back_by_lists_and_never_by_name(world):
    number = 20
    world.write(*many(number))
    world.apply()
    world.write(*many(number, memory="1Gi"))
    forget(world)
    _, report = world.apply()
    assert len(report.results) == number, told(report)
    found = seen(world)
    assert found["PUT", SERVICES] == number
    assert found["GET", SERVICES] <= 4
    assert not [path for _, path in found if path.startswith(f"{SERVICES}/")]


def test_a_removal_looks_at_the_list_and_at_the_buckets_before_its_deletion_and_after(world):
    """Evidence is doubled only where something is deleted (trust 3.3, 3.4).

    The buckets are listed for the plan, since their tags say what the service made.
    """
    world.write(*many(2))
    world.apply()
    world.write(*many(1))
    world.write_settings(removed=["svc-1"])
    forget(world)
    world.apply()
    assert seen(world) == {
        ("GET", "/system/info"): 1,
        ("GET", "/system/config"): 1,
        ("GET", SERVICES): 2,
        ("GET", "/system/buckets"): 3,
        ("GET", f"{SERVICES}/svc-1"): 3,
        ("DELETE", f"{SERVICES}/svc-1"): 1,
    }


def test_a_bucket_is_counted_for_the_plan_and_once_more_just_before_it_goes(world):
    world.write(full(), service("other"))
    world.apply()
    world.put("red", "kept/it", b"x")
    world.write(service("other"))
    world.write_settings(removed=[{"service": "alpha", "erase": ["red"]}])
    forget(world)
    _, report = world.apply()
    assert [status for _, status, _ in told(report)] == ["done"]
    found = seen(world)
    assert found["GET", SERVICES] == 3
    assert found["GET", "/system/buckets"] == 5  # plan; before and after each of the two deletions
    assert found["GET", f"{SERVICES}/alpha"] == 5
    assert found["DELETE", "/system/buckets/red"] == 1
    read = Counter(path for method, path, _ in world.emulator.s3_requests if method == "GET")
    # Notifications and count of each for the plan; of red once more before its rule and itself go,
    # of blue the tags before its mark.
    assert read == {"/red": 4, "/blue": 3}


def test_objects_that_no_file_names_are_listed_for_the_plan_and_once_more_before_they_go(world):
    world.write(full())
    folder = world.folder / "files"
    folder.mkdir()
    for name in ("one", "two", "three"):
        (folder / name).write_text(name)
    seed = {"from": "files", "to": "minio.default:red/models", "delete_extra": True}
    world.write_settings(services={"alpha": {"seeds": [seed]}})
    world.apply()
    (folder / "two").unlink()
    (folder / "three").unlink()
    forget(world)
    _, report = world.apply()
    assert [status for _, status, _ in told(report)] == ["done"]
    # Whose the bucket is, before anything in it goes (extra-of-others).
    assert seen(world) == {**READ, ("GET", "/system/buckets"): 1}
    asked = [(method, path) for method, path, _ in world.emulator.s3_requests]
    assert (
        asked[:3] == [("GET", "/red")] * 3
    )  # for what is lacking, for what is too much, just before
    gone = {("DELETE", "/red/models/three"), ("DELETE", "/red/models/two")}
    assert set(asked[3:]) == gone
