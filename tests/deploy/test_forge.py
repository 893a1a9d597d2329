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


OTHERS = {
    "github": [
        ("request", {"merge_commit_sha": "d" * 40}),
        ("request", {"head": {"sha": HEAD, "ref": "topic", "repo": None}}),
        (
            "request",
            {"head": {"sha": HEAD, "ref": "topic", "repo": {"id": 2, "full_name": "mallory/set"}}},
        ),
        ("artifact", {"head_repository_id": 2}),
        ("artifact", {"repository_id": 2}),
        ("artifact", {"head_sha": "b" * 40}),
        ("run", {"event": "push"}),
        ("run", {"event": "workflow_dispatch"}),
        ("run", {"head_branch": "other"}),
        ("run", {"head_sha": "b" * 40}),
        ("run", {"head_repository": {"full_name": "mallory/set"}}),
        ("run", {"pull_requests": [{"number": 6}]}),
    ],
    "gitlab": [
        ("request", {"state": "opened"}),
        ("request", {"source_project_id": 4}),
        ("pipeline", {"sha": "b" * 40}),
        ("pipeline", {"project_id": 4}),
        ("pipeline", {"source": "push"}),
    ],
}


@pytest.mark.parametrize(
    ("environ", "what", "change"),
    [(kind, *one) for kind, changes in OTHERS.items() for one in changes],
    indirect=["environ"],
)
def test_a_plan_of_another_run_request_commit_or_fork_is_not_the_reviewed_one(
    forge, call, tmp_path, what, change
):
    setattr(forge, what, change)
    found = call("reviewed-plan", "reviewed.json")
    assert (found.returncode, "Traceback" in found.stderr) == (1, False), found.stderr
    assert not (tmp_path / "reviewed.json").exists()


def test_a_plan_that_unpacks_to_too_much_is_refused(forge, call, tmp_path):
    forge.plan = b" " * (65 << 20)
    found = call("reviewed-plan", "reviewed.json")
    assert (found.returncode, "Traceback" in found.stderr) == (1, False), found.stderr
    assert "more than 64 MiB" in found.stderr
    assert not (tmp_path / "reviewed.json").exists()
