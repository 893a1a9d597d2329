"""Planning, applying, removing and taking up again as a user, with that user's own keys."""

import json

import pytest

from tests.oidc.project import places
from tests.oidc.provider import uid_of

ALICE, BOB = uid_of("alice"), uid_of("bob")
SERVICES = "/system/services"
WAYS = ("token", "token file", "refresh token", "oidc-agent", "notebook variable")


@pytest.fixture
def alice(project):
    project.environ.setenv("TOKEN", project.provider.token("alice"))
    project.settings("token: ${TOKEN}")
    return project


def blocked(project, service):
    """Return reason and text of what blocks a service."""
    found = project.document()
    assert not [action for action in found["actions"] if action["service"] == service]
    (step,) = [step for step in found["blocked"] if step["service"] == service]
    return step


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_log_in_plans_and_applies_as_the_user(project, way, request):
    if way == "token":
        project.environ.setenv("TOKEN", project.provider.token("alice"))
        project.settings("token: ${TOKEN}")
    elif way == "token file":
        (project.folder / "token").write_text(project.provider.token("alice"))
        project.settings("token_file: token")
    elif way == "refresh token":
        project.environ.setenv("REFRESH", project.provider.refresh_token("alice"))
        project.settings("oidc_refresh_token: ${REFRESH}")
    elif way == "oidc-agent":
        request.getfixturevalue("agent").make("mine", "alice")
        project.settings("oidc_account_name: mine")
    else:
        project.environ.setenv("OIDC_ACCESS_TOKEN", project.provider.token("alice"))
        project.settings("")
    project.write("plants", input=places("plants/in"), output=places("plants/out"))
    project.apply()
    live = project.live("alice", "plants")
    assert (live["owner"], live["namespace"]) == (ALICE, "oscar-svc-alice-00")
    assert project.is_quiet()


def test_settings_say_which_log_in_won(project):
    project.settings("oidc_account_name: mine")
    project.environ.setenv("OIDC_AGENT_ACCOUNT", "other")
    _, out, _ = project.run("settings")
    row = next(line.split() for line in out.splitlines() if "clusters.edge.login" in line)
    assert row[1:3] == ["oidc-agent", "oidc_account_name"]
    project.settings("")
    _, out, _ = project.run("settings")
    assert "OIDC_AGENT_ACCOUNT" in out
    project.environ.delenv("OIDC_AGENT_ACCOUNT")
    _, out, _ = project.run("settings")
    assert "(none)" in next(line for line in out.splitlines() if "clusters.edge.login" in line)


def test_a_removed_service_leaves_its_bucket_to_the_user_and_is_taken_up_again(alice):
    """As records 219 and 220: detach, delete, create, attach, with alice's own keys."""
    service = {"input": places("plants/in"), "output": places("plants/out")}
    alice.write("plants", **service)
    alice.apply()
    alice.put("alice", "plants", "out/precious")
    (alice.folder / "plants.yaml").unlink()
    alice.settings("token: ${TOKEN}", "removed: [plants]\n")
    alice.apply()
    assert alice.live("alice", "plants") is None
    assert alice.keys("alice", "plants") == ["in/", "out/", "out/precious"]
    store = alice.store("alice")
    assert store.get_bucket_notification("plants").queue_config_list == []

    alice.settings("token: ${TOKEN}")
    alice.write("plants", **service)
    alice.apply()
    assert alice.keys("alice", "plants") == ["in/", "out/", "out/precious"]
    (rule,) = store.get_bucket_notification("plants").queue_config_list
    assert rule.prefix_filter_rule.value == "in/"
    assert alice.is_quiet()
    alice.put("alice", "plants", "in/again")
    jobs = alice.http("alice", "GET", "/system/logs/plants").json()["jobs"]
    assert len(jobs) == 1


def test_a_service_is_renamed_with_the_user_s_own_keys(alice):
    alice.write("plants", input=places("plants/in"), output=places("plants/out"))
    alice.apply()
    alice.put("alice", "plants", "out/precious")
    (alice.folder / "plants.yaml").unlink()
    alice.write("ferns", input=places("plants/in"), output=places("plants/out"))
    alice.settings("token: ${TOKEN}", "moved: [{from: plants, to: ferns}]\n")
    alice.apply()
    assert alice.live("alice", "plants") is None
    assert alice.live("alice", "ferns")["owner"] == ALICE
    assert alice.keys("alice", "plants") == ["in/", "out/", "out/precious"]
    assert alice.is_quiet()
    alice.put("alice", "plants", "in/again")
    assert len(alice.http("alice", "GET", "/system/logs/ferns").json()["jobs"]) == 1


def test_an_own_bucket_is_attached_without_a_word(alice):
    body = {"bucket_name": "plants", "visibility": "private"}
    assert alice.http("alice", "POST", "/system/buckets", body).status_code == 201
    alice.put("alice", "plants", "data/precious")
    alice.write("plants", input=places("plants/in"))
    alice.apply()
    assert "data/precious" in alice.keys("alice", "plants")
    assert alice.is_quiet()


def test_another_user_s_bucket_is_blocked_until_it_is_named(alice):
    body = {"bucket_name": "theirs", "visibility": "public"}
    assert alice.http("bob", "POST", "/system/buckets", body).status_code == 201
    alice.put("bob", "theirs", "data/precious")
    alice.write("plants", input=places("theirs/in"))
    step = blocked(alice, "plants")
    assert "attach:plants=theirs" in str(step)
    alice.writes()
    code, _, _ = alice.run("apply", "--yes")
    assert code == 7
    assert alice.writes() == []


@pytest.mark.parametrize("is_there", [False, True], ids=["create", "update"])
@pytest.mark.parametrize("side", ["input", "output"])
def test_another_user_s_private_bucket_is_found_though_no_list_shows_it(alice, side, is_there):
    """A PUT would attach it, and a later DELETE erase it (record 215)."""
    body = {"bucket_name": "theirs", "visibility": "private"}
    assert alice.http("bob", "POST", "/system/buckets", body).status_code == 201
    alice.put("bob", "theirs", "precious")
    alice.write("plants")
    if is_there:
        alice.apply()
    before = alice.live("alice", "plants")
    alice.write("plants", **{side: places("theirs/x")})
    assert "attach:plants=theirs" in str(blocked(alice, "plants"))
    code, _, err = alice.run("apply", "--yes")
    assert code == 7, err
    assert alice.keys("bob", "theirs") == ["precious"]
    assert alice.live("alice", "plants") == before


def test_a_name_that_a_hidden_service_has_is_blocked(alice):
    alice.post("bob", "plants")
    alice.write("plants")
    assert "name-hidden" in str(blocked(alice, "plants"))


def test_another_user_s_public_service_in_the_manifests_is_blocked(alice):
    alice.post("bob", "plants", visibility="public")
    alice.write("plants", memory="1Gi")
    assert "not-ours" in str(blocked(alice, "plants"))
    code, _, _ = alice.run("apply", "--yes")
    assert code == 7
    assert alice.live("bob", "plants")["memory"] == "256Mi"


def test_what_others_have_is_no_candidate_for_removal(alice):
    alice.settings("token: ${TOKEN}", "prune: true\n")
    alice.post("bob", "theirs", visibility="public")
    alice.write("plants")
    alice.apply()
    (alice.folder / "plants.yaml").unlink()
    alice.write("other")
    alice.apply()
    assert alice.live("alice", "plants") is None
    assert alice.live("bob", "theirs") is not None


def test_buckets_of_single_users_outlive_a_removal(alice):
    """As record 224: the update drops the level and carries the list."""
    alice.http("bob", "GET", "/system/config")
    alice.write(
        "plants",
        isolation_level="USER",
        visibility="restricted",
        allowed_users=[BOB],
        input=places("plants/in"),
    )
    alice.apply()
    assert alice.is_quiet()
    alice.put("bob", "plants-bob-000000", "in/keep")
    (alice.folder / "plants.yaml").unlink()
    alice.settings("token: ${TOKEN}", "removed: [plants]\n")
    alice.apply()
    assert alice.live("alice", "plants") is None
    assert "in/keep" in alice.keys("bob", "plants-bob-000000")
    assert "in/" in alice.keys("alice", "plants")


def test_a_user_dropped_from_a_service_is_blocked_until_the_bucket_is_named(alice):
    """As record 222: the update would erase that user's bucket."""
    for name in ("bob", "dave"):
        alice.http(name, "GET", "/system/config")
    service = {"isolation_level": "USER", "visibility": "restricted", "input": places("plants/in")}
    alice.write("plants", **service, allowed_users=[BOB, uid_of("dave")])
    alice.apply()
    alice.put("bob", "plants-bob-000000", "in/keep")
    alice.write("plants", **service, allowed_users=[uid_of("dave")])
    assert "erases-user-buckets" in str(blocked(alice, "plants"))
    alice.run("apply", "--yes")
    assert "in/keep" in alice.keys("bob", "plants-bob-000000")


def test_an_update_carries_what_the_server_gave_the_service(alice):
    alice.write("plants", memory="1Gi")
    alice.apply()
    before = alice.live("alice", "plants")
    alice.write("plants", memory="2Gi")
    alice.apply()
    after = alice.live("alice", "plants")
    assert after["memory"] == "2Gi"
    assert {**after, "memory": "1Gi", "annotations": {}} == {**before, "annotations": {}}
    assert after["vo"] == "g1"


def test_two_users_with_one_set_leave_each_other_in_peace(alice):
    alice.write("plants")
    alice.apply()
    alice.environ.setenv("TOKEN", alice.provider.token("bob"))
    (alice.folder / "plants.yaml").unlink()
    alice.write("birds")
    alice.settings("token: ${TOKEN}", "prune: true\n")
    alice.apply()
    assert alice.live("alice", "plants") is not None
    assert alice.live("bob", "birds")["owner"] == BOB


def test_a_token_of_another_group_reads_nothing_and_writes_nothing(alice):
    alice.environ.setenv("TOKEN", alice.provider.token("carol"))
    alice.write("plants")
    code, out, err = alice.run("apply", "--yes")
    assert code not in {0, 7}
    assert "refused" in out + err
    assert alice.writes() == []


@pytest.mark.parametrize("of_bob", [["theirs"], []], ids=["is-there", "is-not"])
def test_a_seed_into_a_bucket_that_the_user_s_keys_may_not_list_is_blocked_alone(alice, of_bob):
    for bucket in of_bob:
        body = {"bucket_name": bucket, "visibility": "private"}
        assert alice.http("bob", "POST", "/system/buckets", body).status_code == 201
    (alice.folder / "files").mkdir()
    (alice.folder / "files" / "one").write_text("1")
    seeds = [{"from": "files", "to": f"minio.default:{to}"} for to in ("theirs/x", "plants/x")]
    alice.settings("token: ${TOKEN}", f"services: {json.dumps({'plants': {'seeds': seeds}})}\n")
    alice.write("plants", output=places("plants/out"))
    code, _, err = alice.run("apply", "--yes")
    assert code == 7, err
    step = blocked(alice, "plants")
    assert step["code"] == "no-such-bucket"
    assert "bucket theirs is closed to the keys that the cluster names, or does not" in str(step)
    assert alice.keys("alice", "plants") == ["out/", "x/one"]


@pytest.mark.parametrize("kind", ["text", "markdown", "html", "sarif"])
def test_drift_does_not_call_a_service_deleted_that_was_taken_from_its_owner(alice, kind):
    alice.write("plants")
    alice.apply()
    body = {**alice.live("alice", "plants"), "annotations": {}, "owner": ""}
    body.pop("token")
    assert alice.http("admin", "PUT", SERVICES, body).status_code == 204
    code, said, _ = alice.run("drift", "-o", kind)
    assert code == 2
    assert "missing" in said
    assert "a service of that name exists and belongs to another user" in said
    assert "deleted on the cluster" not in said


def test_no_notification_is_set_on_a_bucket_that_another_user_made_again_under_its_name(alice):
    """The store keeps the rights of who had it before (records 225, 226): it would let us."""
    alice.write("plants", input=places("red/in"))
    alice.apply()
    for key in alice.keys("alice", "red"):
        alice.store("alice").remove_object("red", key)
    assert alice.http("admin", "DELETE", "/system/buckets/red").status_code == 204
    body = {"bucket_name": "red", "visibility": "private"}
    assert alice.http("bob", "POST", "/system/buckets", body).status_code == 201
    alice.writes()
    code, out, _ = alice.run("apply", "--hooks", "--yes")
    assert code == 7
    assert alice.writes() == []
    assert f"bucket red belongs to {BOB}" in " ".join(out.split())
    assert "--allow attach:plants=red" in out
    assert alice.keys("bob", "red") == []
    assert alice.run("apply", "--hooks", "--yes", "--allow", "attach:plants=red")[0] == 0
    assert alice.is_quiet()
