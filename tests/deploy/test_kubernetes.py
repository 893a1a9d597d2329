"""The CronJobs are valid, alone at their work, and may do nothing that they need not."""

import pytest
import yaml

from tests.house.tree import ROOT

FOLDER = ROOT / "deploy" / "kubernetes"
JOBS = ("apply", "drift")


def _job(name):
    return yaml.safe_load((FOLDER / "base" / f"{name}.yaml").read_text(encoding="utf-8"))


def _pod(name):
    return _job(name)["spec"]["jobTemplate"]["spec"]["template"]["spec"]


def _containers(name):
    return [*_pod(name)["initContainers"], *_pod(name)["containers"]]


@pytest.mark.parametrize("name", JOBS)
def test_a_cron_job_fits_kubernetes_schema(name):
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    kubernetes_validate.validate(_job(name), "1.30", strict=True)


@pytest.mark.parametrize("name", JOBS)
def test_two_runs_never_overlap_and_a_failed_one_is_not_repeated_at_once(name):
    assert _job(name)["spec"]["concurrencyPolicy"] == "Forbid"
    assert _job(name)["spec"]["jobTemplate"]["spec"]["backoffLimit"] == 0


@pytest.mark.parametrize("name", JOBS)
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


@pytest.mark.parametrize("name", JOBS)
def test_secrets_come_by_reference_and_memory_is_bounded(name):
    for container in _containers(name):
        assert "env" not in container
        assert container["resources"]["limits"]["memory"]
    assert {"secretRef": {"name": "oscar-credentials"}} in _pod(name)["containers"][0]["envFrom"]


def test_each_shard_of_the_example_is_one_cluster_and_every_file_is_there():
    shown = yaml.safe_load((FOLDER / "example" / "kustomization.yaml").read_text(encoding="utf-8"))
    for shard in [name for name in shown["resources"] if not name.endswith(".yaml")]:
        folder = FOLDER / "example" / shard
        made = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
        literals = [line for one in made["configMapGenerator"] for line in one["literals"]]
        assert f"OSCAR_SYNC_ONLY={shard}/" in literals
        assert made["nameSuffix"] == f"-{shard}"
        assert all((folder / name / "kustomization.yaml").is_file() for name in made["resources"])
