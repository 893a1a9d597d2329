"""What doctor tells a user, and what of a user's an administrator is told."""

import json

import requests
from minio import Minio
from minio.commonconfig import Tags
from minio.notificationconfig import PrefixFilterRule, QueueConfig

from tests.oidc.provider import uid_of

SERVICES = "/system/services"
ALICE, BOB = uid_of("alice"), uid_of("bob")


def _call(project, who, method, path, body=None):
    url, auth, headers = project.emulator.url + path, None, {}
    if who == "admin":
        auth = (project.emulator.user, project.emulator.password)
    else:
        headers["Authorization"] = f"Bearer {project.provider.named(who)}"
    return requests.request(method, url, json=body, timeout=60, auth=auth, headers=headers)


def _service(name="plants", **more):
    return {"name": name, "image": "ghcr.io/x/i:1", "script": "s", **more}


def _minio(*paths):
    return [{"storage_provider": "minio.default", "path": path} for path in paths]


def _as(project, who):
    project.environ.setenv("TOKEN", project.provider.named(who))
    project.settings('token: "${TOKEN}"')


def _found(project):
    code, out, err = project.run("doctor", "-o", "json")
    assert code == 0, err
    (cluster,) = json.loads(out)["clusters"]
    return {(item["code"], item["name"]): item for item in cluster["findings"]}, cluster["notes"]


def _commands(item):
    return [remedy["do"] for remedy in item["remedies"] if remedy["do"]]


def test_a_user_is_told_of_the_own_buckets_alone(project):
    for who, bucket in (("alice", "hers"), ("bob", "his")):
        name = f"of-{bucket}"
        _call(project, who, "POST", SERVICES, _service(name, output=_minio(f"{bucket}/out")))
        _call(project, who, "PUT", SERVICES, _service(name, owner=uid_of(who)))
    _as(project, "alice")
    found, notes = _found(project)
    assert list(found) == [("OSY614", "hers")]
    assert _commands(found["OSY614", "hers"]) == [
        "buckets: {hers: {}}",
        "- {bucket: hers, erase: true}",
        "oscar-sync bucket delete hers -c edge",
    ]
    assert any("this log-in sees its own" in note for note in notes)


def test_an_administrator_is_told_whose_a_service_without_owner_is(project):
    _call(project, "alice", "POST", SERVICES, _service(output=_minio("hers/out")))
    lost = _service(output=_minio("hers/out"))
    assert _call(project, "admin", "PUT", SERVICES, lost).status_code < 600
    project.settings_of_admin()
    found, _ = _found(project)
    item = found["OSY402", "plants"]
    assert (
        f"write `owner: {ALICE}` in function_config.yaml (its buckets say so)"
        in (item["remedies"][0]["what"])
    )
    assert _commands(item)[0].startswith("kubectl -n oscar-svc-alice")


def test_the_notification_of_a_users_own_bucket_never_fires(project):
    _call(project, "bob", "GET", "/system/config")
    body = _service(
        visibility="restricted", isolation_level="USER", allowed_users=[BOB],
        input=_minio("shared/in"),
    )  # fmt: skip
    assert _call(project, "alice", "POST", SERVICES, body).status_code == 201
    project.settings_of_admin()
    found, _ = _found(project)
    (deaf,) = [item for (code, _), item in found.items() if code == "OSY605"]
    bucket = f"shared-{BOB[:10]}"
    assert deaf["name"] == bucket
    assert _commands(deaf) == [
        f"mc event add edge/{bucket} arn:minio:sqs::plants:webhook --event put --prefix in/"
    ]
    keys = (project.emulator.access_key, project.emulator.secret_key)
    store = Minio(project.emulator.s3_url.removeprefix("http://"), *keys, secure=False)
    config = store.get_bucket_notification(bucket)
    (rule,) = config.queue_config_list
    right = QueueConfig(rule.events, None, PrefixFilterRule("in/"), None, rule.queue)
    config.queue_config_list.append(right)
    store.set_bucket_notification(bucket, config)
    assert not [code for code, _ in _found(project)[0] if code == "OSY605"]


def test_what_others_made_public_is_not_the_users_to_mend(project):
    body = _service(visibility="public", input=_minio("open/in"))
    _call(project, "alice", "POST", SERVICES, body)
    _call(
        project, "alice", "PUT", SERVICES, {**body, "input": _minio("open/other"), "owner": ALICE}
    )
    _as(project, "bob")
    assert _found(project)[0] == {}
    _as(project, "alice")
    assert set(_found(project)[0]) == {("OSY601", "open"), ("OSY602", "open")}


def test_a_bucket_without_tags_is_no_users_to_erase(project):
    _call(project, "alice", "POST", SERVICES, _service())
    _call(project, "alice", "PUT", SERVICES, _service(owner=ALICE, output=_minio("hers/out")))
    _call(project, "alice", "PUT", SERVICES, _service(owner=ALICE))
    _as(project, "alice")
    found, _ = _found(project)
    assert _commands(found["OSY612", "hers"]) == ["buckets: {hers: {}}"]


def test_an_open_bucket_that_says_not_whose_it_is_is_told_of_with_what_closes_it(project):
    """So are all that 3.6.4 opens under a token: its services are made without their buckets."""
    public = _service(owner=ALICE, visibility="public")
    _call(project, "alice", "POST", SERVICES, public)
    _call(project, "alice", "PUT", SERVICES, {**public, "output": _minio("red/out")})
    project.put("alice", "red", "out/precious")
    _as(project, "alice")
    assert _found(project)[0] == {}  # a public service has it
    _call(project, "alice", "PUT", SERVICES, public)
    found, _ = _found(project)
    assert set(found) == {("OSY615", "red")}
    item = found["OSY615", "red"]
    assert item["message"].endswith("no service that this log-in sees uses it; it has no owner tag")
    tag, call = _commands(item)
    assert tag == f"mc tag set edge/red owner={ALICE}"
    assert project.reads("bob")
    tags = Tags.new_bucket_tags()
    tags["owner"] = ALICE
    project.store("admin").set_bucket_tags("red", tags)
    body = json.loads(call.partition("--data '")[2].partition("'")[0])
    assert _call(project, "alice", "PUT", "/system/buckets", body).status_code == 204
    assert not project.reads("bob")
