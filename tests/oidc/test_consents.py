"""Consents of a user, who has less power than an administrator and other traps."""

import pytest

from tests.oidc.project import places
from tests.oidc.provider import uid_of

ALICE, BOB, DAVE = uid_of("alice"), uid_of("bob"), uid_of("dave")
SHARED = {"isolation_level": "USER", "visibility": "restricted", "input": places("plants/in")}


@pytest.fixture
def alice(project):
    project.environ.setenv("TOKEN", project.provider.token("alice"))
    project.settings("token: ${TOKEN}")
    return project


def codes(project, *args):
    return [step["code"] for step in project.document(*args)["blocked"]]


def test_a_user_erases_a_bucket_of_their_own(alice):
    alice.write("plants", input=places("plants/in"))
    alice.write("other")
    alice.apply()
    alice.put("alice", "plants", "in/old")
    (alice.folder / "plants.yaml").unlink()
    alice.settings("token: ${TOKEN}", "removed: [{service: plants, erase: [plants]}]\n")
    said = alice.apply()
    assert "deleted bucket plants" in said
    assert alice.http("alice", "GET", "/system/buckets/plants").status_code == 403


def test_a_bucket_of_another_user_is_never_erased(alice):
    body = {"bucket_name": "theirs", "visibility": "public"}
    assert alice.http("bob", "POST", "/system/buckets", body).status_code == 201
    alice.put("bob", "theirs", "precious")
    alice.write("other")
    alice.settings("token: ${TOKEN}", "removed: [{service: plants, erase: [theirs]}]\n")
    assert codes(alice) == ["not-my-bucket"]
    assert alice.run("apply", "--yes")[0] == 7
    assert alice.keys("bob", "theirs") == ["precious"]


def test_another_user_s_public_bucket_is_attached_by_its_name(alice):
    body = {"bucket_name": "theirs", "visibility": "public"}
    assert alice.http("bob", "POST", "/system/buckets", body).status_code == 201
    alice.put("bob", "theirs", "data/precious")
    alice.write("plants", input=places("theirs/in"))
    said = alice.apply("--allow", "attach:plants=theirs")
    assert f"bucket theirs belongs to {BOB}" in said
    alice.put("bob", "theirs", "in/new")
    assert "data/precious" in alice.keys("bob", "theirs")


def test_an_input_in_a_bucket_that_our_keys_do_not_reach_is_blocked(alice):
    body = {"bucket_name": "theirs", "visibility": "private"}
    assert alice.http("bob", "POST", "/system/buckets", body).status_code == 201
    alice.write("plants", input=places("theirs/in"))
    assert codes(alice, "--allow", "attach:plants=theirs") == ["hook-needs-store"]


def test_another_user_s_service_is_not_taken_over_since_the_server_refuses(alice):
    alice.post("bob", "plants", visibility="public")
    alice.write("plants", memory="1Gi")
    found = alice.document("--allow", "take-over:plants")
    (step,) = found["blocked"]
    assert step["code"] == "not-ours"
    assert f"log in as {BOB}" in str(step)
    assert "take-over" not in str(step)


def test_a_dropped_user_s_bucket_goes_once_it_is_named(alice):
    """As record 222: the update makes the list anew and erases what is no longer in it."""
    for name in ("bob", "dave"):
        alice.http(name, "GET", "/system/config")
    alice.write("plants", **SHARED, allowed_users=[BOB, DAVE])
    alice.apply()
    alice.put("bob", "plants-bob-000000", "in/old")
    alice.put("dave", "plants-dave-00000", "in/keep")
    alice.write("plants", **SHARED, allowed_users=[DAVE])
    assert codes(alice) == ["erases-user-buckets"]
    said = alice.apply("--allow", "erase:plants-bob-000000")
    assert "deletes bucket plants-bob-000000" in said
    assert "in/keep" in alice.keys("dave", "plants-dave-00000")
    assert alice.is_quiet()


def test_a_user_s_service_is_replaced_and_keeps_its_data(alice):
    alice.write("plants", input=places("plants/in"))
    alice.apply()
    alice.put("alice", "plants", "data/precious")
    ports = {"api_port": [80], "min_scale": 1, "max_scale": 1, "cpu_threshold": 80}
    alice.write("plants", input=places("plants/in"), expose=ports)
    alice.apply("--allow", "replace:plants")
    assert "data/precious" in alice.keys("alice", "plants")
    assert alice.is_quiet()


def test_a_replace_keeps_the_buckets_of_single_users_and_their_uploads_fire(alice):
    alice.http("bob", "GET", "/system/config")
    alice.write("plants", **SHARED, allowed_users=[BOB])
    alice.apply()
    alice.put("bob", "plants-bob-000000", "in/keep")
    volume = {"size": "1Gi", "mount_path": "/d", "lifecycle_policy": "retain"}
    alice.write("plants", **SHARED, allowed_users=[BOB], volume=volume)
    alice.apply("--allow", "replace:plants")
    assert "in/keep" in alice.keys("bob", "plants-bob-000000")
    assert alice.live("alice", "plants")["bucket_list"] == ["plants-bob-000000"]
    assert alice.is_quiet()
