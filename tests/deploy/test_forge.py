"""The comment is one, and what is applied is what was reviewed: on both forges, against a stub."""

import json
import subprocess
import sys

import pytest

from tests.deploy.stub_forge import HEAD, TOKEN, StubForge
from tests.house.tree import ROOT

SCRIPT = ROOT / "deploy" / "ci" / "forge.py"
BOT = ("github-actions[bot]", 7)


@pytest.fixture
def forge():
    made = StubForge()
    yield made
    made.close()


@pytest.fixture(params=["github", "gitlab"])
def environ(request, forge, tmp_path):
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 5}}))
    if request.param == "github":
        return {
            "GITHUB_API_URL": forge.url, "GITHUB_TOKEN": TOKEN, "GITHUB_REPOSITORY": "me/set",
            "GITHUB_EVENT_PATH": str(event), "GITHUB_SHA": "c" * 40,
        }  # fmt: skip
    return {
        "GITLAB_CI": "true", "GITLAB_TOKEN": TOKEN, "CI_API_V4_URL": forge.url,
        "CI_PROJECT_ID": "3", "CI_MERGE_REQUEST_IID": "5", "CI_COMMIT_SHA": "c" * 40,
    }  # fmt: skip


@pytest.fixture
def call(environ, tmp_path):
    def run(*words, **more):
        return subprocess.run(
            [sys.executable, "-I", str(SCRIPT), *words],
            cwd=tmp_path, env={**environ, **more}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


def test_a_second_plan_changes_the_first_comment(forge, call, tmp_path):
    for text in ("Digest `11111111`", "Digest `22222222`"):
        (tmp_path / "plan.md").write_text(text)
        assert call("comment", "plan.md").returncode == 0

    (made,) = forge.comments
    assert made["body"] == "<!-- oscar-sync: plan -->\nDigest `22222222`"


def test_the_comment_is_found_behind_a_hundred_others(forge, call, tmp_path):
    for number in range(150):
        forge.add(f"remark {number}", "someone", 1)
    forge.add("<!-- oscar-sync: plan -->\nold", *BOT)
    (tmp_path / "plan.md").write_text("new")

    assert call("comment", "plan.md").returncode == 0
    assert len(forge.comments) == 151
    assert forge.comments[-1]["body"].endswith("new")


def test_a_comment_that_someone_else_marked_is_left_alone(forge, call, tmp_path):
    forge.add("<!-- oscar-sync: plan -->\nforged", "mallory", 1)
    (tmp_path / "plan.md").write_text("true")

    assert call("comment", "plan.md").returncode == 0
    assert [made["body"].split()[-1] for made in forge.comments] == ["forged", "true"]


def test_a_plan_too_long_for_a_comment_is_cut(forge, call, tmp_path):
    (tmp_path / "plan.md").write_text("x" * 200_000)

    assert call("comment", "plan.md").returncode == 0
    assert len(forge.comments[0]["body"]) < 65_536


def test_the_plan_of_the_merged_request_is_fetched(forge, call, tmp_path):
    assert call("reviewed-plan", "reviewed.json").returncode == 0
    assert json.loads((tmp_path / "reviewed.json").read_text()) == {"digest": "reviewed"}
    assert any(HEAD in path or "jobs" in path or "artifacts" in path for _, path, _ in forge.asked)


def test_a_commit_that_no_merge_made_has_no_reviewed_plan(forge, call, tmp_path):
    forge.is_merged = False

    found = call("reviewed-plan", "reviewed.json")
    assert found.returncode == 1
    assert "nothing was reviewed" in found.stderr
    assert not (tmp_path / "reviewed.json").exists()


def test_the_token_goes_nowhere_else_and_stands_in_no_output(forge, call, tmp_path):
    (tmp_path / "plan.md").write_text("text")
    call("reviewed-plan", "reviewed.json")
    found = [call("comment", "plan.md"), call("comment", "plan.md", GITHUB_REPOSITORY="a/b/c d")]

    assert not any(token for _, path, token in forge.asked if path == "/elsewhere")
    assert TOKEN not in "".join(run.stdout + run.stderr for run in found)


def test_what_is_missing_is_named(call):
    found = call("reviewed-plan", "x", GITHUB_TOKEN="", GITLAB_TOKEN="")
    assert found.returncode == 1
    assert "_TOKEN" in found.stderr
    assert call("nonsense").returncode == 64
