"""Buckets and volumes that the settings declare, with a user's own keys (records 130, 230, 234)."""

import json

import pytest

from tests.oidc.project import places
from tests.oidc.provider import uid_of

BOB, DAVE = uid_of("bob"), uid_of("dave")
BUCKETS = "/system/buckets"


@pytest.fixture
def alice(project):
    project.environ.setenv("TOKEN", project.provider.token("alice"))
    log_in(project, "bob")
    return project


def log_in(project, name):
    """Let a user be known to the store, as their first request does."""
    assert project.http(name, "GET", "/system/config").status_code == 200


def declare(project, *lines, more=""):
    text = "buckets:\n" + "".join(f"  {line}\n" for line in lines) if lines else ""
    project.settings("token: ${TOKEN}", text + more)


def shown(project, bucket, who="alice"):
    listed = project.http(who, "GET", BUCKETS).json() or []
    return next((one for one in listed if one["bucket_name"] == bucket), None)


def access(project, bucket):
    entry = shown(project, bucket)
    return entry["visibility"], sorted(entry["allowed_users"] or [])


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("{}", ("private", [])),
        (f"{{visibility: restricted, allowed_users: [{BOB}]}}", ("restricted", [BOB])),
        ("{visibility: public}", ("public", [])),
    ],
)
def test_a_declared_bucket_is_made_marked_and_then_quiet(alice, entry, expected):
    declare(alice, f"atlas: {entry}")
    alice.apply()
    assert access(alice, "atlas") == expected
    assert shown(alice, "atlas")["metadata"]["oscar-sync"] == "tests"
    assert alice.is_quiet()


@pytest.mark.parametrize("before", ["private", "restricted", "public"])
@pytest.mark.parametrize("after", ["private", "restricted", "public"])
def test_access_goes_from_each_visibility_to_each_other_one(alice, before, after):
    log_in(alice, "dave")

    def entry(visibility, user):
        users = f", allowed_users: [{user}]" if visibility == "restricted" else ""
        return f"atlas: {{visibility: {visibility}{users}}}"

    declare(alice, entry(before, BOB))
    alice.apply()
    alice.put("alice", "atlas", "out/precious")
    declare(alice, entry(after, DAVE))
    alice.apply()
    assert access(alice, "atlas") == (after, [DAVE] if after == "restricted" else [])
    assert alice.is_quiet()
    assert alice.keys("alice", "atlas") == ["out/precious"]
    assert alice.reads("bob", "atlas") is (after == "public")


def test_a_restricted_bucket_without_users_is_closed_all_the_same(alice):
    """Record 230: OSCAR takes the owner's access off and then fails."""
    declare(alice, f"atlas: {{visibility: restricted, allowed_users: [{BOB}]}}")
    alice.apply()
    asked = {"bucket_name": "atlas", "visibility": "restricted", "allowed_users": []}
    assert alice.http("alice", "PUT", BUCKETS, asked).status_code == 204
    declare(alice, "atlas: {}")
    alice.apply()
    assert access(alice, "atlas") == ("private", [])


def test_drift_names_first_who_has_access_and_should_not(alice):
    log_in(alice, "dave")
    declare(alice, f"atlas: {{visibility: restricted, allowed_users: [{BOB}]}}")
    alice.write("aaa", input=places("atlas/in"))
    alice.apply()
    asked = {"bucket_name": "atlas", "visibility": "restricted", "allowed_users": [BOB, DAVE]}
    alice.http("alice", "PUT", BUCKETS, asked)
    alice.http("alice", "PUT", "/system/services", alice.live("alice", "aaa") | {"memory": "1Gi"})
    code, out, _ = alice.run("drift")
    assert code == 2
    first, second = out.splitlines()[:2]
    assert "bucket atlas" in first
    assert DAVE in first
    assert "aaa" in second
    assert out.splitlines()[-1] == "Drift: 1 service, 1 bucket; 1 service compared with edge."
    alice.apply()
    assert access(alice, "atlas") == ("restricted", [BOB])


def test_what_changed_on_the_cluster_is_told_from_what_changed_in_the_files(alice):
    declare(alice, "atlas: {}")
    alice.apply()
    alice.http("alice", "PUT", BUCKETS, {"bucket_name": "atlas", "visibility": "public"})
    (action,) = alice.document()["actions"]
    assert action["category"] == "drifted"
    assert action["changes"][0]["cause"] == "changed on the cluster"
    alice.apply()
    declare(alice, "atlas: {visibility: public}")
    (action,) = alice.document()["actions"]
    assert action["category"] == "changed"
    assert action["changes"][0]["cause"] == "changed in the files"
    code, _, _ = alice.run("drift")
    assert code == 0


def test_a_mark_that_lags_behind_is_written_again_so_that_drift_is_told_by_it(alice):
    """The files follow what somebody changed on the cluster; then it is changed back there."""
    declare(alice, "atlas: {}")
    alice.apply()
    alice.http("alice", "PUT", BUCKETS, {"bucket_name": "atlas", "visibility": "public"})
    declare(alice, "atlas: {visibility: public}")
    alice.apply()
    assert alice.is_quiet()
    alice.http("alice", "PUT", BUCKETS, {"bucket_name": "atlas", "visibility": "private"})
    code, out, _ = alice.run("drift")
    assert code == 2
    assert out.splitlines()[-1] == "Drift: 1 bucket; 0 services compared with edge."


def test_a_bucket_that_was_public_gives_nobody_access_that_they_had_not(alice):
    declare(alice, "atlas: {visibility: public}")
    alice.apply()
    declare(alice, f"atlas: {{visibility: restricted, allowed_users: [{BOB}]}}")
    (action,) = alice.document()["actions"]
    assert action["notes"] == []


def test_a_narrowed_run_names_the_buckets_and_volumes_that_it_does_not_delete(alice):
    entries = "  - {bucket: edge/old, erase: true}\n  - {volume: tmp, erase: true}\n"
    declare(alice, more=f"removed:\n{entries}")
    alice.write("aaa")
    assert "`removed` is not looked at: edge/old, tmp" in alice.run("plan", "--only", "aaa")[1]


def test_an_unmarked_bucket_is_adopted_only_as_it_is(alice):
    alice.http("alice", "POST", BUCKETS, {"bucket_name": "atlas", "visibility": "private"})
    declare(alice, "atlas: {visibility: public}")
    (step,) = alice.document()["blocked"]
    assert step["code"] == "bucket-not-managed"
    declare(alice, "atlas: {}")
    (action,) = alice.document()["actions"]
    assert [one["do"] for one in action["steps"]] == ["tag"]
    alice.apply()
    declare(alice, "atlas: {visibility: public}")
    alice.apply()
    assert access(alice, "atlas") == ("public", [])


@pytest.mark.parametrize("visibility", ["private", "public"])
def test_a_bucket_of_another_user_blocks(alice, visibility):
    alice.http("bob", "POST", BUCKETS, {"bucket_name": "atlas", "visibility": visibility})
    declare(alice, "atlas: {}")
    (step,) = alice.document()["blocked"]
    assert step["code"] == "not-my-bucket"
    assert BOB in step["message"]


def test_the_mark_of_another_set_blocks(alice):
    declare(alice, "atlas: {}")
    alice.apply()
    file = alice.folder / "oscar-sync.yaml"
    file.write_text(file.read_text("utf-8").replace("set: tests", "set: others"), "utf-8")
    (step,) = alice.document()["blocked"]
    assert (step["code"], "set tests" in step["message"]) == ("not-ours", True)


def test_users_that_never_logged_in_are_told_and_the_bucket_is_shared_once_they_have(alice):
    declare(alice, f"atlas: {{visibility: restricted, allowed_users: [{DAVE}]}}")
    code, out, err = alice.run("apply", "--yes")
    assert code == 4, out + err
    assert "never logged in" in out
    assert access(alice, "atlas") == ("private", [])
    log_in(alice, "dave")
    alice.apply()
    assert access(alice, "atlas") == ("restricted", [DAVE])
    assert alice.is_quiet()


@pytest.mark.parametrize("before", ["", "private", "public"])
def test_access_that_was_given_half_is_not_called_drift(alice, before):
    if before:
        declare(alice, f"atlas: {{visibility: {before}}}")
        alice.apply()
    for users in (f"{BOB}, nobody@x", BOB):
        declare(alice, f"atlas: {{visibility: restricted, allowed_users: [{users}]}}")
        (action,) = alice.document()["actions"]
        causes = {change["cause"] for change in action["changes"]}
        assert causes == {"changed in the files"}
        alice.run("apply", "--yes")
    assert access(alice, "atlas") == ("restricted", [BOB])
    assert alice.is_quiet()


@pytest.mark.parametrize("visibility", ["private", "restricted", "public"])
@pytest.mark.parametrize("of_service", ["private", "same"])
def test_a_service_on_a_declared_bucket_leaves_its_access_as_declared(
    alice, visibility, of_service
):
    users = [BOB] if visibility == "restricted" else []
    listed = f", allowed_users: [{BOB}]" if users else ""
    declare(alice, f"atlas: {{visibility: {visibility}{listed}}}")
    given = {"visibility": visibility, "allowed_users": users} if of_service == "same" else {}
    alice.write("aaa", input=places("atlas/in"), output=places("atlas/out"), **given)
    alice.apply()
    assert access(alice, "atlas") == (visibility, users)
    assert alice.is_quiet()
    alice.write("aaa", input=places("atlas/in"), output=places("atlas/out"), memory="1Gi")
    alice.apply()
    assert access(alice, "atlas") == (visibility, users)
    assert alice.is_quiet()


def test_a_plan_names_who_is_given_access_again_after_a_service_took_it(alice):
    users = {"visibility": "restricted", "allowed_users": [BOB]}
    declare(alice, f"atlas: {json.dumps(users)}")
    alice.write("aaa", output=places("atlas/out"), **users)
    alice.apply()
    alice.write("aaa", output=places("atlas/out"))
    assert f"give atlas its access: restricted ({BOB})" in alice.run("plan")[1]


@pytest.mark.parametrize("to_public", [True, False])
def test_a_bucket_gets_other_access_in_the_apply_that_makes_its_service_private(alice, to_public):
    """The update takes the access away first: the bucket is not as the plan saw it by then."""
    restricted = {"visibility": "restricted", "allowed_users": [BOB]}
    before, after = (restricted, {"visibility": "public"})[:: 1 if to_public else -1]
    declare(alice, f"atlas: {json.dumps(before)}")
    alice.write("aaa", output=places("atlas/out"), **before)
    alice.apply()
    declare(alice, f"atlas: {json.dumps(after)}")
    alice.write("aaa", output=places("atlas/out"))
    alice.apply()
    assert access(alice, "atlas") == (after["visibility"], after.get("allowed_users", []))
    assert alice.is_quiet()


def test_a_service_that_would_open_a_declared_bucket_is_an_error_at_its_place(alice):
    declare(alice, "atlas: {}")
    alice.write("aaa", input=places("atlas/in"), visibility="public")
    code, out, _ = alice.run("validate", "-o", "json")
    assert code == 3
    (found,) = [one for one in json.loads(out)["diagnostics"] if one["code"] == "OSY220"]
    assert found["file"] == "aaa.yaml"


def test_a_removed_bucket_goes_with_its_content_and_only_as_the_plan_showed_it(alice):
    declare(alice, "atlas: {}", "other: {}")
    alice.apply()
    alice.put("alice", "atlas", "out/precious")
    declare(alice, "other: {}", more="removed:\n  - {bucket: edge/atlas, erase: true}\n")
    found = alice.document()
    (erased,) = found["actions"][0]["erases"]
    assert (erased["bucket"], erased["objects"]) == ("atlas", 1)
    (alice.folder / "plan.json").write_text(json.dumps(found), "utf-8")
    alice.put("alice", "atlas", "out/newer")
    code, out, err = alice.run("apply", "--yes", "--expect", "plan.json")
    assert code == 5, out + err
    assert len(alice.keys("alice", "atlas")) == 2
    alice.apply()
    assert shown(alice, "atlas") is None
    assert shown(alice, "other") is not None
    code, out, _ = alice.run("plan")
    assert code == 0
    assert "does not exist on edge" in out


def test_a_bucket_that_a_service_uses_is_not_deleted(alice):
    declare(alice, "atlas: {}")
    alice.write("aaa", output=places("atlas/out"))
    alice.apply()
    (alice.folder / "aaa.yaml").unlink()
    removed = "removed:\n  - {bucket: atlas, erase: true}\n"
    declare(alice, more=removed)
    (step,) = [one for one in alice.document()["blocked"] if one["service"] == "bucket atlas"]
    assert step["code"] == "bucket-in-use"
    declare(alice, more=f"{removed}  - aaa\n")
    alice.apply()
    assert shown(alice, "atlas") is None


def test_files_are_seeded_to_a_declared_bucket_once_it_is_there(alice):
    (alice.folder / "files").mkdir()
    (alice.folder / "files" / "a.txt").write_text("a", "utf-8")
    declare(alice, "atlas: {seeds: [{from: files, to: data}]}")
    alice.apply()
    assert alice.keys("alice", "atlas") == ["data/a.txt"]
    assert alice.is_quiet()
    declare(alice, "atlas: {seeds: [{from: files}]}")
    code, out, err = alice.run("seed", "--yes")
    assert code == 0, out + err
    assert alice.keys("alice", "atlas") == ["a.txt", "data/a.txt"]
    declare(alice, "atlas: {seeds: [{from: files, delete_extra: true}]}")
    alice.apply()
    assert alice.keys("alice", "atlas") == ["a.txt"]


def test_an_administrator_cannot_give_a_bucket_a_visibility(project):
    project.settings_of_admin("buckets:\n  atlas: {visibility: public}\n")
    (step,) = project.document()["blocked"]
    assert step["code"] == "needs-user-login"
    project.settings_of_admin("buckets:\n  atlas: {}\n")
    project.apply()
    assert project.is_quiet()


def test_volumes_are_made_used_and_deleted_once_nothing_mounts_them(alice):
    declare(alice, more="volumes:\n  models: {size: 1Gi}\n")
    alice.write("aaa", volume={"name": "models", "mount_path": "/models"})
    alice.apply()
    assert alice.is_quiet()
    declare(alice, more="volumes:\n  models: {size: 2Gi}\n")
    (step,) = alice.document()["blocked"]
    assert step["code"] == "unsupported-update"
    out = alice.run("drift")[1]
    assert "size  want 2Gi  live 1Gi" in out
    assert "missing" not in out
    declare(alice, more="volumes:\n  models: {size: 1024Mi}\n")
    assert alice.is_quiet()
    removed = "removed:\n  - {volume: models, erase: true}\n"
    declare(alice, more=removed)
    (step,) = alice.document()["blocked"]
    assert step["code"] == "volume-in-use"
    (alice.folder / "aaa.yaml").unlink()
    declare(alice, more=f"{removed}  - aaa\n")
    alice.apply()
    assert alice.http("alice", "GET", "/system/volumes").json() == []


def test_what_the_quota_has_no_room_for_is_blocked_before_anything_is_sent(alice):
    limits = {"volumes": {"disk": "1Gi", "volumes": "2"}, "minio": {"buckets": "1"}}
    log_in(alice, "alice")
    answer = alice.http("admin", "PUT", f"/system/quotas/user/{uid_of('alice')}", limits)
    assert answer.status_code == 200, answer.text
    volumes = "volumes:\n  m1: {size: 600Mi}\n  m2: {size: 600Mi}\n"
    declare(alice, "atlas: {}", "notes: {}", more=volumes)
    alice.writes()
    found = alice.document()
    assert [one["service"] for one in found["actions"]] == ["bucket atlas", "volume m1"]
    assert {one["service"]: one["code"] for one in found["blocked"]} == {
        "bucket notes": "quota",
        "volume m2": "quota",
    }
    alice.run("apply", "--yes")
    sent = [path for _, path in alice.writes() if not path.endswith("/presign")]  # a question
    assert sent == ["/system/buckets", "/system/volumes"]


def test_status_graph_and_doctor_know_what_is_declared(alice):
    declare(alice, f"edge/atlas: {{visibility: restricted, allowed_users: [{BOB}]}}")
    alice.apply()
    alice.http("alice", "PUT", BUCKETS, {"bucket_name": "atlas", "visibility": "public"})
    _, out, _ = alice.run("status", "-o", "json")
    (told,) = json.loads(out)["clusters"][0]["storage"]
    assert told == {"name": "bucket atlas", "state": "there", "drifted": True, "access": "public"}
    assert "declared bucket atlas, which no service here uses" in alice.run("graph")[1]
    assert "no service uses it" not in alice.run("doctor")[1].replace("read, write", "")
    declare(alice)
    _, out, _ = alice.run("doctor")
    assert "set tests manages it, whose settings no longer declare it" in out
    assert "- {bucket: atlas, erase: true}" in out


def test_export_and_init_write_what_is_there_beside_services(alice, tmp_path):
    shared = {"bucket_name": "atlas", "visibility": "restricted", "allowed_users": [BOB]}
    alice.http("alice", "POST", BUCKETS, shared)
    alice.http("bob", "POST", BUCKETS, {"bucket_name": "of-bob", "visibility": "public"})
    alice.http("alice", "POST", "/system/volumes", {"name": "models", "size": "1Gi"})
    alice.post("alice", "aaa", input=places("plants/in"))
    declare(alice)
    code, _, err = alice.run("export", str(alice.folder / "live"))
    assert code == 0
    written = f"""buckets:
  edge/atlas:
    visibility: restricted
    allowed_users:
    - {BOB}
volumes:
  edge/models:
    size: 1Gi
"""
    assert written in err
    declare(alice, more=written)
    (action,) = alice.document()["actions"]
    assert action["kind"] == "adopt bucket"
    _, _, err = alice.run("export", str(alice.folder / "live"))
    assert "buckets:" not in err
    declare(alice)
    token = alice.provider.token("alice")
    (alice.folder / "token").write_text(token, "utf-8")
    code, out, err = alice.run(
        "init", str(tmp_path / "new"), "--from-cluster", "-c", "edge", "--token-file", "token"
    )
    assert code == 0, out + err
    settings = (tmp_path / "new" / "oscar-sync.yaml").read_text("utf-8")
    assert written in settings


def test_a_bucket_that_another_user_made_again_is_not_adopted(alice):
    """Record 226: the list shows alice as the owner of what bob has under a name she once had."""
    alice.http("alice", "POST", BUCKETS, {"bucket_name": "atlas", "visibility": "private"})
    alice.store("alice").remove_bucket("atlas")
    alice.http("bob", "POST", BUCKETS, {"bucket_name": "atlas", "visibility": "private"})
    assert shown(alice, "atlas")["owner"] == uid_of("alice")
    declare(alice, "atlas: {}")
    (step,) = alice.document()["blocked"]
    assert (step["code"], BOB in step["message"]) == ("not-my-bucket", True)


@pytest.mark.parametrize("said", ["removed", "allow"])
@pytest.mark.parametrize(("owner", "code"), [("tests", "still-declared"), ("others", "not-ours")])
def test_no_way_of_deleting_a_bucket_takes_a_declared_one_or_another_sets(alice, said, owner, code):
    """Not the entry of a service that wrote to it, and no permission."""
    declare(alice, "atlas: {}")
    file = alice.folder / "oscar-sync.yaml"
    file.write_text(file.read_text("utf-8").replace("set: tests", f"set: {owner}"), "utf-8")
    alice.apply()
    declare(alice, *(["atlas: {}"] if owner == "tests" else []))
    alice.write("aaa", output=places("atlas/out"))
    # The declared entry of another set's bucket would be blocked itself.
    alice.apply()
    alice.put("alice", "atlas", "out/precious")
    (alice.folder / "aaa.yaml").unlink()
    entry = "{service: aaa, erase: [atlas]}" if said == "removed" else "aaa"
    file.write_text(f"{file.read_text('utf-8')}removed:\n  - {entry}\n", "utf-8")
    permission = [] if said == "removed" else ["--allow", "erase:atlas"]
    found = alice.document(*permission)
    assert not any(one["erases"] for one in found["actions"])
    assert {one["code"] for one in found["blocked"]} == {code}
    alice.run("apply", "--yes", *permission)
    assert alice.keys("alice", "atlas") == ["out/precious"]


def test_a_removal_that_closes_a_declared_bucket_gives_its_access_again(alice):
    declare(alice, "atlas: {visibility: public}")
    alice.write("aaa", output=places("atlas/out"), visibility="public")
    alice.apply()
    (alice.folder / "aaa.yaml").unlink()
    entry = "removed:\n  - {service: aaa, close_access: true}\n"
    declare(alice, "atlas: {visibility: public}", more=entry)
    alice.apply()
    assert access(alice, "atlas") == ("public", [])
    assert alice.is_quiet()


def test_a_volume_that_is_declared_is_made_by_no_service(alice):
    declare(alice, more="volumes:\n  models: {size: 1Gi}\n")
    alice.write("aaa", volume={"name": "models", "size": "1Gi", "mount_path": "/models"})
    found = alice.document()
    assert [one["service"] for one in found["actions"]] == ["volume models"]
    assert [one["code"] for one in found["blocked"]] == ["volume-exists"]
    assert alice.run("apply", "--yes")[0] == 7
    alice.write("aaa", volume={"name": "models", "mount_path": "/models"})
    alice.apply()
    assert alice.is_quiet()


def test_no_create_mounts_a_bucket_of_another_set(alice):
    """It would take the mark off, and the next plan would call the bucket nobody's."""
    declare(alice, "atlas: {}")
    alice.apply()
    file = alice.folder / "oscar-sync.yaml"
    declare(alice)
    file.write_text(file.read_text("utf-8").replace("set: tests", "set: others"), "utf-8")
    mount = {"storage_provider": "minio.default", "path": "atlas/models"}
    alice.write("aaa", mount=mount)
    (step,) = alice.document()["blocked"]
    assert (step["code"], "set tests" in step["message"]) == ("not-ours", True)


def test_no_service_makes_a_public_bucket_look_private_while_its_own_step_is_blocked(alice):
    """A private service that attaches it lets OSCAR show it as private; everybody has access."""
    asked = {"bucket_name": "atlas", "visibility": "public"}
    assert alice.http("alice", "POST", BUCKETS, asked).status_code == 201
    alice.put("alice", "atlas", "out/precious")
    declare(alice, "atlas: {}")
    alice.write("aaa", input=places("atlas/in"))
    blocked = {item["service"]: item["code"] for item in alice.document()["blocked"]}
    assert blocked == {"bucket atlas": "bucket-not-managed", "aaa": "bucket-blocked"}
    declare(alice, "atlas: {visibility: public}")
    alice.apply()
    declare(alice, "atlas: {}")
    alice.apply()
    assert access(alice, "atlas") == ("private", [])
    assert not alice.reads("bob", "atlas")
    assert alice.is_quiet()


@pytest.fixture
def looks_private(alice):
    """A public bucket that OSCAR shows as private since a service used it (229)."""
    alice.http("alice", "POST", BUCKETS, {"bucket_name": "atlas", "visibility": "public"})
    alice.put("alice", "atlas", "out/precious")
    hide(alice)
    return alice


def hide(alice):
    body = {"name": "gone", "image": "x/y:1", "script": "s"}
    for output in (None, places("atlas/out"), None):
        method = "PUT" if alice.live("alice", "gone") else "POST"
        alice.http("alice", method, "/system/services", {**body, "output": output})
    alice.http("alice", "DELETE", "/system/services/gone")
    assert access(alice, "atlas") == ("private", [])


def test_a_bucket_is_closed_whose_name_everybody_had_access_to(looks_private):
    """A user asks for it by name, and OSCAR fails: the policy names what does not exist."""
    alice = looks_private
    assert alice.http("alice", "DELETE", f"{BUCKETS}/atlas").status_code == 204
    declare(alice, "atlas: {}")
    alice.write("aaa", output=places("atlas/out"))
    alice.apply()
    alice.put("alice", "atlas", "out/precious")
    assert not alice.reads("bob", "atlas")
    assert alice.is_quiet()


def test_a_plan_says_that_an_unmarked_bucket_may_be_public_and_what_closes_it(looks_private):
    alice = looks_private
    declare(alice, "atlas: {}")
    (action,) = alice.document()["actions"]
    (note,) = action["notes"]
    assert note.startswith("everybody may have access to atlas all the same: ")
    alice.apply()
    assert alice.reads("bob", "atlas")
    words = note.split("`")[1].removeprefix("oscar-sync ").split()
    assert alice.run(*words, "--yes")[0] == 0
    alice.apply()
    assert not alice.reads("bob", "atlas")
    assert alice.is_quiet()


def test_a_new_bucket_is_never_opened_where_nothing_says_that_its_name_is_open(alice):
    declare(alice, "atlas: {}")
    (action,) = alice.document()["actions"]
    assert [one["do"] for one in action["steps"]] == ["create-bucket", "tag"]


@pytest.mark.parametrize("later", ["{}", f"{{visibility: restricted, allowed_users: [{DAVE}]}}"])
@pytest.mark.parametrize("cut", [0, 1])
def test_a_bucket_under_an_open_name_is_closed_also_after_a_fault(looks_private, later, cut):
    alice = looks_private
    log_in(alice, "dave")
    assert alice.http("alice", "DELETE", f"{BUCKETS}/atlas").status_code == 204
    declare(alice, f"atlas: {later}")
    (action,) = alice.document()["actions"]
    assert [one["do"] for one in action["steps"]] == [
        "create-bucket", "tag", "set-access", "tag"
    ]  # fmt: skip
    if cut:
        alice.emulator.fault(f"PUT /system/buckets#{cut}:500-before")
    assert alice.run("apply", "--yes")[0] == (4 if cut else 0)
    alice.emulator.clear_faults()
    alice.apply()
    alice.put("alice", "atlas", "out/precious")
    assert not alice.reads("bob", "atlas")
    assert alice.reads("dave", "atlas") is (later != "{}")
    assert alice.is_quiet()


@pytest.mark.parametrize("later", ["{}", f"{{visibility: restricted, allowed_users: [{DAVE}]}}"])
def test_what_was_public_by_its_mark_and_looks_private_is_opened_by_a_person_alone(alice, later):
    log_in(alice, "dave")
    declare(alice, "atlas: {visibility: public}")
    alice.apply()
    alice.put("alice", "atlas", "out/precious")
    hide(alice)
    declare(alice, f"atlas: {later}")
    (blocked,) = alice.document()["blocked"]
    assert blocked["code"] == "access-unknown"
    assert blocked["changes"][0]["before"] == "public"
    words = blocked["ways_out"][0].split("`")[1].removeprefix("oscar-sync ").split()
    assert alice.run(*words, "--yes")[0] == 0
    alice.apply()
    assert not alice.reads("bob", "atlas")
    assert alice.reads("dave", "atlas") is (later != "{}")
    assert alice.is_quiet()


def test_a_cluster_that_cannot_be_read_has_a_reason_where_only_buckets_are_declared(alice):
    declare(alice, "atlas: {}")
    alice.emulator.fault("GET /system/buckets:403")
    code, out, _ = alice.run("plan")
    assert code == 6
    assert "NOT PLANNED (1)" in out
    assert f"edge ({alice.emulator.url}): " in out


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_a_bucket_that_a_public_service_opened_is_drift_though_it_looks_private(alice, who):
    declare(alice, "atlas: {}")
    alice.apply()
    alice.put("alice", "atlas", "out/precious")
    body = {"name": "open", "image": "x/y:1", "script": "s", "visibility": "public"}
    alice.http(who, "POST", "/system/services", body)
    used = {**body, "output": places("atlas/out")}
    assert alice.http(who, "PUT", "/system/services", used).ok
    assert (alice.reads("bob", "atlas"), access(alice, "atlas")) == (True, ("private", []))
    (blocked,) = alice.document()["blocked"]
    assert blocked["code"] == "bucket-open"
    code, out, _ = alice.run("drift")
    assert code == 2
    assert "want private  live public   changed on the cluster" in out
    assert alice.http(who, "PUT", "/system/services", {**used, "visibility": "private"}).ok
    assert not alice.document()["blocked"]
