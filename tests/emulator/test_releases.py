"""OSCAR 4.0: one port as a number, replicas, and nothing of what 4.1 added."""

import pytest

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from tests.emulator.calling import SERVICES, Api, minimal, minio


@pytest.fixture(scope="module")
def api():
    with Emulator(EmulatorOptions(oscar_version="4.0")) as emulator:
        yield Api(emulator)


def expose(**more):
    return {"min_scale": 1, "max_scale": 1, "cpu_threshold": 80, **more}


def test_the_version_is_told(api):
    assert api.get("/system/info").json["version"] == "4.0.0"


def test_a_port_is_a_number(api):
    assert api.post(minimal("web", expose=expose(api_port=8080)), SERVICES).status == 201
    shown = api.get(f"{SERVICES}/web").json["expose"]
    assert (shown["api_port"], shown["nodePort"]) == (8080, 0)
    assert "auth_type" not in shown

    refused = api.post(minimal("list", expose=expose(api_port=[8080])), SERVICES)
    assert refused.status == 400
    assert "cannot unmarshal array into Go struct field Expose.expose.api_port" in refused.text


def test_the_port_of_a_node_is_always_shown(api):
    api.post(minimal("plain"), SERVICES)
    shown = api.get(f"{SERVICES}/plain").json
    assert shown["expose"]["nodePort"] == 0
    assert "api_port" not in shown["expose"]


def test_replicas_stand_at_the_top_and_what_4_1_added_is_not_there(api):
    replicas = [{"type": "oscar", "cluster_id": "c", "service_name": "s", "priority": 1}]
    api.post(
        minimal("old", replicas=replicas, delegation="static", federation={"topology": "star"},
                ephemeral_storage_request="1Gi"),
        SERVICES,
    )  # fmt: skip
    shown = api.get(f"{SERVICES}/old").json
    assert shown["replicas"][0]["cluster_id"] == "c"
    assert shown["delegation"] == "static"
    assert not {"federation", "kserve", "ephemeral_storage_request"} & set(shown)


def test_a_service_that_was_posted_as_exposed_cannot_be_updated(api):
    fields = {"expose": expose(api_port=8080), "owner": "cluster_admin"}
    api.post(minimal("shown", **fields))
    text = 'Error updating the service: services.serving.knative.dev "shown" not found'
    for changed in ({**fields, "memory": "1Gi"}, {"owner": "cluster_admin"}):
        got = api.put(minimal("shown", **changed))
        assert (got.status, got.text) == (500, text)
    assert api.shown("shown")["memory"] == "256Mi"


def test_a_path_without_a_folder_ends_in_a_panic_and_leaves_the_service(api):
    assert api.post(minimal("half", input=minio("half"))).status == 500
    assert api.shown("half")["input"] == minio("half")
    assert api.put(minimal("half", output=minio("half"), owner="cluster_admin")).status == 500
    assert api.shown("half")["output"] == []


def test_metrics_and_quotas_know_less(api):
    assert api.get("/system/metrics/nobody").status == 404
    got = api.put({"minio": {"buckets": "1"}}, "/system/quotas/user/u")
    assert (got.status, got.text) == (400, "cpu, memory or volumes must be provided")


def test_an_update_goes_on_after_a_secret_that_is_refused(api):
    api.post(minimal("locked"))
    body = {"environment": {"secrets": {"A B": "1"}}, "memory": "1Gi", "owner": "cluster_admin"}
    got = api.put(minimal("locked", **body))
    assert got.status == 500
    assert got.text.startswith('error adding asociated secret: Secret "locked" is invalid')
    assert api.shown("locked")["memory"] == "1Gi"


def test_options_of_a_mount_are_not_known(api):
    api.post(minimal("mounted", mount={**minio("mmm/d")[0], "options": "a;b"}))
    assert api.shown("mounted")["mount"] == minio("mmm/d")[0]


def test_a_post_goes_on_where_the_secret_is_known(api):
    body = {"environment": {"secrets": {"K": "v"}}}
    api.post(minimal("keeper"))
    texts = [api.post(minimal("keeper", **body)).text for _ in range(2)]
    taken = "A service with the provided name already exists"
    assert texts[0] == taken
    assert texts[1].startswith("A secret with the given name already exists")
    assert texts[1].endswith(taken)


@pytest.mark.parametrize("word", ["stop", "start", "restart"])
def test_an_exposed_service_cannot_be_stopped(api, word):
    assert api.call("POST", f"{SERVICES}/web/{word}").text == "404 page not found"
    assert api.get("/system/federation/web").text == "404 page not found"
