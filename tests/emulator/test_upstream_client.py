"""The calls of oscar-python 2.2.0, in its order, with what it sends: for a user and by Basic.

It sends no `owner` in updates, form-encoded Base64 to `/run`, and the user's own token there.
"""

import base64
import json

import pytest

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from tests.emulator.calling import SERVICES, Api, minio
from tests.oidc.provider import running

SERVICE = {
    "name": "words",
    "image": "ghcr.io/grycap/cowsay",
    "script": "#!/bin/sh\ncat",
    "memory": "256Mi",
    "cpu": "0.2",
    "input": minio("words/in"),
    "output": minio("words/out"),
}
BUCKET = {"bucket_name": "shared", "visibility": "private", "allowed_users": []}


@pytest.fixture(scope="module")
def cluster():
    with running() as provider:
        options = EmulatorOptions(oidc_issuers=(provider.issuer,), oidc_groups=("g1",))
        with Emulator(options) as emulator:
            yield Api(emulator), f"Bearer {provider.token('alice')}"


@pytest.fixture(params=["user", "basic"])
def ask(request, cluster):
    api, token = cluster
    api.emulator.reset()
    who = token if request.param == "user" else "admin"

    def asked(method, path, body=None, auth=who):
        return api.call(method, path, body, auth=auth)

    asked.is_user = request.param == "user"  # type: ignore[attr-defined]
    return asked


def test_its_calls_are_answered_as_it_expects(ask):
    assert ask("GET", f"{SERVICES}/words").status == 404
    assert ask("POST", SERVICES, SERVICE).status == 201
    assert ask("PUT", SERVICES, {**SERVICE, "memory": "512Mi"}).status == 204
    shown = ask("GET", f"{SERVICES}/words").json
    assert shown["memory"] == "512Mi"
    assert [one["name"] for one in ask("GET", SERVICES).json] == ["words"]

    sent = base64.b64encode(b"hello")
    run = {} if ask.is_user else {"auth": f"Bearer {shown['token']}"}
    got = ask("POST", "/run/words", sent, **run)
    assert (got.status, got.text) == (200, sent.decode())

    assert ask("GET", "/system/logs/words?page=").json == {"jobs": {}}
    assert ask("GET", f"{SERVICES}/words/deployment").json["state"] == "ready"
    assert ask("GET", f"{SERVICES}/words/deployment/logs").status == 200
    assert ask("DELETE", "/system/logs/words").status == 204


def test_its_calls_for_buckets_volumes_and_metrics_are_answered(ask):
    assert ask("POST", "/system/buckets", BUCKET).status == 201
    assert ask("GET", "/system/buckets/shared").json["returned_items"] == 0
    signed = {"object_key": "f", "operation": "upload", "expires_in": 60}
    assert ask("POST", "/system/buckets/shared/presign", signed).json["method"] == "PUT"
    assert ask("PUT", "/system/buckets", {**BUCKET, "visibility": "public"}).status == 204
    assert ask("DELETE", "/system/buckets/shared").status == 204

    assert ask("POST", "/system/volumes", {"name": "disk", "size": "1Gi"}).status == 201
    assert [one["name"] for one in ask("GET", "/system/volumes").json] == ["disk"]
    assert ask("DELETE", "/system/volumes/disk").status == 204

    assert ask("GET", "/system/metrics").json["totals"]["requests_count_total"] == 0
    assert ask("GET", "/system/metrics/breakdown?group_by=service").json["items"] == []
    quota = ask("GET", "/system/quotas/user")
    logs = ask("GET", "/system/logs")
    assert (quota.status, logs.status) == ((200, 403) if ask.is_user else (401, 200))


def test_what_it_leaves_of_a_user_s_service_can_be_removed(ask):
    """An administrator's update without `owner` takes the owner away: then buckets stay (047)."""
    ask("POST", SERVICES, SERVICE)
    ask("PUT", SERVICES, SERVICE)
    assert ask("DELETE", f"{SERVICES}/words").status == (204 if ask.is_user else 500)
    left = json.loads(ask("GET", "/system/buckets").text)
    assert [one["bucket_name"] for one in left or []] == ([] if ask.is_user else ["words"])
