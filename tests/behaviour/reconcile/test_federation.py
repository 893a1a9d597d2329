"""A federated service from its manifest to the clusters of the federation, all emulated."""

from pathlib import Path

import pytest

import oscar_sync
from oscar_sync.emulator.server import Emulator, EmulatorOptions
from oscar_sync.model.exits import Exit
from tests.emulator.calling import SERVICES, Api

PASSWORD = "one-for-both-clusters"

ORIGIN = """\
functions:
  oscar:
  - any:
      name: spread
      cluster_id: edge
      image: ghcr.io/x/spread:1.0
      memory: {memory}
      script: run.sh
      input:
      - storage_provider: minio.default
        path: spread/in
      environment:
        secrets:
          refresh_token: fresh
      federation:
        topology: {topology}
        members:
        - {{type: oscar, cluster_id: far, service_name: spread-far}}
clusters:
  edge: {{endpoint: "{edge}", auth_user: "", auth_password: "", ssl_verify: false}}
  far: {{endpoint: "{far}", auth_user: "", auth_password: "", ssl_verify: false}}
"""
WORKER = """\
functions:
  oscar:
  - any:
      name: spread-far
      image: ghcr.io/x/mine:1.0
      script: run.sh
"""


@pytest.fixture
def clusters():
    options = EmulatorOptions(password=PASSWORD, hold_workloads=True)
    with Emulator(options) as edge, Emulator(options) as far:
        yield Api(edge), Api(far)


def write(folder: Path, name: str, api: Api, manifest: str, **others: Api) -> str:
    """Write a project for one cluster, whose settings know *others*, and return its folder."""
    folder.mkdir(exist_ok=True)
    entries = "".join(
        f"  {one}:\n    endpoint: {known.emulator.url}\n    auth_user: {known.emulator.user}\n"
        '    auth_password: "${PASSWORD}"\n'
        for one, known in {name: api, **others}.items()
    )
    (folder / "oscar-sync.yaml").write_text(
        f'set: tests\nprune: true\nclusters:\n{entries}  "*": {name}\n', encoding="utf-8"
    )
    (folder / "run.sh").write_text("#!/bin/sh\necho run\n", encoding="utf-8")
    (folder / "manifest.yaml").write_text(manifest, encoding="utf-8")
    return str(folder)


@pytest.mark.parametrize("topology", ["star", "mesh"])
def test_a_federated_service_is_applied_and_its_worker_left_to_it(tmp_path, clusters, topology):
    edge, far = clusters
    places = {"edge": edge.emulator.url, "far": far.emulator.url, "topology": topology}
    environ = {"PASSWORD": PASSWORD, "XDG_CACHE_HOME": str(tmp_path), "HOME": str(tmp_path)}
    origin, other = tmp_path / "origin", tmp_path / "other"

    for memory in ("1Gi", "2Gi"):
        project = write(origin, "edge", edge, ORIGIN.format(memory=memory, **places), far=far)
        assert oscar_sync.apply(oscar_sync.plan(project, environ=environ)).exit_code is Exit.OK
        assert oscar_sync.plan(project, environ=environ).exit_code is Exit.OK
        assert far.shown("spread-far")["memory"] == memory
        assert far.shown("spread-far")["token"] == edge.shown("spread")["token"]

    project = write(other, "far", far, WORKER)
    blocked = oscar_sync.plan(project, environ=environ)
    assert [item.code for item in blocked.plan.blocked] == ["federation-worker"]
    project = write(other, "far", far, WORKER.replace("spread-far", "own"))
    applied = oscar_sync.apply(oscar_sync.plan(project, environ=environ))
    assert applied.exit_code is Exit.OK, applied.document.model_dump_json(indent=1)
    assert {one["name"] for one in far.get(SERVICES).json} == {"own", "spread-far"}
