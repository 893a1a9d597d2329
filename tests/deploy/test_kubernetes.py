"""The CronJobs are valid, alone at their work, and may do nothing that they need not."""

import shutil
import subprocess
from collections import Counter

import pytest
import yaml

from tests.house.tree import ROOT

FOLDER = ROOT / "deploy" / "kubernetes"
JOBS = ("apply", "drift")
PODS = (*JOBS, "controller")


def _read(name):
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def _job(name):
    return _read(f"base/{name}.yaml")


def _pod(name):
    if name in JOBS:
        return _job(name)["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return _read("controller/deployment.yaml")["spec"]["template"]["spec"]


def _containers(name):
    return [*_pod(name).get("initContainers", ()), *_pod(name)["containers"]]


@pytest.mark.parametrize("name", JOBS)
def test_a_cron_job_fits_kubernetes_schema(name):
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    kubernetes_validate.validate(_job(name), "1.30", strict=True)


@pytest.mark.parametrize("name", JOBS)
def test_two_runs_never_overlap_and_a_failed_one_is_not_repeated_at_once(name):
    assert _job(name)["spec"]["concurrencyPolicy"] == "Forbid"
    assert _job(name)["spec"]["jobTemplate"]["spec"]["backoffLimit"] == 0


@pytest.mark.parametrize("name", PODS)
def test_the_pod_meets_the_restricted_standard(name):
    pod = _pod(name)
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
    for container in _containers(name):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


@pytest.mark.parametrize("name", JOBS)
def test_only_empty_folders_can_be_written_and_the_manifests_cannot(name):
    assert all(set(volume) == {"name", "emptyDir"} for volume in _pod(name)["volumes"])
    (run,) = _pod(name)["containers"]
    writable = [item["mountPath"] for item in run["volumeMounts"] if not item.get("readOnly")]
    assert writable == ["/tmp"]


@pytest.mark.parametrize("name", PODS)
def test_secrets_come_by_reference_and_memory_is_bounded(name):
    for container in _containers(name):
        assert "env" not in container
        assert container["resources"]["limits"]["memory"]
    assert {"secretRef": {"name": "oscar-credentials"}} in _pod(name)["containers"][0]["envFrom"]


def _shards():
    return [name for name in _read("example/kustomization.yaml")["resources"] if "." not in name]


@pytest.mark.parametrize("shard", _shards())
def test_each_shard_of_the_example_is_one_cluster_and_every_file_is_there(shard):
    made = _read(f"example/{shard}/kustomization.yaml")
    literals = [line for one in made["configMapGenerator"] for line in one["literals"]]
    assert f"OSCAR_SYNC_ONLY={shard}/" in literals
    assert made["nameSuffix"] == f"-{shard}"
    for name in made["resources"]:
        folder = FOLDER / "example" / shard / name
        parts = yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]
        assert all((folder / part).is_file() for part in parts)


def test_kustomize_makes_objects_that_fit_the_schema_and_refer_to_each_other():
    kubectl, validate = shutil.which("kubectl"), pytest.importorskip("kubernetes_validate").validate
    if not kubectl:
        pytest.skip("no kubectl here")
    words = [kubectl, "kustomize", str(FOLDER / "example")]
    text = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    made = list(yaml.safe_load_all(text))
    for one in made:
        validate(one, "1.30", strict=True)
    kinds = Counter(one["kind"] for one in made)
    assert (kinds["CronJob"], kinds["Deployment"], kinds["Service"]) == (4, 1, 1)
    names = {(one["kind"], one["metadata"]["name"]) for one in made}
    (deployment,) = [one for one in made if one["kind"] == "Deployment"]
    (service,) = [one for one in made if one["kind"] == "Service"]
    pod = deployment["spec"]["template"]
    assert service["spec"]["selector"] == pod["metadata"]["labels"]
    claim = pod["spec"]["volumes"][0]["persistentVolumeClaim"]["claimName"]
    settings = pod["spec"]["containers"][0]["envFrom"][0]["configMapRef"]["name"]
    assert {("PersistentVolumeClaim", claim), ("ConfigMap", settings)} <= names
