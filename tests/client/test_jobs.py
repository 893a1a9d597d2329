"""Weakness 31 of oscar-python: jobs and logs, and what else a cluster has."""

import json

import pytest

from oscar_sync.client import HTTPError
from tests.client.conftest import ended
from tests.client.serving import stubbed
from tests.support.jobs import CALLS
from tests.unit.wire.stub import reply


def test_all_pages_of_jobs_are_listed(gray):
    """Weakness 31: a page has 70."""
    for _ in range(150):
        gray.run_service("gray", input="x", token=gray_token(gray), async_call=True)
    answer = gray.list_jobs("gray")

    assert len(answer.json()["jobs"]) == 150
    assert "next_page" not in answer.json()
    assert answer.status_code == 200


def gray_token(client):
    if not hasattr(client, "kept_token"):
        client.kept_token = client.get_service("gray").json()["token"]
    return client.kept_token


def test_one_page_of_jobs_is_the_servers_answer():
    with stubbed(reply({"jobs": {"a": {}}, "next_page": "n"})) as (client, stub):
        assert client.list_jobs("gray", "p").json()["next_page"] == "n"
        assert len(stub.asked) == 1


def test_pages_that_go_round_in_a_circle_end():
    with stubbed(reply({"jobs": {"a": {}}, "next_page": "n"})) as (client, _):
        assert set(client.list_jobs("gray").json()["jobs"]) == {"a"}


def test_removing_all_jobs_removes_the_ones_that_did_not_succeed_as_well():
    """Weakness 31."""
    with stubbed(reply("", 204)) as (client, stub):
        client.remove_all_jobs("gray")
        assert stub.lines == ["DELETE /system/logs/gray?all=true"]


def test_a_job_is_logged_and_removed(gray):
    gray.run_service("gray", input="x", async_call=True)
    (name,) = ended(
        lambda: {name: job["status"] for name, job in gray.list_jobs("gray").json()["jobs"].items()}
    )

    assert gray.get_job_logs("gray", name).ok
    assert gray.get_job_logs("gray", name, timestamps=True).ok
    assert gray.remove_job("gray", name).status_code == 204
    assert gray.list_jobs("gray").json()["jobs"] == {}
    assert gray.remove_all_jobs("gray").status_code == 204


@pytest.mark.parametrize("method", CALLS)
def test_a_method_asks_what_its_name_says(method):
    arguments, line, body = CALLS[method]
    with stubbed(reply({})) as (client, stub):
        assert getattr(client, method)(*arguments).status_code == 200
        assert stub.lines == [line]
        sent = stub.asked[0].body
        assert (json.loads(sent) if sent else None) == body


@pytest.mark.parametrize("version", ["3.6.5", "v4.1.2", "devel"])
def test_the_status_of_a_cluster_is_asked_for_once_its_release_is_known(version):
    with stubbed(reply({"version": version}), reply({})) as (client, stub):
        assert client.get_cluster_status().status_code == 200
        assert stub.lines == ["GET /system/info", "GET /system/status"]


@pytest.mark.parametrize("version", ["3.3.3", "v3.6.4"])
def test_who_asks_for_a_status_that_may_end_the_server_is_warned_before(version):
    with stubbed(reply({"version": version}), reply({})) as (client, stub):
        with pytest.warns(RuntimeWarning, match="ends on this question") as caught:
            client.get_cluster_status()
        assert caught[0].filename == __file__
        assert stub.lines == ["GET /system/info", "GET /system/status"]


@pytest.mark.parametrize("method", CALLS)
def test_a_method_raises_for_400_and_above(method):
    with stubbed(reply("no", 400)) as (client, _), pytest.raises(HTTPError, match="no"):
        getattr(client, method)(*CALLS[method][0])


def test_buckets_volumes_and_presigned_addresses_work_on_a_cluster(client):
    assert client.create_bucket("some-bucket").status_code == 201
    assert client.get_bucket("some-bucket").json()["bucket_name"] == "some-bucket"
    assert "http" in client.presign_bucket("some-bucket", "a", "upload").json()["url"]
    assert client.delete_bucket("some-bucket").status_code == 204
    assert client.create_volume("vol", "1Gi").status_code == 201
    assert [one["name"] for one in client.list_volumes().json()] == ["vol"]
    assert client.delete_volume("vol").status_code == 204
