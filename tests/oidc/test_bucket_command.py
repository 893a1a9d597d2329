"""`oscar-sync bucket` with a token: a bucket is shared, and only by its owner."""

import pytest

from tests.oidc.provider import uid_of

BOB = uid_of("bob")


@pytest.fixture
def alice(project):
    project.environ.setenv("TOKEN", project.provider.token("alice"))
    project.settings("token: ${TOKEN}")
    assert project.run("bucket", "create", "atlas")[0] == 0
    return project


def test_a_bucket_is_shared_after_confirmation_and_closed_again(alice):
    assert alice.http("bob", "GET", "/system/buckets").json() == []
    code, _, err = alice.run("bucket", "share", "atlas", "--user", BOB)
    assert code == 10
    assert "edge/atlas: visibility private. It holds 0 objects (0 B).\n" in err
    assert f"Change it to visibility restricted, shared with 1 user: {BOB}?" in err
    code, out, err = alice.run("bucket", "share", "atlas", "--user", BOB, "--yes")
    assert code == 0, err
    assert f"edge/atlas: changed; visibility restricted, shared with 1 user: {BOB}" in out
    assert "unchanged" in alice.run("bucket", "share", "atlas", "--user", BOB)[1]
    (seen,) = alice.http("bob", "GET", "/system/buckets").json()
    assert seen["bucket_name"] == "atlas"
    assert alice.run("bucket", "share", "atlas", "--visibility", "private", "-y")[0] == 0
    assert alice.http("bob", "GET", "/system/buckets").json() == []


def test_a_user_whom_the_store_does_not_know_cannot_be_named(alice):
    code, _, err = alice.run("bucket", "share", "atlas", "--user", "who@egi.example", "--yes")
    assert code == 6
    assert "bucket atlas is not changed; it is private now: " in err
    assert "each user must have logged in to this cluster once" in err


@pytest.mark.parametrize("visibility", ["public", "restricted"])
def test_only_the_owner_of_a_bucket_changes_who_has_access(alice, visibility):
    """The server lets every user close a public bucket, and take it from its owner."""
    body = {"bucket_name": "open", "visibility": visibility, "allowed_users": [uid_of("alice")]}
    assert alice.http("bob", "POST", "/system/buckets", body).status_code == 201
    code, _, err = alice.run("bucket", "share", "open", "--visibility", "private", "--yes")
    assert (code, f"bucket open is not changed: it belongs to {BOB}" in err) == (6, True), err
    assert "log in as the owner" in err
    (seen,) = alice.http("bob", "GET", "/system/buckets").json()
    assert (seen["bucket_name"], seen["visibility"]) == ("open", visibility)


def test_a_user_is_told_the_quota_of_their_own(alice):
    alice.emulator.forget_requests()
    code, out, _ = alice.run("quota")
    assert code == 0
    assert ["minio.buckets.used", "1"] in [line.split() for line in out.splitlines()]
    code, _, err = alice.run("quota", "get", BOB)
    assert (code, "sees only its own quota: leave the user out" in err) == (64, True)


def test_a_bucket_that_is_restricted_to_nobody_is_opened_by_way_of_its_owner(alice):
    body = {"bucket_name": "atlas", "visibility": "restricted", "allowed_users": [BOB]}
    alice.http("bob", "GET", "/system/buckets")
    assert alice.http("alice", "PUT", "/system/buckets", body).status_code == 204
    body["allowed_users"] = []
    assert alice.http("alice", "PUT", "/system/buckets", body).status_code == 204
    assert alice.run("bucket", "share", "atlas", "--visibility", "public", "--yes")[0] == 0
    (seen,) = alice.http("bob", "GET", "/system/buckets").json()
    assert (seen["bucket_name"], seen["visibility"]) == ("atlas", "public")


def test_a_user_deletes_a_bucket_of_their_own_and_no_other_s(alice):
    assert alice.run("bucket", "delete", "atlas", "--yes")[0] == 0
    everybody = {"bucket_name": "open", "visibility": "public"}
    hidden = {"bucket_name": "closed", "visibility": "private"}
    for body in (everybody, hidden):
        assert alice.http("bob", "POST", "/system/buckets", body).status_code == 201
    for name in ("open", "closed"):
        code, out, err = alice.run("bucket", "delete", name, "--yes", "--objects", "0")
        assert code == 7, err
        assert "not-my-bucket" in out
        assert alice.run("storage", "rm", "-r", f"{name}/x", "-y", "--objects", "1")[0] == 7
    listed = alice.http("admin", "GET", "/system/buckets").json()
    assert {one["bucket_name"] for one in listed} == {"open", "closed"}
