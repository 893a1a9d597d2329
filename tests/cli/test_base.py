"""`plan --base REF` tells what a branch changes from what was due before it."""

import json
import shutil
import subprocess
from xml.etree import ElementTree as ET

import pytest

from oscar_sync.workspace import git_objects
from tests.cli.conftest import FDL

GIT = shutil.which("git")
pytestmark = pytest.mark.skipif(GIT is None, reason="no git here")


def git(project, *words):
    program = [GIT or "git", "-C", str(project.folder), "-c", "user.name=a", "-c", "user.email=a@b"]
    return subprocess.run([*program, *words], capture_output=True, text=True, check=True).stdout


def commit(project):
    git(project, "add", "-A")
    git(project, "commit", "-q", "--allow-empty", "-m", "x")


@pytest.fixture
def branch(project):
    """Two services that were applied from main, and a branch of it that is checked out."""
    git(project, "init", "-q", "-b", "main")
    (project.folder / ".gitignore").write_text(".oscar-sync/\n.env\n")
    project.write("other")
    commit(project)
    assert project.run("apply", "-y")[0] == 0
    git(project, "checkout", "-q", "-b", "branch")
    return project


def base_of(project, *args, ref="main"):
    code, out, err = project.run("plan", "-o", "json", "--base", ref, *args)
    assert code == 0, err
    plan = json.loads(out)
    return plan["base"], {action["id"] for action in plan["actions"]}


def move(project, name="other", **fields):
    assert project.put({**project.live()[name], **fields}).status_code == 204


def test_what_drifted_is_told_from_what_the_branch_changes(branch):
    branch.write("hello", memory="2Gi")
    move(branch, memory="4Gi")
    base, actions = base_of(branch)
    assert base["ref"] == "main"
    assert base["actions"] == ["update:edge/other"]
    assert actions == {"update:edge/hello", "update:edge/other"}
    _, out, _ = branch.run("plan", "--base", "main")
    own, _, due = out.partition("DUE BEFORE THIS BRANCH (1)")
    assert ("edge/hello" in own, "edge/other" in due, "edge/hello" in due) == (True, True, False)
    said = "Against main: 1 step of this branch; 1 step was due before: edge/other update."
    assert said in own
    _, comment, _ = branch.run("plan", "--base", "main", "-o", "markdown")
    assert comment.count("edge/other") == 1
    assert said in comment
    assert "2Gi" in comment
    assert "4Gi" not in comment
    for name in ("html", "junit", "sarif", "gitlab", "github"):
        _, out, _ = branch.run("plan", "--base", "main", "-o", name)
        assert "1 step was due before: edge/other update" in out, name
        check_due_apart(name, out)


def check_due_apart(name, text):
    """What was due before is in a part of its own, or left out where the format has none."""
    match name:
        case "html":
            own, _, due = text.partition("<summary>Due before this branch (1)</summary>")
            found = 'data-name="edge/hello"' in own, 'data-name="edge/other"' in due
            assert (*found, 'data-name="edge/other"' in own) == (True, True, False)
        case "junit":
            suites = {
                suite.attrib["name"]: [
                    case.attrib["name"] for case in suite if case.find("system-out") is not None
                ]
                for suite in ET.fromstring(text)
            }
            assert suites["edge"] == ["hello"]
            assert suites["edge (due before this branch)"] == ["other"]
        case "sarif":
            states = {
                (one["message"]["text"].partition(":")[0], one.get("baselineState"))
                for one in json.loads(text)["runs"][0]["results"]
            }
            assert {("edge/hello", "new"), ("edge/other", "unchanged")} <= states
            assert len(states) == 3  # and the sentence
        case _:
            assert ("edge/hello: " in text, "edge/other: " in text) == (True, False)


def test_a_service_that_both_moved_names_the_fields_that_are_not_of_the_branch(branch):
    branch.write("hello", memory="2Gi")
    move(branch, "hello", log_level="DEBUG")
    base, _ = base_of(branch)
    assert (base["actions"], base["fields"]) == ([], {"update:edge/hello": ["log_level"]})
    assert "not of this branch: log_level" in branch.run("plan", "--base", "main")[1]


def test_what_the_branch_makes_needless_is_named(branch):
    move(branch, "hello", memory="4Gi")
    branch.write("hello", memory="4Gi")
    base, actions = base_of(branch)
    assert (base["gone"], actions) == (["update:edge/hello"], set())
    assert "no longer due with this branch: edge/hello" in branch.run("plan", "--base", "main")[1]


def test_the_digest_and_the_exit_code_are_those_of_the_plan(branch):
    branch.write("hello", memory="2Gi")
    plain = json.loads(branch.run("plan", "-o", "json")[1])
    code, out, _ = branch.run("plan", "-o", "json", "--base", "main", "--detailed-exitcode")
    plan = json.loads(out)
    assert (code, plan["digest"]) == (2, plain["digest"])
    (branch.folder / "plan.json").write_text(out)
    assert branch.run("apply", "-y", "--expect", "plan.json")[0] == 0


def test_each_cluster_is_read_once_and_the_work_tree_is_left_as_it_is(branch):
    branch.write("hello", memory="2Gi")
    index = (branch.folder / ".git" / "index").read_bytes()

    def reads(*args):
        branch.emulator.forget_requests()
        assert branch.run("plan", *args)[0] == 0
        return sorted(path for _, path, _ in branch.emulator.requests if "/system" in path)

    assert reads("--base", "main") == reads()
    assert (branch.folder / ".git" / "index").read_bytes() == index
    assert "2Gi" in (branch.folder / "hello.yaml").read_text()


def test_a_removal_and_its_loss_are_never_summed_up(branch):
    branch.settings("removed: [{service: other, erase: [other]}]\n")
    (branch.folder / "other.yaml").unlink()
    commit(branch)
    git(branch, "branch", "-f", "later")
    base, _ = base_of(branch, ref="later")
    assert base["actions"] == ["remove:edge/other"]
    for name in ("text", "markdown"):
        _, out, _ = branch.run("plan", "--base", "later", "-o", name)
        assert "deletes bucket other" in out.replace("**", "").lower(), name


def test_only_and_prune_hold_for_both(branch):
    branch.write("hello", memory="2Gi")
    move(branch, memory="4Gi")
    base, actions = base_of(branch, "--only", "hello")
    assert (base["actions"], actions) == ([], {"update:edge/hello"})
    (branch.folder / "other.yaml").unlink()
    base, actions = base_of(branch, "--prune")
    assert "remove:edge/other" in actions
    assert base["actions"] == []


def test_an_env_file_that_git_has_not_is_the_one_that_is_here(branch, monkeypatch):
    monkeypatch.setenv("OSCAR_SYNC_FINGERPRINT_KEY", "k" * 32)
    (branch.folder / ".env").write_text("TOKEN=one\n")
    branch.settings("env_file: .env\n")
    secret = '      environment: {secrets: {TOKEN: ""}}\n'
    (branch.folder / "other.yaml").write_text(FDL.format(name="other", memory="1Gi") + secret)
    commit(branch)
    git(branch, "branch", "-f", "main")
    base, _ = base_of(branch)
    assert base["problem"] is None
    assert base["actions"] == ["update:edge/other"]


def test_a_folder_is_compared_where_it_is_written_as_one(branch, tmp_path):
    shutil.copytree(branch.folder, branch.folder.parent / "before")
    branch.write("hello", memory="2Gi")
    base, actions = base_of(branch, ref="../before")
    assert (base["actions"], base["problem"], actions) == ([], None, {"update:edge/hello"})
    (branch.folder / "v1").mkdir()
    code, _, err = branch.run("plan", "--base", "v1")
    assert (code, "there is no such commit in" in err, "write a folder as ./NAME" in err) == (
        64, True, True,
    )  # fmt: skip
    assert branch.run("plan", "--base", "./nowhere")[0] == 64


def test_without_git_or_a_work_tree_the_base_says_so(branch, monkeypatch):
    monkeypatch.setenv("PATH", str(branch.folder))
    code, _, err = branch.run("plan", "--base", "main")
    assert (code, "git is not installed; install it, or write a folder" in err) == (64, True), err
    (branch.folder / ".git").rename(branch.folder / "moved")
    code, _, err = branch.run("plan", "--base", "main")
    assert (code, f"{branch.folder} is not in a git work tree" in err) == (64, True), err


@pytest.mark.parametrize("flag", ["--base", "--compare"])
def test_a_blank_base_is_wrong_usage_and_not_as_if_it_were_left_out(branch, flag):
    code, _, err = branch.run("plan", flag, "")
    assert (code, f"'{flag}': it is blank" in err) == (64, True), err


def test_files_at_the_base_that_cannot_be_planned_leave_everything_to_the_branch(branch):
    (branch.folder / "broken.yaml").write_text("functions: [\n")
    commit(branch)
    git(branch, "branch", "-f", "main")
    (branch.folder / "broken.yaml").unlink()
    branch.write("hello", memory="2Gi")
    base, actions = base_of(branch)
    assert (base["actions"], actions) == ([], {"update:edge/hello"})
    assert base["problem"].startswith("its files cannot be planned: broken.yaml:2")
    assert "everything counts as of this branch" in branch.run("plan", "--base", "main")[1]


def test_another_address_of_the_cluster_at_the_base_is_another_cluster(branch):
    settings = branch.folder / "oscar-sync.yaml"
    ours = settings.read_text()
    settings.write_text(ours.replace(branch.emulator.url, "http://127.0.0.1:1"))
    commit(branch)
    git(branch, "branch", "-f", "main")
    settings.write_text(ours)
    move(branch, memory="4Gi")
    assert base_of(branch)[0]["actions"] == []


# what a stranger's commit may hold


def tree_of(project, *entries):
    """Return a commit whose tree holds the *entries* beside the files of the branch."""
    listing = git(project, "ls-tree", "HEAD") + "".join(entries)
    made = subprocess.run(
        [GIT or "git", "-C", str(project.folder), "mktree", "--missing"],
        input=listing, capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    return git(project, "commit-tree", "-m", "x", made).strip()


def blob(project, content):
    return subprocess.run(
        [GIT or "git", "-C", str(project.folder), "hash-object", "-w", "--stdin"],
        input=content, capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip


def test_a_link_of_the_commit_leads_nowhere_outside_of_it(branch):
    (branch.folder / ".env").write_text("TOKEN=secret\n")
    for target in ("/etc/passwd", "../../../etc/passwd", str(branch.folder / "run.sh")):
        (branch.folder / "hello.yaml").write_text(
            FDL.format(name="hello", memory="1Gi").replace("run.sh", "link.sh")
        )
        (branch.folder / "link.sh").unlink(missing_ok=True)
        (branch.folder / "link.sh").symlink_to(target)
        commit(branch)
        git(branch, "branch", "-f", "main")
        (branch.folder / "link.sh").unlink()
        branch.write("hello")
        base, _ = base_of(branch)
        assert "lies outside the settings' folder" in base["problem"], target


def test_settings_of_the_commit_that_are_a_link_out_of_it_are_not_read(branch):
    """They are named by their path there, which elsewhere is leave to read what a link leads to."""
    private = branch.folder.parent / "private.yaml"
    private.write_text("set: planted-4711\nsecret: planted-4711\n")
    ours = (branch.folder / "oscar-sync.yaml").read_text()
    (branch.folder / "oscar-sync.yaml").unlink()
    (branch.folder / "oscar-sync.yaml").symlink_to(private)
    commit(branch)
    git(branch, "branch", "-f", "main")
    (branch.folder / "oscar-sync.yaml").unlink()
    (branch.folder / "oscar-sync.yaml").write_text(ours)
    code, out, err = branch.run("plan", "--base", "main", "-o", "json")
    assert (code, "planted" in out + err) == (0, False)
    assert "oscar-sync.yaml is a link that leads out of" in json.loads(out)["base"]["problem"]


def test_a_path_that_is_a_link_out_of_the_commit_is_not_read(branch):
    outside, services = branch.folder.parent / "outside", branch.folder / "services"
    outside.mkdir()
    (outside / "run.sh").write_text("planted-4711\n")
    (outside / "sly.yaml").write_text(FDL.format(name="planted-4711", memory="1Gi"))
    services.symlink_to(outside)
    commit(branch)
    git(branch, "branch", "-f", "main")
    services.unlink()
    services.mkdir()
    for name in ("hello.yaml", "other.yaml", "run.sh"):
        (branch.folder / name).rename(services / name)
    code, out, err = branch.run("plan", "services", "--base", "main", "-o", "json")
    assert (code, "planted" in out + err) == (0, False), err
    assert json.loads(out)["base"]["problem"]


def test_a_link_within_the_commit_is_followed(branch):
    (branch.folder / "hello.yaml").rename(branch.folder / "real.txt")
    (branch.folder / "hello.yaml").symlink_to("real.txt")
    commit(branch)
    git(branch, "branch", "-f", "main")
    assert base_of(branch) == (
        {"ref": "main", "actions": [], "fields": {}, "gone": [], "pointers": [], "problem": None},
        set(),
    )


def test_a_submodule_and_a_large_file_are_not_read(branch, monkeypatch):
    monkeypatch.setattr(git_objects, "LARGEST_FILE", 1000)
    large = blob(branch, "x" * 2000)
    made = tree_of(branch, f"160000 commit {'1' * 40}\tsub\n", f"100644 blob {large}\tdata.bin\n")
    base, _ = base_of(branch, ref=made)
    assert base["problem"] is None


def test_pointers_of_lfs_are_named(branch):
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n"
    made = tree_of(branch, f"100644 blob {blob(branch, pointer)}\tbig.txt\n")
    base, _ = base_of(branch, ref=made)
    assert (base["problem"], base["pointers"]) == (None, ["big.txt"])
    _, out, _ = branch.run("plan", "--base", made)
    assert f"Against {made}: 0 steps of this branch; Git LFS files that are compared as" in out


def test_nothing_that_the_repository_names_is_run(branch):
    tool = branch.folder.parent / "tool"
    tool.write_text(f"#!/bin/sh\ntouch {branch.folder.parent}/ran\ncat\n")
    tool.chmod(0o755)
    (branch.folder / ".gitattributes").write_text("* filter=evil diff=evil\n")
    commit(branch)
    for name in ("filter.evil.clean", "filter.evil.smudge", "diff.evil.textconv", "core.fsmonitor"):
        git(branch, "config", name, str(tool))
    for name in ("post-checkout", "reference-transaction", "post-index-change"):
        shutil.copy(tool, branch.folder / ".git" / "hooks" / name)
    first = git(branch, "rev-parse", "main").strip()
    other = git(branch, "rev-parse", "HEAD").strip()
    (branch.folder.parent / "ran").unlink(missing_ok=True)
    branch.write("hello", memory="2Gi")
    git(branch, "replace", first, other)
    (branch.folder.parent / "ran").unlink(missing_ok=True)
    assert base_of(branch)[0]["problem"] is None
    assert not (branch.folder.parent / "ran").exists()


@pytest.mark.parametrize("option", ["--base", "--compare"])
def test_a_blank_plan_or_commit_to_compare_with_is_refused_not_taken_for_none(branch, option):
    """A job may have failed to name it."""
    code, _, err = branch.run("plan", option, "")
    assert (code, option in err) == (64, True)
