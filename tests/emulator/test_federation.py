"""Several emulators as the clusters of one federation (oscar-server 1.3, 6.5, 8)."""

import threading

import pytest

from oscar_sync.emulator.members import Unreached, ask
from oscar_sync.emulator.server import Emulator, EmulatorOptions
from oscar_sync.emulator.wire import Request
from tests.emulator.calling import SERVICES, Api, minimal, minio
from tests.emulator.conftest import store_of
from tests.machine import PATIENCE_S

PASSWORD = "one-for-all-clusters"
WORKER = "oscar.grycap/federation-worker"
NOWHERE = "http://127.0.0.1:1"


def _started(password=PASSWORD):
    return Emulator(EmulatorOptions(password=password, hold_workloads=True, admin=True))


@pytest.fixture(scope="module")
def _emulators():
    with _started() as origin, _started() as near, _started() as far:
        yield origin, near, far


@pytest.fixture
def apis(_emulators):
    for emulator in _emulators:
        emulator.reset()
        emulator.forget_requests()
    return [Api(emulator) for emulator in _emulators]


@pytest.fixture
def origin(apis):
    return apis[0]


@pytest.fixture
def near(apis):
    return apis[1]


@pytest.fixture
def far(apis):
    return apis[2]


def member(cluster, service="w", kind="oscar"):
    return {"type": kind, "cluster_id": cluster, "service_name": service}


def whole(one):
    return {"url": "", "ssl_verify": False, "priority": 0, "headers": {}, **one}


def cluster(api):
    url = api if isinstance(api, str) else api.emulator.url
    return {"endpoint": url, "auth_user": "u", "auth_password": "p", "ssl_verify": False}


def federated(members, clusters, topology="star", **more):
    body = {
        "cluster_id": "origin",
        "federation": {"topology": topology, "members": members},
        "clusters": {name: cluster(api) for name, api in clusters.items()},
        "environment": {"secrets": {"refresh_token": "fresh", "key": "value"}},
        "owner": "cluster_admin",
    }
    return minimal("a", **(body | more))


def calls(api):
    """The writes and single reads of services that a cluster saw."""
    return [line for line in api.emulator.requests if line[1].startswith("/system")]


def test_a_new_service_makes_a_worker_on_each_member(origin, near, far):
    body = federated(
        [member("near"), member("far", "v")],
        {"near": near, "far": far},
        input=minio("bbb/x"),
        labels={"team": "red"},
    )
    assert origin.post(body).status == 201
    worker = near.shown("w")
    assert (worker["name"], worker["cluster_id"]) == ("w", "near")
    assert worker["token"] == origin.shown()["token"]
    assert worker["federation"] == {"group_id": "a", "topology": "star"}
    assert worker["annotations"] == {
        WORKER: "true",
        "oscar.grycap/origin-cluster": "origin",
        "oscar.grycap/origin-service": "a",
    }
    assert worker["environment"]["secrets"] == {"key": "", "refresh_token": ""}
    assert (worker["labels"]["team"], worker["labels"]["oscar_service"]) == ("red", "w")
    assert {(one["auth_user"], one["auth_password"]) for one in worker["clusters"].values()} == {
        ("", "")
    }
    provider = worker["storage_providers"]["minio"]["default"]
    assert provider["endpoint"] == origin.emulator.s3_url
    assert far.shown("v")["cluster_id"] == "far"
    assert origin.shown()["annotations"] == {}
    assert origin.shown()["clusters"]["near"]["auth_password"] == "p"


def test_calls_to_members_are_recorded(origin, near):
    origin.post(federated([member("near")], {"near": near}))
    asked = [
        ("GET", f"{near.emulator.url}{SERVICES}/w", 404),
        ("POST", f"{near.emulator.url}{SERVICES}", 201),
    ]
    assert list(origin.emulator.member_requests) == asked
    told = origin.get("/_emulator/requests").json["members"]
    assert told == [list(line) for line in asked]


def test_without_a_cluster_id_nothing_marks_a_worker(origin, near):
    assert origin.post(federated([member("near")], {"near": near}, cluster_id="")).status == 201
    worker = near.shown("w")
    assert worker["annotations"] == {}
    assert worker["token"] != origin.shown()["token"]
    assert worker["storage_providers"]["minio"]["default"]["endpoint"] == near.emulator.s3_url


def test_a_mesh_points_back_at_its_origin_and_nobody_waits_for_ever(origin, near, far):
    clusters = {"origin": origin, "near": near, "far": far}
    body = federated([member("near"), member("far", "v")], clusters, "mesh", input=minio("bbb/x"))
    assert origin.post(body).status == 201
    back = whole(member("origin", "a"))
    assert near.shown("w")["federation"]["members"] == [back, whole(member("far", "v"))]
    assert far.shown("v")["federation"]["members"] == [back, whole(member("near", "w"))]
    assert ("GET", f"{SERVICES}/a", 200) in calls(origin)
    assert store_of(near.emulator).list_buckets() == []
    assert origin.put(body | {"memory": "1Gi"}).status == 204
    assert near.shown("w")["memory"] == far.shown("v")["memory"] == "1Gi"


def test_clusters_that_are_each_others_members_can_be_written_at_once(origin, near):
    pairs = [
        (origin, federated([member("other", "v")], {"other": near}) | {"name": "a"}),
        (near, federated([member("other", "w")], {"other": origin}) | {"name": "b"}),
    ]
    codes = [api.post(body).status for api, body in pairs]

    def write(api, body):
        codes.extend(api.put(body).status for _ in range(10))

    threads = [threading.Thread(target=write, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert codes == [201] * 2 + [204] * 20


def test_an_update_reaches_the_members_and_blanks_their_secrets(origin, near):
    body = federated([member("near")], {"near": near})
    origin.post(body)
    assert origin.put(body | {"memory": "1Gi", "script": "new"}).status == 204
    worker = near.shown("w")
    assert (worker["memory"], worker["script"]) == ("1Gi", "new")
    assert worker["annotations"][WORKER] == "true"
    assert worker["token"] == origin.shown()["token"]


def test_an_update_warns_of_a_member_that_is_down(origin, near):
    with _started() as gone:
        body = federated([member("near"), member("gone")], {"near": near, "gone": Api(gone)})
        assert origin.post(body).status == 201
    got = origin.put(body | {"memory": "1Gi"})
    host = gone.url.removeprefix("http://")
    assert (got.status, got.text) == (
        200,
        (
            "Updated with federation warnings: [request failed: "
            f'Put "http://{host}{SERVICES}": dial tcp {host}: connect: connection refused]'
        ),
    )
    assert origin.shown()["memory"] == near.shown("w")["memory"] == "1Gi"
    assert origin.emulator.member_requests[-1][2] == 0


def test_an_update_without_the_token_takes_the_one_that_is_kept(origin, near):
    body = federated([member("near")], {"near": near, "origin": origin}, "mesh")
    origin.post(body)
    assert origin.put(body | {"environment": {}}).status == 204
    origin.put(body | {"environment": {"secrets": {"key": "value"}}})
    got = origin.put(body | {"environment": {}})
    assert (got.status, got.text) == (
        500,
        ('error reading refresh-token secret: refresh-token secret missing key "refresh_token"'),
    )


def test_a_member_with_another_password_is_refused_beforehand(origin):
    with _started("another-password") as other:
        got = origin.post(federated([member("other")], {"other": Api(other)}))
        assert (got.status, got.text) == (
            401,
            f'federation auth failed: [auth rejected by cluster "{other.url}" (status 401)]',
        )
    assert origin.get(f"{SERVICES}/a").status == 404
    assert origin.post(minimal("a", environment={"secrets": {"k": "v"}})).status == 201


def test_every_member_that_would_refuse_is_named(origin, near):
    near.emulator.fault("GET /system/services/w:500-before")
    names = ("near", "unknown", "blank", "down", "https", "away", "odd")
    clusters = {
        "near": near,
        "blank": " ",
        "down": NOWHERE,
        "https": "https://127.0.0.1:1",
        "away": "http://oscar.example.org/",
        "odd": "http://127.0.0.1:port",
    }
    got = origin.post(federated([member(name) for name in names], clusters))
    assert got.status == 401
    assert f'auth check failed for cluster "{near.emulator.url}" (status 500)' in got.text
    assert 'cluster "unknown" not defined empty cluster endpoint auth check' in got.text
    assert (
        f'auth check failed for cluster "{NOWHERE}": Get "{NOWHERE}{SERVICES}/w": dial' in got.text
    )
    assert got.text.count("not reachable") == 2
    assert origin.emulator.requests[-1] == ("POST", SERVICES, 401)


def test_a_member_that_fails_takes_everything_back_but_the_bucket(origin, near, far):
    far.emulator.fault("POST /system/services:500-before")
    body = federated(
        [member("near"), member("far")], {"near": near, "far": far}, input=minio("bbb/x")
    )
    got = origin.post(body)
    assert (got.status, got.text) == (
        500,
        (
            "Federation failed; rollback completed: "
            "[cluster responded with status 500: injected fault]"
        ),
    )
    assert [api.get(SERVICES).json for api in (origin, near, far)] == [[], [], []]
    assert [bucket.name for bucket in store_of(origin.emulator).list_buckets()] == ["bbb"]
    assert [line[0] for line in origin.emulator.member_requests] == [
        *("GET", "GET", "POST", "POST", "DELETE", "DELETE"),
    ]
    far.emulator.clear_faults()
    assert "already exists" in origin.post(body).text


def test_a_rollback_deletes_what_was_there_before(origin, near):
    near.post(minimal("w", input=minio("precious/x")))
    got = origin.post(federated([member("near")], {"near": near}))
    assert got.status == 500
    assert "A service with the provided name already exists" in got.text
    assert near.get(SERVICES).json == []
    assert store_of(near.emulator).list_buckets() == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [("500-before", " (status 500): injected fault"), ("refuse", ': Delete "{0}": EOF')],
)
def test_a_rollback_that_fails_says_so(origin, near, fault, said):
    near.emulator.fault("POST /system/services:refuse")
    near.emulator.fault(f"DELETE /system/services/w:{fault}")
    got = origin.post(federated([member("near")], {"near": near}))
    place = near.emulator.url
    assert (got.status, got.text) == (
        500,
        (
            f'Federation failed: [request failed: Post "{place}{SERVICES}": EOF]; rollback errors: '
            f'[rollback delete failed for cluster "{place}"{said.format(f"{place}{SERVICES}/w")}]'
        ),
    )
    assert origin.get(SERVICES).json == []


def test_an_endpoint_member_breaks_the_expansion_but_no_preflight(origin):
    got = origin.post(federated([member("x", kind="endpoint")], {}))
    assert (got.status, got.text) == (
        500,
        'Federation failed; rollback completed: [cluster "x" not defined]',
    )


def test_a_delete_leaves_the_workers(origin, near):
    origin.post(federated([member("near")], {"near": near}))
    assert origin.delete(f"{SERVICES}/a").status == 204
    assert near.shown("w")["annotations"][WORKER] == "true"


FEDERATION = "/system/federation/a"


def test_members_are_added_but_not_made(origin, near, far):
    origin.post(federated([member("near")], {"near": near}))
    asked = {"members": [member("far", "v")], "clusters": {"far": cluster(far)}}
    got = origin.post(asked, FEDERATION)
    assert (got.status, got.text) == (
        200,
        "Updated with federation warnings: [cluster responded with status 404]",
    )
    members = [whole(member("near")), whole(member("far", "v"))]
    assert origin.get(FEDERATION).json == {"topology": "star", "members": members}
    assert set(origin.shown()["clusters"]) == {"near", "far"}
    assert set(near.shown("w")["clusters"]) == {"near", "far"}
    assert far.get(SERVICES).json == []


def test_a_member_is_added_twice_to_a_service_without_federation(origin, near):
    near.post(minimal("w"))
    origin.post(minimal("a", environment={"secrets": {"refresh_token": "fresh"}}))
    asked = {"members": [member("near")] * 2, "clusters": {"near": cluster(near)}}
    got = origin.post(asked, FEDERATION)
    members = [whole(member("near"))] * 2
    assert (got.status, got.json) == (200, {"topology": "none", "members": members})
    assert near.shown("w")["federation"]["group_id"] == "a"


def test_the_first_update_replaces_each_member_named(origin, near):
    near.post(minimal("v"))
    members = [member("near", "w"), member("near", "x")]
    origin.post(federated(members, {"near": near}))
    first = member("near", "v") | {"priority": 3}
    asked = {"members": [member("near", "w", "OSCAR")], "update": [first, member("near", "z")]}
    got = origin.put(asked, FEDERATION)
    new = [whole(first), whole(members[1])]
    assert (got.status, got.json) == (200, {"topology": "star", "members": new})
    assert near.shown("v")["cluster_id"] == "near"
    del asked["update"]
    assert origin.put(asked, FEDERATION).json["members"] == new


def test_members_are_taken_out_and_services_of_this_cluster_so_named_deleted(origin, near):
    origin.post(minimal("w", input=minio("kept/x")))
    origin.post(federated([member("near")], {"near": near}))
    asked = {"members": [member("near")], "delete": True}
    got = origin.call("DELETE", FEDERATION, asked)
    assert (got.status, got.json) == (200, {"topology": "star", "members": None})
    assert origin.get(f"{SERVICES}/w").status == 404
    assert [bucket.name for bucket in store_of(origin.emulator).list_buckets()] == ["kept"]
    assert near.shown("w")["annotations"][WORKER] == "true"


def test_an_origin_deletes_itself_by_its_own_name(origin, near):
    origin.post(federated([member("near", "a")], {"near": near}))
    got = origin.call(
        "DELETE",
        FEDERATION,
        {"members": [member("x", "none"), member("near", "a")], "delete": True},
    )
    assert got.status == 500
    assert got.text.startswith("Error updating service: ")
    assert origin.get(SERVICES).json == []


def test_storage_providers_are_replaced_as_they_are(origin):
    origin.post(minimal())
    given = {"minio": {"default": {"endpoint": "http://x", "access_key": "k", "secret_key": "s"}}}
    got = origin.post({"storage_providers": given}, FEDERATION)
    assert (got.status, got.json) == (200, {"topology": "none", "members": None})
    assert origin.shown()["storage_providers"]["minio"]["default"]["access_key"] == "k"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_calls_about_members_are_refused_in_order(origin, method):
    got = origin.call(method, "/system/federation/none", b"{")
    assert (got.status, got.text) == (400, "Invalid payload: unexpected EOF")
    assert origin.call(method, "/system/federation/none", {}).status == 404
    wrong = origin.call(method, FEDERATION, {"members": [{"priority": -1}]})
    assert wrong.text == (
        "Invalid payload: json: cannot unmarshal number -1 into Go struct field "
        "Replica.members.priority of type uint"
    )


def test_without_a_secret_members_are_stored_and_answered_500(origin):
    origin.post(minimal())
    got = origin.post({"members": [member("x")]}, FEDERATION)
    text = 'error reading refresh-token secret: secrets "a" not found'
    assert (got.status, got.text) == (500, text)
    assert len(origin.get(FEDERATION).json["members"]) == 1


def test_a_definition_that_cannot_be_stored_stays(origin):
    origin.post(minimal())
    many = [member(f"c{number}", "s" * 60) for number in range(9000)]
    got = origin.post({"members": many}, FEDERATION)
    assert got.text.startswith('Error updating service: ConfigMap "a" is invalid')
    assert origin.get(FEDERATION).json["members"] is None


def test_a_member_that_never_answers_times_out(origin):
    origin.emulator.fault("GET /system/info:before")
    with pytest.raises(Unreached, match="i/o timeout"):
        ask(Request("GET", f"{origin.emulator.url}/system/info", {}, b""), timeout_s=0.1)


def test_a_mesh_that_names_itself_comes_to_an_end(origin):
    """At a real server it would not (no recording: nobody wants to try)."""
    assert origin.post(federated([], {}, cluster_id="")).status == 201
    body = federated([member("", "a")], {"": origin}, "mesh", cluster_id="")
    assert origin.put(body).status in {200, 204}
    assert len(origin.emulator.member_requests) == 16
