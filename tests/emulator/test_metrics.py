"""What was invoked, as `/system/metrics` tells it (oscar-server 1.7)."""

import pytest

from oscar_sync.client import Client
from tests.emulator.calling import SERVICES, Api, minimal


@pytest.fixture
def used(oscar_emulator):
    """Two services, one of which was called twice and sent one job."""
    api = Api(oscar_emulator)
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
    users = used.get("/system/metrics/breakdown?group_by=user").json["items"]
    assert [(one["key"], one["executions_count"]) for one in users] == [("nil", 1), ("oscar", 2)]
    (place,) = used.get("/system/metrics/breakdown?group_by=country").json["items"]
    assert place["countries"] == [{"country": "unknown", "request_count": 3}]
    table = used.get("/system/metrics/breakdown?group_by=service&format=csv").text.splitlines()
    assert table[0].startswith("key,membership,requests_count_total")
    assert table[1] == "busy,,3,2,1,0,2,"


def test_only_services_that_were_called_count_in_the_total(used):
    totals = used.get("/system/metrics").json["totals"]
    assert (totals["services_count_active"], totals["services_count_total"]) == (2, 1)
    assert (totals["users"], totals["countries"]) == (["nil", "oscar"], [])


def test_what_lies_outside_the_span_does_not_count(used):
    told = used.get("/system/metrics?start=2020-01-01T00:00:00Z&end=2020-01-02T00:00:00Z").json
    assert (told["start"], told["end"]) == ("2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z")
    assert told["totals"]["requests_count_total"] == 0


def test_the_client_reads_them(used, oscar_emulator):
    emulator = used.emulator
    client = Client("edge", emulator.url, emulator.user, emulator.password, True)
    assert client.get_metrics_summary().json()["totals"]["requests_count_total"] >= 3
    assert client.get_metrics_breakdown("service").json()["group_by"] == "service"
    assert client.get_service_metrics("busy").json()["service_name"] == "busy"
    client.close()
