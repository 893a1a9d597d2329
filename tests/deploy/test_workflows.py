"""The workflows are what their forges accept, and nothing in them runs what a stranger writes."""

import shutil
import subprocess
import sys

import pytest
import yaml

from tests.house.tree import ROOT

CI = ROOT / "deploy" / "ci"
GITHUB = yaml.safe_load((CI / "github.yml").read_text(encoding="utf-8"))["jobs"]
GITLAB = yaml.safe_load((CI / "gitlab.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        ("vendor.github-workflows", CI / "github.yml"),
        ("vendor.github-actions", ROOT / "action.yml"),
        ("vendor.gitlab-ci", CI / "gitlab.yml"),
    ],
)
def test_a_file_fits_its_forges_schema(schema, file):
    pytest.importorskip("check_jsonschema")
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)]
    found = subprocess.run(words, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_the_audit_finds_nothing():
    folder = str(ROOT / ".venv" / "bin")
    program = shutil.which("zizmor", path=f"{sys.exec_prefix}/bin:{folder}")
    if program is None:
        pytest.skip("zizmor is not installed")
    words = [program, "--offline", "--no-progress", "--config", str(CI / "zizmor.yml"),
             str(CI / "github.yml"), str(ROOT / "action.yml")]  # fmt: skip
    found = subprocess.run(words, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_a_plan_tells_what_the_request_changes():
    step = GITHUB["plan"]["steps"][-2]["with"]
    assert step["args"] == "--base HEAD^1"
    plan = GITLAB["plan"]
    assert plan["variables"] == {"GIT_DEPTH": 0}
    base = '"${CI_MERGE_REQUEST_TARGET_BRANCH_SHA:-$CI_MERGE_REQUEST_DIFF_BASE_SHA}"'
    assert plan["script"][0].endswith(f" --base {base}")


def test_apply_runs_alone_and_is_never_cancelled():
    assert GITHUB["apply"]["concurrency"] == {"group": "oscar-apply", "cancel-in-progress": False}
    assert GITLAB["apply"]["resource_group"] == "oscar"


def test_apply_sends_the_reviewed_plan_alone():
    assert GITHUB["apply"]["steps"][-1]["with"]["expect-reviewed"] == "true"
    assert GITLAB["apply"]["script"] == [
        "forge reviewed-plan reviewed.json",
        'oscar-sync apply "$OSCAR_FOLDER" --yes --expect reviewed.json',
    ]


def test_a_fork_sees_no_secret():
    conditions = [
        job["if"]
        for job in GITHUB.values()
        if "secrets." in str(job) and "pull_request'" in job["if"]
    ]
    assert conditions
    for condition in conditions:
        assert "head.repo.full_name == github.repository" in condition


def test_no_input_is_part_of_a_script():
    for file in (ROOT / "action.yml", CI / "github.yml"):
        for step in _steps(yaml.safe_load(file.read_text(encoding="utf-8"))):
            assert "${{" not in step.get("run", ""), step["run"]


def _steps(tree):
    if "runs" in tree:
        return tree["runs"]["steps"]
    return [step for job in tree["jobs"].values() for step in job["steps"]]


def test_the_container_runs_as_nobody_and_installs_by_hash():
    text = (ROOT / "deploy" / "container" / "Containerfile").read_text(encoding="utf-8")
    final = text.rpartition("\nFROM ")[2]
    assert "\nUSER 65532:65532\n" in final
    assert "apt-get install --yes --quiet --no-install-recommends git" in final
    lines = text.replace("\\\n", " ").splitlines()
    downloads = [part for line in lines for part in line.split("&&") if "pip install" in part]
    assert all("--require-hashes" in part or "/wheels/" in part for part in downloads)


def test_the_action_installs_by_hash_alone():
    (install,) = [
        step["run"]
        for step in _steps(yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8")))
        if "pip install" in step.get("run", "")
    ]
    assert '--require-hashes -r "$GITHUB_ACTION_PATH/requirements/demo.txt"' in install
    assert '--no-build-isolation "$GITHUB_ACTION_PATH"' in install
    assert install.count("--no-deps") == install.count("pip install") == 1


def test_every_job_with_a_password_says_where_it_may_go():
    for name, job in GITHUB.items():
        secret = "OSCAR_PASSWORD" in job.get("env", {})
        assert ("OSCAR_SYNC_ENDPOINTS" in job.get("env", {})) is secret, name
        assert not secret or "vars.OSCAR_SYNC_ENDPOINTS" in job["env"]["OSCAR_SYNC_ENDPOINTS"]
        assert ("OSCAR_ENDPOINT" in job.get("env", {})) is secret, name


def test_each_job_has_the_least_rights():
    text = yaml.safe_load((CI / "github.yml").read_text(encoding="utf-8"))
    assert text["permissions"] == {}
    written = {
        (name, right)
        for name, job in GITHUB.items()
        for right, level in job["permissions"].items()
        if level == "write"
    }
    assert written == {("plan", "pull-requests")}
    assert "pull_request_target" not in str(text)
