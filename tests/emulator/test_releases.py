"""OSCAR 4.0: one port as a number, replicas, and nothing of what 4.1 added."""

import pytest

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from tests.emulator.calling import SERVICES, Api, minimal


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


@pytest.mark.parametrize("word", ["stop", "start", "restart"])
def test_an_exposed_service_cannot_be_stopped(api, word):
    assert api.call("POST", f"{SERVICES}/web/{word}").text == "404 page not found"
    assert api.get("/system/federation/web").text == "404 page not found"
