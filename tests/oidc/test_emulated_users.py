"""What a user meets on the emulator beyond the recordings (oscar-server 1.4, 4.4, 10, 12, 13)."""

import base64
import io
import json

import pytest
import requests
from minio import Minio
from minio.commonconfig import CopySource
from minio.error import S3Error

from oscar_sync.emulator.issuers import Issuers
from oscar_sync.emulator.server import Emulator, EmulatorOptions
from tests.oidc.project import places
from tests.oidc.provider import FOREIGN, running, uid_of

SERVICES, BUCKETS = "/system/services", "/system/buckets"
ALICE, BOB, DAVE = (uid_of(name) for name in ("alice", "bob", "dave"))


class World:
    """The cluster as each of its users sees it."""

    def __init__(self, oscar, provider):
        self.oscar, self.provider = oscar, provider

    def call(self, who, method, path, body=None):
        url, auth, headers = self.oscar.url + path, None, {}
        if who == "admin":
            auth = (self.oscar.user, self.oscar.password)
        else:
            known = who in {"alice", "bob", "carol", "dave", "foreign", "expired"}
            headers["Authorization"] = f"Bearer {self.provider.named(who) if known else who}"
        return requests.request(method, url, json=body, timeout=60, auth=auth, headers=headers)

    def told(self, *call):
        answer = self.call(*call)
        return answer.status_code, answer.text

    def make(self, who, name="aaa", **fields):
        body = {"name": name, "image": "i", "script": "s", **fields}
        assert self.told(who, "POST", SERVICES, body) == (201, "")

    def put(self, who, name="aaa", **fields):
        body = {"name": name, "image": "i", "script": "s", **fields}
        return self.told(who, "PUT", SERVICES, body)

    def bucket(self, who, name="bbb", **fields):
        assert self.told(who, "POST", BUCKETS, {"bucket_name": name, **fields}) == (201, "")

    def store(self, who):
        given = self.call(who, "GET", "/system/config").json()["minio_provider"]
        host = self.oscar.s3_url.removeprefix("http://")
        keys = (given["access_key"], given["secret_key"])
        return Minio(host, *keys, secure=False, region="us-east-1")

    def may(self, who, action):
        try:
            action(self.store(who))
        except S3Error as error:
            return error.code != "AccessDenied"
        return True


def put(store, bucket, key):
    store.put_object(bucket, key, io.BytesIO(b"x"), 1)


@pytest.fixture
def world(oscar, provider):
    return World(oscar, provider)


# -- tokens


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_behind_a_token_of_an_unknown_issuer_the_handler_still_runs(world, method):
    body = {"name": "aaa", "image": "i", "script": "s"}
    status, text = world.told("foreign", method, SERVICES, body)
    lead = f"'{FOREIGN}' is not listed as an authorized issuer"
    assert (status, text) == (401, f"{lead}missing user identificator\n")
    assert world.call("admin", "GET", SERVICES).json() == []


def test_a_panic_behind_a_refusal_leaves_the_refusal(world):
    assert world.told("foreign", "GET", "/system/config")[0] == 401


def test_a_token_that_nobody_can_read_is_answered_400(world):
    for token, words in (
        ("x", "token contains an invalid number of segments"),
        ("%.e30.x", "could not base64 decode header: illegal base64 data at input byte 0"),
        ("eA.e30.x", "could not JSON decode header: invalid character 'x'"),
        ("e30.eA.x", "could not JSON decode claim: invalid character 'x'"),
    ):
        status, text = world.told(token, "GET", SERVICES)
        assert status == 400
        assert text.startswith(f"token is malformed: {words}")


def test_a_token_signed_by_somebody_else_is_refused(world, provider):
    head, claims, _ = provider.token("alice").split(".")
    forged = ".".join((head, claims, base64.urlsafe_b64encode(b"x" * 256).decode().rstrip("=")))
    assert world.told(forged, "GET", SERVICES) == (401, "")
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).decode().rstrip("=")
    assert world.told(f"{none}.{claims}.", "GET", SERVICES) == (401, "")


def test_lower_case_bearer_is_no_bearer(world, provider):
    headers = {"Authorization": f"bearer {provider.token('alice')}"}
    answer = requests.get(world.oscar.url + SERVICES, headers=headers, timeout=60)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="Authorization Required"'


def test_basic_and_tokens_are_taken_side_by_side(world):
    world.make("alice")
    assert [found["name"] for found in world.call("admin", "GET", SERVICES).json()] == ["aaa"]


def test_without_groups_nobody_is_let_in(provider):
    with Emulator(EmulatorOptions(oidc_issuers=(provider.issuer,))) as emulator:
        assert World(emulator, provider).told("alice", "GET", SERVICES) == (401, "")


@pytest.mark.parametrize(
    ("issuer", "words"),
    [("https://aai.example.org/realms/egi", "not on this machine"), ("localhost", "no http")],
)
def test_no_issuer_elsewhere_is_asked(issuer, words):
    with pytest.raises(ValueError, match=words):
        EmulatorOptions(oidc_issuers=(issuer,))


@pytest.mark.parametrize(
    ("realm", "claim"),
    [
        ("/realms/egi", {"entitlements": ["urn:mace:egi.eu:group:g1:role=member#aai.egi.eu", "x"]}),
        ("/realms/ai4eosc", {"realm_access": {"roles": ["g1"]}}),
        ("/realms/any", {"group_membership": ["g1"]}),
    ],
)
def test_groups_are_told_in_the_way_of_the_issuer(realm, claim):
    with running(realm=realm) as provider:
        provider.extra = claim
        issuers = Issuers((provider.issuer,), ("g1",))
        assert issuers.judge(provider.token("carol")).caller.groups == ("g1",)
        provider.extra = {}


# -- services


def test_an_administrator_who_names_no_owner_takes_a_user_s_service_away(world):
    world.make("alice")
    assert world.put("admin") == (204, "")
    status, text = world.told("alice", "GET", f"{SERVICES}/aaa")
    assert (status, text) == (403, f"User {ALICE} doesn't have permision to get this service")


def test_an_owner_that_the_store_does_not_know_is_an_error(world):
    world.make("alice")
    text = 'error ensuring credentials for user nobody@x: secrets "nobody" not found'
    assert world.put("alice", owner="nobody@x") == (500, text)
    assert world.put("alice", owner=ALICE) == (204, "")


def test_a_user_who_names_no_owner_stays_the_owner(world):
    world.make("alice")
    assert world.put("alice", owner=" ") == (204, "")
    assert world.call("alice", "GET", f"{SERVICES}/aaa").json()["owner"] == ALICE


def test_a_public_service_can_be_seen_and_not_touched(world):
    world.make("alice", visibility="public")
    assert world.call("bob", "GET", f"{SERVICES}/aaa").status_code == 200
    assert world.put("bob", owner=ALICE)[0] == 403
    text = 'the service "aaa" does not have a registered ConfigMap'
    assert world.told("bob", "DELETE", f"{SERVICES}/aaa") == (500, text)


def test_a_word_of_visibility_that_is_none_hides_the_service_and_opens_its_bucket(world):
    world.make("alice", visibility="Private", input=places("bbb/in"))
    assert world.call("alice", "GET", SERVICES).json() == []
    assert world.may("bob", lambda store: list(store.list_objects("bbb")))


def test_an_organisation_that_changes_is_looked_at_again(world):
    world.make("alice")
    assert world.put("alice", owner=ALICE) == (204, "")
    assert world.call("alice", "GET", f"{SERVICES}/aaa").json()["vo"] == ""
    assert world.put("alice", owner=ALICE, vo="g1") == (204, "")
    assert world.call("alice", "GET", f"{SERVICES}/aaa").json()["labels"]["vo"] == "g1"


def test_a_user_outside_the_organisation_is_told_so_and_an_update_is_applied_all_the_same(provider):
    options = EmulatorOptions(oidc_issuers=(provider.issuer,), oidc_groups=("other", "g2", "g1"))
    with Emulator(options) as emulator:
        world = World(emulator, provider)
        body = {"name": "aaa", "image": "i", "script": "s", "vo": "g2"}
        text = "this user isn't enrrolled on the vo: g2\n"
        assert world.told("alice", "POST", SERVICES, body) == (400, text)
        world.make("alice")
        assert world.call("alice", "GET", f"{SERVICES}/aaa").json()["vo"] == "g1"
        assert world.put("alice", owner=ALICE, vo="g2", memory="1Gi") == (400, text)
        assert world.call("alice", "GET", f"{SERVICES}/aaa").json()["memory"] == "1Gi"


def test_a_user_s_token_is_passed_on_to_the_members_of_a_federation(world, provider):
    options = EmulatorOptions(oidc_issuers=(provider.issuer,), oidc_groups=("g1",))
    with Emulator(options) as emulator:
        far = World(emulator, provider)
        member = {"type": "oscar", "cluster_id": "far", "service_name": "www"}
        fields = {
            "cluster_id": "near",
            "federation": {"topology": "star", "members": [member]},
            "clusters": {"far": {"endpoint": emulator.url}},
            "environment": {"secrets": {"refresh_token": "fresh"}},
        }
        far.make("bob", "www")
        body = {"name": "aaa", "image": "i", "script": "s", **fields}
        refused = f'auth rejected by cluster "{emulator.url}" (status 403)'
        text = f"federation auth failed: [{refused}]"
        assert world.told("alice", "POST", SERVICES, body) == (401, text)
        assert far.told("bob", "DELETE", f"{SERVICES}/www") == (204, "")
        world.make("alice", **fields)
        assert world.put("alice", owner=ALICE, memory="1Gi", **fields) == (204, "")
        worker = far.call("alice", "GET", f"{SERVICES}/www").json()
        assert (worker["owner"], worker["memory"]) == (ALICE, "1Gi")


def test_another_s_private_bucket_is_attached_by_a_put_and_erased_by_the_delete(world):
    world.bucket("bob")
    world.make("alice")
    assert world.put("alice", owner=ALICE, output=places("bbb/out")) == (204, "")
    assert world.told("alice", "DELETE", f"{SERVICES}/aaa") == (204, "")
    assert world.call("admin", "GET", BUCKETS).json() is None


def test_users_under_isolation_get_buckets_of_their_own(world):
    world.make(
        "alice",
        isolation_level="USER",
        visibility="restricted",
        allowed_users=[BOB],
        input=places("bbb/in"),
    )
    shown = world.call("alice", "GET", f"{SERVICES}/aaa").json()
    assert shown["bucket_list"] == ["bbb-bob-000000"]
    assert shown["allowed_users"] == [BOB, ALICE]
    assert shown["labels"]["uid"] == "alice-0000"
    assert world.may("bob", lambda store: list(store.list_objects("bbb-bob-000000")))
    assert not world.may("dave", lambda store: list(store.list_objects("bbb-bob-000000")))
    assert world.told("alice", "DELETE", f"{SERVICES}/aaa") == (204, "")
    assert world.call("admin", "GET", BUCKETS).json() is None


def test_an_id_of_less_than_ten_characters_makes_the_server_panic(world):
    body = {"name": "aaa", "image": "i", "script": "s"}
    users = {"isolation_level": "USER", "allowed_users": ["short"], "input": places("bbb/in")}
    assert world.told("alice", "POST", SERVICES, {**body, **users}) == (500, "")


def test_jobs_are_shown_to_who_started_them(world):
    world.make("alice", visibility="public", input=places("bbb/in"))
    text = f"MinIO user not provisioned for {BOB}; submit a direct request first"
    assert world.told("bob", "POST", "/job/aaa", {}) == (403, text)
    world.call("bob", "GET", SERVICES)
    assert world.told("bob", "POST", "/job/aaa", {})[0] == 201
    assert len(world.call("bob", "GET", "/system/logs/aaa").json()["jobs"]) == 1
    assert world.call("alice", "GET", "/system/logs/aaa").json()["jobs"] == {}
    assert len(world.call("admin", "GET", "/system/logs/aaa").json()["jobs"]) == 1


def test_invocations_refuse_tokens_in_words_of_their_own(world):
    world.make("alice", visibility="public")
    issuer = f"Error getting oidc manager for issuer '{FOREIGN}'"
    assert world.told("foreign", "POST", "/run/aaa") == (400, issuer)
    assert world.told("expired", "POST", "/run/aaa") == (404, "")
    status, text = world.told("x.y", "POST", "/run/aaa")
    assert status == 502
    assert text.endswith("Error getting oidc manager for issuer ''")
    assert world.told("bob", "POST", "/run/aaa", {"x": 1})[0] == 200
    assert world.told("bob", "POST", "/run/none") == (404, "")


def test_a_stopped_service_is_a_matter_of_its_owner(world):
    expose = {"min_scale": 1, "max_scale": 1, "api_port": [80], "cpu_threshold": 80}
    world.make("alice", visibility="public", expose=expose)
    status, text = world.told("bob", "POST", f"{SERVICES}/aaa/stop")
    assert (status, text) == (403, f"User {BOB} doesn't have permission to manage this service")
    assert world.call("alice", "POST", f"{SERVICES}/aaa/stop").json()["state"] == "stopped"


# -- buckets


def test_a_restricted_bucket_is_open_to_its_users_alone(world):
    for name in ("bob", "dave"):
        world.call(name, "GET", SERVICES)
    world.bucket("alice", visibility="restricted", allowed_users=[BOB])
    assert world.may("bob", lambda store: list(store.list_objects("bbb")))
    assert not world.may("bob", lambda store: store.remove_bucket("bbb"))
    assert not world.may("dave", lambda store: list(store.list_objects("bbb")))
    (shown,) = world.call("alice", "GET", BUCKETS).json()
    assert (shown["visibility"], shown["allowed_users"]) == ("restricted", [BOB])
    change = {"bucket_name": "bbb", "visibility": "restricted", "allowed_users": [DAVE]}
    assert world.told("alice", "PUT", BUCKETS, change) == (204, "")
    assert world.may("dave", lambda store: list(store.list_objects("bbb")))
    assert not world.may("bob", lambda store: list(store.list_objects("bbb")))


def test_who_has_nothing_lists_nothing(world):
    world.bucket("alice")
    assert world.call("bob", "GET", BUCKETS).json() == []
    assert not world.may("bob", lambda store: store.list_buckets())
    assert [found.name for found in world.store("alice").list_buckets()] == ["bbb"]


def test_a_bucket_that_is_not_there_is_refused_to_a_user(world):
    assert world.told("bob", "GET", f"{BUCKETS}/none") == (403, f"User '{BOB}' is not authorised")


def test_a_private_bucket_becomes_public_by_its_owner_alone(world):
    world.bucket("alice")
    change = {"bucket_name": "bbb", "visibility": "public"}
    assert world.told("bob", "PUT", BUCKETS, change) == (204, "")
    assert world.call("bob", "GET", BUCKETS).json() == []
    assert world.told("alice", "PUT", BUCKETS, change) == (204, "")
    assert [found["visibility"] for found in world.call("bob", "GET", BUCKETS).json()] == ["public"]


def test_a_url_is_signed_with_the_user_s_own_keys(world):
    world.bucket("alice")
    ask = {"object_key": "x", "operation": "upload"}
    text = f"User '{BOB}' is not authorised to generate presigned URLs for bucket 'bbb'"
    assert world.told("bob", "POST", f"{BUCKETS}/bbb/presign", ask) == (403, text)
    url = world.call("alice", "POST", f"{BUCKETS}/bbb/presign", ask).json()["url"]
    assert requests.put(url, data=b"x", timeout=60).status_code == 200
    assert "alice-000000000001%40egi.example" in url


def test_a_copy_needs_the_right_to_read_its_source(world):
    world.bucket("alice", "mine")
    world.bucket("bob", "theirs")
    world.bucket("bob", "open", visibility="public")
    for bucket in ("theirs", "open"):
        world.store("bob").put_object(bucket, "x", io.BytesIO(b"x"), 1)

    def copy(source):
        return lambda store: store.copy_object("mine", "y", CopySource(source, "x"))

    assert not world.may("alice", copy("theirs"))
    assert world.may("alice", copy("open"))


# -- invocations and metrics


def test_a_job_starts_for_who_is_in_a_group_and_a_token_that_is_over_ends_in_a_panic(world):
    world.make("alice", visibility="public")
    assert world.told("carol", "POST", "/job/aaa", {}) == (401, "")
    assert world.told("expired", "POST", "/job/aaa", {}) == (500, "")
    assert world.told("expired", "POST", "/run/aaa", {}) == (404, "")


def test_an_upload_with_the_root_keys_starts_no_job_of_a_user_s_service(world):
    world.make("alice", input=places("bbb/in"))
    root = (world.oscar.access_key, world.oscar.secret_key)
    host = world.oscar.s3_url.removeprefix("http://")
    put(Minio(host, *root, secure=False, region="us-east-1"), "bbb", "in/f")
    assert world.call("admin", "GET", "/system/logs/aaa").json()["jobs"] == {}
    put(world.store("alice"), "bbb", "in/f")
    assert len(world.call("admin", "GET", "/system/logs/aaa").json()["jobs"]) == 1


def test_metrics_are_of_the_services_that_are_open_to_a_user(world):
    world.make("alice")
    world.make("bob", "bbb", visibility="restricted", allowed_users=[DAVE])
    world.call("bob", "POST", "/run/bbb", {})
    counts = {
        who: world.call(who, "GET", "/system/metrics").json()["totals"]["requests_count_total"]
        for who in ("alice", "bob", "dave", "admin")
    }
    assert counts == {"alice": 0, "bob": 1, "dave": 1, "admin": 1}
    users = world.call("dave", "GET", "/system/metrics/breakdown?group_by=user").json()["items"]
    assert [item["key"] for item in users] == [BOB]
    assert world.told("alice", "GET", "/system/metrics/bbb") == (403, "")


def test_the_log_names_who_invoked(world):
    world.make("alice", visibility="public", input=places("bbb/in"))
    world.call("bob", "POST", "/run/aaa", {})
    world.call("admin", "POST", "/run/aaa", {})
    put(world.store("alice"), "bbb", "in/f")
    lines = world.call("admin", "GET", "/system/logs").json()["logs"]
    assert [(line["path"], line["user"], line["status"]) for line in lines] == [
        ("/run/aaa", BOB, 200), ("/run/aaa", "oscar", 401), ("/job/aaa", ALICE, 201),
    ]  # fmt: skip
    line = lines[0]
    raw = f"200 |            0s | 127.0.0.1 | POST    /run/aaa | {BOB}"
    assert line["raw"] == f"[GIN-EXECUTIONS-LOGGER] {line['timestamp']} | {raw}"


# -- volumes and quotas


def test_an_administrator_sets_a_user_s_quota_of_volumes_and_buckets(world):
    world.bucket("alice")
    limits = {"volumes": {"disk": "1Gi"}, "minio": {"buckets": "1", "storage_per_bucket": "2Gi"}}
    told = world.call("admin", "PUT", f"/system/quotas/user/{ALICE}", limits).json()
    assert told["volumes"]["disk"]["max"] == "1Gi"
    assert told["minio"]["buckets"] == {"max": 1, "used": 1}
    text = f"MinIO bucket quota exceeded for user {ALICE}: limit 1, current 1, requested new"
    refusals = [
        world.told("alice", "POST", BUCKETS, {"bucket_name": "ccc"}),
        world.told("alice", "POST", SERVICES, {"name": "a", "image": "i", "script": "s",
                                               "input": places("ccc/in")}),
    ]  # fmt: skip
    assert refusals == [(403, f"{text} buckets 1")] * 2
    (bucket,) = world.call("alice", "GET", BUCKETS).json()
    assert bucket["storage_quota"] == {"max": "2Gi", "max_bytes": 2**31, "source": "bucket"}


def test_volumes_are_counted_against_a_user_s_quota(world):
    def ask(name, size):
        return world.told("alice", "POST", "/system/volumes", {"name": name, "size": size})

    text = "not enough volume disk quota: requested 7Gi, available 6Gi"
    assert ask("big", "7Gi") == (400, text)
    assert [ask(f"v{number}", "1Gi")[0] for number in range(4)] == [201] * 4
    text = "not enough volume count quota: requested 1, available 0"
    assert ask("v4", "1Gi") == (400, text)
    seen = world.call("admin", "GET", f"/system/quotas/user/{ALICE}").json()
    assert seen["volumes"]["disk"] == {"max": "6Gi", "used": "4Gi"}


def test_a_user_sees_the_server_s_state_without_its_counts(world):
    world.make("alice", input=places("bbb/in"))
    seen = world.call("alice", "GET", "/system/status").json()
    assert seen["oscar"]["oidc"]["groups"] == ["g1"]
    assert (seen["oscar"]["pods"]["states"], seen["minio"]["buckets_count"]) == ({}, 0)
    text = "OIDC tokens are not allowed for system logs"
    assert world.told("alice", "GET", "/system/logs") == (403, text)
