"""What a user may delete, and what a user is not shown: the server decides, and the plan knows."""

import pytest

from tests.oidc.project import places
from tests.oidc.provider import uid_of

ALICE, BOB = uid_of("alice"), uid_of("bob")
BUCKETS = "/system/buckets"


@pytest.fixture
def alice(project):
    project.environ.setenv("TOKEN", project.provider.token("alice"))
    project.settings("token: ${TOKEN}")
    return project


def blocked(project, *args):
    return [(one["code"], one["message"]) for one in project.document(*args)["blocked"]]


def removed(project, bucket="plants"):
    """Let the manifest of plants go, and name a bucket to be deleted with the service."""
    (project.folder / "plants.yaml").unlink()
    project.write("other")
    project.settings("token: ${TOKEN}", f"removed: [{{service: plants, erase: [{bucket}]}}]\n")


def test_a_bucket_that_an_update_made_is_not_planned_to_be_deleted(alice):
    """It has no tags: the server answers 403 to its own user, in every run."""
    alice.write("plants")
    alice.apply()
    alice.write("plants", output=places("plants/out"))
    alice.apply()
    removed(alice)
    [(code, message)] = blocked(alice)
    assert code == "not-my-bucket"
    assert "the server does not let you delete bucket plants: no owner tag is shown" in message
    (way,) = alice.document()["blocked"][0]["ways_out"]
    assert "whose it is, and if it is yours" in way
    assert alice.run("apply", "--yes")[0] == 7
    assert alice.http("alice", "DELETE", f"{BUCKETS}/plants").status_code == 403


def test_a_bucket_that_another_user_made_under_an_old_name_is_not_planned_to_be_deleted(alice):
    """Record 226: deleted on the store itself it left alice's access; the list calls it hers."""
    alice.write("plants", output=places("plants/out"))
    alice.apply()
    (alice.folder / "plants.yaml").unlink()
    alice.write("other")
    alice.settings("token: ${TOKEN}", "removed: [plants]\n")
    alice.apply()
    store = alice.store("alice")
    store.remove_object("plants", "out/")
    store.remove_bucket("plants")
    body = {"bucket_name": "plants", "visibility": "private"}
    assert alice.http("bob", "POST", BUCKETS, body).status_code == 201
    alice.put("bob", "plants", "precious")
    alice.settings("token: ${TOKEN}", "removed: [{service: plants, erase: [plants]}]\n")
    [(code, message)] = blocked(alice)
    assert code == "not-my-bucket"
    assert f"its tag says that it belongs to {BOB}" in message
    assert alice.run("apply", "--yes")[0] == 7
    assert alice.keys("bob", "plants") == ["precious"]


def test_a_tagged_bucket_of_ones_own_is_deleted(alice):
    alice.write("plants", output=places("plants/out"))
    alice.apply()
    removed(alice)
    assert "deleted bucket plants" in alice.apply()


@pytest.mark.parametrize("side", ["input", "output"])
def test_a_bucket_that_a_user_is_not_shown_is_no_free_name(alice, side):
    """POST answers that it exists in every run, and leaves what it made before as an orphan."""
    alice.emulator._cluster.store.make("hidden")
    alice.write("plants", **{side: places("plants/x", "hidden/x")})
    [(code, message)] = blocked(alice)
    assert code == "foreign-bucket"
    assert "bucket hidden has no owner tag" in message
    alice.writes()
    assert alice.run("apply", "--yes")[0] == 7
    assert not [path for _, path in alice.writes() if "presign" not in path]
    assert not alice.emulator._cluster.store.has("plants")


def test_what_a_failed_create_left_is_taken_up_by_its_name(alice):
    alice.emulator._cluster.store.make("plants")
    alice.write("plants", output=places("plants/out"))
    alice.apply("--allow", "attach:plants=plants")
    assert alice.live("alice", "plants")["output"][0]["path"] == "plants/out"


def test_status_does_not_promise_what_a_plan_blocks(alice):
    alice.post("bob", "plants")
    alice.write("plants")
    code, out, _ = alice.run("status")
    assert code == 0
    assert "creates it" not in out
    assert "not created: name-hidden; oscar-sync plan says why" in out
