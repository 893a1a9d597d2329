"""What was invoked, as `/system/metrics` tells it (oscar-server 1.7)."""

import pytest

from oscar_sync.client import Client
from tests.emulator.calling import SERVICES, minimal


@pytest.fixture
def used(api):
    """Two services, one of which was called twice and sent one job."""
    for name in ("busy", "idle"):
        assert api.post(minimal(name), SERVICES).status == 201
    token = api.get(f"{SERVICES}/busy").json["token"]
    for path in ("/run/busy", "/run/busy", "/job/busy"):
        api.call("POST", path, b"", auth=f"Bearer {token}")
    return api


def values(api, name):
    told = api.get(f"/system/metrics/{name}").json
    return {one["metric"]: one["value"] for one in told["metrics"]}


def test_a_service_has_its_counts(used):
    counts = values(used, "busy")
    assert counts["requests-sync-per-service"] == 2
    assert counts["requests-async-per-service"] == 1
    assert counts["cpu-hours"] == 0
    assert set(values(used, "idle").values()) == {0}
    assert set(values(used, "nobody").values()) == {0}


def test_one_metric_may_be_asked_for(used):
    told = used.get("/system/metrics/busy?metric=cpu-hours").json
    assert (told["service_id"], told["metric"], told["unit"]) == ("busy", "cpu-hours", "hours")


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("busy?metric=nothing", "invalid metric key"),
        ("busy?metric=services-count", "unsupported metric for value query"),
        ("busy?start=x", "invalid start timestamp"),
        ("breakdown", "group_by is required"),
        ("breakdown?group_by=colour", "unsupported group_by"),
        ("breakdown?group_by=service&format=xml", "invalid format"),
        ("breakdown?group_by=service&format=csv&include_users=true",
         "include_users is not supported for csv"),
        ("breakdown?group_by=service&end=x", "invalid end timestamp"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_refused(used, path, error):
    got = used.get(f"/system/metrics/{path}")
    assert (got.status, got.json) == (400, {"error": error})


def test_a_breakdown_has_what_was_used(used):
    told = used.get("/system/metrics/breakdown?group_by=service").json
    (item,) = told["items"]
    assert (item["key"], item["requests_count_total"]) == ("busy", 3)
    assert used.get("/system/metrics/breakdown?group_by=user").json["items"] == []
    table = used.get("/system/metrics/breakdown?group_by=service&format=csv").text.splitlines()
    assert table[0].startswith("key,membership,requests_count_total")
    assert table[1] == "busy,,3,2,1,0,0,"


def test_the_client_reads_them(used, oscar_emulator):
    emulator = used.emulator
    client = Client("edge", emulator.url, emulator.user, emulator.password, True)
    assert client.get_metrics_summary().json()["totals"]["requests_count_total"] >= 3
    assert client.get_metrics_breakdown("service").json()["group_by"] == "service"
    assert client.get_service_metrics("busy").json()["service_name"] == "busy"
    client.close()
