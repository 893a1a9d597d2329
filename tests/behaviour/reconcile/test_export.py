"""An export is FDL whose plan is empty, and never leaves its folder."""

import requests

import oscar_sync
from oscar_sync.model.cluster import Cluster
from oscar_sync.model.identity import ClusterId
from oscar_sync.model.state import ClusterView
from oscar_sync.reconcile.export import exported
from oscar_sync.semantics.live import live_service

SERVICE = {
    "name": "rich",
    "image": "ghcr.io/x/rich:1.0",
    "script": "#!/bin/sh\necho 'a: b'\n\techo tab\n",
    "cpu": "1.0",
    "memory": "512Mi",
    "environment": {"variables": {"YES": "yes", "N": "007", "Q": "it's"}, "secrets": {"T": "x"}},
    "annotations": {"team": "t: 1"},
    "labels": {"a.b/c": "true"},
    "input": [{"storage_provider": "minio.default", "path": "rich/in"}],
    "output": [{"storage_provider": "minio.default", "path": "rich/out", "suffix": ["txt"]}],
    "synchronous": {"min_scale": 1, "max_scale": 2},
}


def _post(emulator, service):
    answer = requests.post(
        f"{emulator.url}/system/services",
        json=service,
        auth=(emulator.user, emulator.password),
        timeout=60,
    )
    assert answer.status_code == 201, answer.text


def _view(*services, cluster="edge"):
    place = Cluster(ClusterId(cluster), "http://127.0.0.1:1", "edge", None)
    live = [live_service(place.id, service) for service in services]
    return ClusterView(place, services={service.key.name: service for service in live})


def _write(found, folder):
    for file in found.files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.text.encode())


def test_the_plan_of_an_export_is_empty(tmp_path, environ, oscar_emulator):
    _post(oscar_emulator, SERVICE)
    variables = {
        **environ,
        "OSCAR_ENDPOINT": oscar_emulator.url,
        "OSCAR_USERNAME": oscar_emulator.user,
        "OSCAR_PASSWORD": oscar_emulator.password,
    }
    listed = requests.get(
        f"{oscar_emulator.url}/system/services",
        auth=(oscar_emulator.user, oscar_emulator.password),
        timeout=60,
    ).json()
    _write(exported(_view(*listed)), tmp_path)
    plan = oscar_sync.plan(str(tmp_path), environ=variables).plan
    assert plan.actions == ()
    assert plan.blocked == ()
