"""The Deployment is one board that may do nothing it need not, and its command line works."""

import os
import re
import signal
import sys

import pytest
import requests
import yaml

from tests.house.tree import ROOT
from tests.support.forge import forge
from tests.support.read_only import HOOK
from tests.support.watcher import Watcher

__all__ = ["forge"]

FOLDER = ROOT / "deploy" / "kubernetes"
TOKEN = "a-token-of-the-tests"
FDL = """\
functions:
  oscar:
  - any: {name: hello, image: "ghcr.io/x/hello:1.0", script: hello.sh}
"""


def _read(name):
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


DEPLOYMENT = _read("controller/deployment.yaml")
POD = DEPLOYMENT["spec"]["template"]
(CONTAINER,) = POD["spec"]["containers"]
SHARD = _read("example/edge-3/kustomization.yaml")
_SCRAPED = "podMetricsEndpoints"
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


@pytest.mark.parametrize("name", _read("controller/kustomization.yaml")["resources"])
def test_each_file_of_the_controller_fits_kubernetes_schema(name):
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    kubernetes_validate.validate(_read(f"controller/{name}"), "1.30", strict=True)


def test_two_controllers_of_a_shard_never_run_at_once():
    assert DEPLOYMENT["spec"]["replicas"] == 1
    assert DEPLOYMENT["spec"]["strategy"] == {"type": "Recreate"}


def test_a_request_under_way_has_as_long_to_end_as_in_a_cron_job():
    job = _read("base/apply.yaml")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    mine = POD["spec"]["terminationGracePeriodSeconds"]
    assert mine == job["terminationGracePeriodSeconds"]


def test_a_pause_and_the_last_accepted_commit_outlive_the_pod():
    volumes = {volume["name"]: volume for volume in POD["spec"]["volumes"]}
    mounts = {mount["name"]: mount for mount in CONTAINER["volumeMounts"]}
    claim = _read("controller/volume.yaml")["metadata"]["name"]
    assert volumes["data"]["persistentVolumeClaim"] == {"claimName": claim}
    for option in ("--git-folder", "--history"):
        (word,) = [word for word in CONTAINER["args"] if word.startswith(f"{option}=")]
        assert word.partition("=")[2].startswith(f"{mounts['data']['mountPath']}/")
    writable = {name for name, mount in mounts.items() if not mount.get("readOnly")}
    assert writable == {"data", "tmp"}


def test_whatever_selects_the_pod_names_its_labels_and_its_port():
    (port,) = CONTAINER["ports"]
    assert f"--listen=0.0.0.0:{port['containerPort']}" in CONTAINER["args"]
    labels = POD["metadata"]["labels"]
    service, monitor = _read("controller/service.yaml"), _read("controller/podmonitor.yaml")
    policy, (scraped,) = _read("controller/network-policy.yaml"), monitor["spec"][_SCRAPED]
    assert DEPLOYMENT["spec"]["selector"] == {"matchLabels": labels}
    assert policy["spec"]["podSelector"] == {"matchLabels": labels}
    assert monitor["spec"]["selector"] == {"matchLabels": labels}
    assert service["spec"]["selector"] == labels
    used = [
        service["spec"]["ports"][0]["targetPort"],
        policy["spec"]["ingress"][0]["ports"][0]["port"],
        scraped["port"],
        *(CONTAINER[probe]["httpGet"]["port"] for probe in PROBES),
    ]
    assert set(used) == {port["name"]}
    secret = POD["spec"]["volumes"][1]["secret"]["secretName"]
    assert scraped["authorization"]["credentials"] == {"name": secret, "key": "token"}


def test_the_service_of_a_shard_selects_no_pod_of_another():
    (labels,) = SHARD["labels"]
    assert labels == {"pairs": {"app.kubernetes.io/instance": "edge-3"}, "includeSelectors": True}


def test_the_user_of_the_container_has_a_name_which_ssh_asks_for():
    lines = (ROOT / "deploy" / "container" / "Containerfile").read_text(encoding="utf-8")
    user = POD["spec"]["securityContext"]["runAsUser"]
    assert f"USER {user}:" in lines
    assert re.search(rf"RUN echo '[a-z-]+:x:{user}:{user}::/tmp:\S+' >> /etc/passwd", lines)
    assert re.search(r"apt-get install .*\bgit openssh-client\b", lines)


@pytest.fixture
def controller(tmp_path, forge, oscar_emulator):
    """Start the command of the Deployment with the environment of a shard, on loopback."""
    places = {mount["mountPath"]: tmp_path / mount["name"] for mount in CONTAINER["volumeMounts"]}
    for place in places.values():
        place.mkdir()
    (places["/secrets"] / "token").write_text(TOKEN)
    literals = dict(word.split("=", 1) for word in SHARD["configMapGenerator"][0]["literals"])
    environ = {
        **literals,
        "PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "HOME": str(places["/tmp"]), "TMPDIR": str(places["/tmp"]),
        "WRITABLE": os.pathsep.join([str(places["/tmp"]), str(places["/data"])]),
        "OSCAR_SYNC_GIT": forge.url, "OSCAR_SYNC_ENDPOINTS": oscar_emulator.url,
        "OSCAR_USERNAME": oscar_emulator.user, "OSCAR_PASSWORD": oscar_emulator.password,
        "OSCAR_SYNC_FINGERPRINT_KEY": "k" * 32,
    }  # fmt: skip
    settings = (
        "set: tests\nclusters:\n"
        f"  edge-3: {{endpoint: '{oscar_emulator.url}'}}\n"
        "  edge-1: {endpoint: 'https://oscar.edge-1.example.org'}\n"
        "  '*': edge-3\n"
    )
    forge.commit({"oscar-sync.yaml": settings, "hello.yaml": FDL, "hello.sh": "#!/bin/sh\n"})
    command, *words = CONTAINER["args"]
    assert command == "watch"
    words = [re.sub("0.0.0.0:[0-9]+", "127.0.0.1:0", word) for word in words]
    words = [re.sub("=(/[a-z]+)/", lambda at: f"={places[at[1]]}/", word) for word in words]
    made = Watcher(None, environ, *words, cwd="/", program=("-c", HOOK))
    yield made, places
    made.process.kill()
    made.end(signal.SIGKILL)
    made.out.close()


def test_the_controller_follows_applies_and_answers_its_probes_on_a_read_only_root(controller):
    watcher, places = controller
    watcher.until("1 of 1 action done")
    (url,) = re.findall("board: (http://.*)/\n", watcher.text())

    for probe in PROBES:
        path = CONTAINER[probe]["httpGet"]["path"]
        assert requests.get(f"{url}{path}", timeout=60).status_code == 200
    metrics = _read("controller/podmonitor.yaml")["spec"][_SCRAPED][0]
    scheme = metrics["authorization"]["type"]
    known = {"Authorization": f"{scheme} {TOKEN}"}
    assert requests.get(f"{url}{metrics['path']}", headers=known, timeout=60).status_code == 200
    assert requests.get(f"{url}{metrics['path']}", timeout=60).status_code == 401
    asked = requests.post(f"{url}/api/pause", headers=known, timeout=60)
    assert asked.status_code == 202

    assert watcher.end(signal.SIGTERM) == 143
    assert "Traceback" not in watcher.text()
    kept = places["/data"] / "history"
    assert {"history.jsonl", "paused.json"} <= {path.name for path in kept.iterdir()}
