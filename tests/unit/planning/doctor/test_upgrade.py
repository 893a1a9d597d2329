"""Before an upgrade: what older releases stored, judged from what they show."""

import os
import subprocess

import pytest
import yaml
from msgspec.structs import replace

from oscar_sync.model.cluster import Cluster
from oscar_sync.model.identity import ClusterId
from oscar_sync.model.state import ClusterView
from oscar_sync.planning.doctor.upgrade import upgrade_findings, upgrade_notes
from oscar_sync.semantics import operator
from oscar_sync.semantics.capabilities import NEWEST
from oscar_sync.semantics.live import live_service
from oscar_sync.semantics.upgrades import unreadable_ports
from tests.unit.planning.built import live, planned, stamp, view, wanted


def _view(release, **raw):
    place = Cluster(ClusterId("edge"), "http://127.0.0.1:1", "edge", None)
    live = live_service(place.id, {"name": "plants", "image": "i", "script": "s", **raw})
    return ClusterView(place, release=release, services={live.key.name: live})


def _codes(view, then):
    return [(item.code, item.message) for item in upgrade_findings(view, then)]


def test_an_upgrade_that_is_none_or_unknown_is_said():
    at = _view(NEWEST)
    assert [*upgrade_notes(at, NEWEST)] == [
        "the cluster runs a newer release already: no upgrade to judge"
    ]
    assert [*upgrade_notes(_view((4, 0, 0)), NEWEST)] == []
    [newer] = upgrade_notes(at, (99, 0, 0))
    assert "newer than what this oscar-sync knows" in newer


@pytest.mark.parametrize("namespace", ["", "own"])
def test_a_secret_that_stays_behind_is_looked_for_where_the_service_is(namespace):
    secrets = {"secrets": {"A": ""}}
    found = _view((3, 5, 0), environment=secrets, namespace=namespace)
    found = replace(found, services_namespace="oscar-svc")
    found_then = upgrade_findings(found, NEWEST)
    told = " ".join(remedy.do for item in found_then for remedy in item.remedies)
    assert (namespace or "oscar-svc") in told


def test_a_service_of_3_3_loses_its_variables():
    view = _view((3, 3, 1), environment={"Variables": {"A": "b"}})
    assert ("OSY422", "OSCAR 4.0.0 does not read its environment variables") in _codes(
        view, (4, 0, 0)
    )


def test_two_inputs_in_a_bucket_are_a_finding_up_to_3_5():
    inputs = [{"storage_provider": "minio.default", "path": path} for path in ("b/x", "b/y")]
    ((code, message),) = [
        item for item in _codes(_view((3, 5, 0), input=inputs), (3, 6, 0)) if item[0] != "OSY425"
    ]
    assert code == "OSY423"
    assert "two inputs are in bucket b" in message


def test_an_older_release_is_no_upgrade():
    assert not _codes(_view((4, 0, 0)), (3, 6, 0))


EXPOSED = {"expose": {"api_port": 80, "nodePort": 0}}
SECRETS = {"environment": {"secrets": {"TOKEN": "x"}}}
WORD = {"input": [{"storage_provider": "minio.default", "path": "photos"}]}
PORTS, STUCK, HIDDEN, LEFT, MOVED = "OSY421", "OSY424", "OSY425", "OSY426", "OSY427"


@pytest.mark.parametrize(
    ("now", "then", "fields", "codes"),
    [
        ((3, 7, 1), (4, 0, 0), EXPOSED, {STUCK}),
        ((3, 6, 5), (4, 1, 2), EXPOSED, {PORTS, STUCK}),
        ((3, 6, 5), (3, 7, 1), EXPOSED, set()),
        ((4, 0, 0), (4, 1, 2), EXPOSED, {PORTS}),
        ((3, 5, 3), (3, 6, 5), {}, {HIDDEN}),
        ((3, 5, 3), (3, 6, 5), SECRETS, {HIDDEN, LEFT}),
        ((3, 3, 3), (3, 6, 5), SECRETS, {HIDDEN}),
        ((3, 6, 0), (3, 6, 5), SECRETS, set()),
        ((3, 5, 3), (3, 6, 4), WORD, {HIDDEN, MOVED}),
        ((3, 5, 3), (4, 1, 2), {**WORD, **EXPOSED}, {PORTS, STUCK, HIDDEN, MOVED}),
        ((3, 4, 0), (3, 5, 3), {**WORD, **EXPOSED, **SECRETS}, set()),
    ],
)
def test_what_an_upgrade_breaks_is_found_from_every_release(now, then, fields, codes):
    assert {code for code, _ in _codes(_view(now, **fields), then)} == codes


@pytest.mark.parametrize(
    ("now", "command"),
    [((3, 7, 1), "oscar-sync remove edge/plants"),
     ((3, 5, 3), "oscar-sync doctor --before-upgrade 4.1.2")],
)  # fmt: skip
def test_what_is_removed_before_is_so_by_a_command_that_the_release_allows(now, command):
    found = upgrade_findings(_view(now, **EXPOSED), (4, 1, 2))
    (stuck,) = [item for item in found if item.code == STUCK]
    assert [remedy.do for remedy in stuck.remedies] == [command]


def test_a_blank_visibility_is_a_difference_that_an_apply_repairs():
    """It hides the service from its own owner; a manifest means private."""
    there = view(live("alpha", visibility="", annotations=stamp()), release=(3, 6, 5))
    (action,) = planned(there, wanted("alpha")).actions
    assert [change.path for change in action.changes] == ["visibility"]


STORED = """\
apiVersion: v1
items:
- apiVersion: v1
  data:
    function_config.yaml: |
      name: plants
      expose:
        min_scale: 1
        api_port: 8080
        nodePort: 30080
        cpu_threshold: 80
    script.sh: |
      echo api_port: 80
  kind: ConfigMap
- apiVersion: v1
  data:
    function_config.yaml: |
      name: hello
      expose:
        min_scale: 0
        nodePort: 0
  kind: ConfigMap
kind: List
"""


def test_the_printed_repair_of_ports_makes_lists_of_them(tmp_path):
    """The command is run as it is printed, with a kubectl that reads and writes files."""
    (tmp_path / "stored.yaml").write_text(STORED)
    kubectl = tmp_path / "kubectl"
    kubectl.write_text(
        f'#!/bin/sh\ncase "$1" in get) cat {tmp_path}/stored.yaml;; '
        f"replace) cat > {tmp_path}/replaced.yaml;; esac\n"
    )
    kubectl.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        ["/bin/sh", "-c", operator.list_ports()], check=True, env={"PATH": path}, timeout=60
    )
    before = yaml.safe_load(STORED)["items"]
    after = yaml.safe_load((tmp_path / "replaced.yaml").read_text())["items"]
    plants, hello = (yaml.safe_load(item["data"]["function_config.yaml"]) for item in after)
    assert plants["expose"]["api_port"] == [8080]
    assert plants["expose"]["nodePort"] == [30080]
    assert hello == {"name": "hello", "expose": {"min_scale": 0}}
    assert after[0]["data"]["script.sh"] == before[0]["data"]["script.sh"]
    for raw, now in ((plants, (4, 1, 0)), (hello, (4, 1, 0))):
        assert unreadable_ports(raw, now, (4, 1, 2)) == ()
