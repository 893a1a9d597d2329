"""A service says which commit it was written from; nothing is ever sent for that alone."""

import json
import os
import shutil
import subprocess
from contextlib import closing

import pytest

import oscar_sync
from oscar_sync.cli.run_record import RunRecord
from oscar_sync.cli.watch_board import BoardFeed
from oscar_sync.model.plan_options import PlanOptions
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.desire.request import DesireRequest
from oscar_sync.reconcile.memory import WatchMemory
from oscar_sync.reconcile.once import plan_once

GIT = shutil.which("git")
pytestmark = pytest.mark.skipif(GIT is None, reason="no git here")
MARK = "oscar-sync.io/revision"
OF_BOARD = {
    "interval": 60.0, "is_applying": True, "listen": "127.0.0.1:0", "listen_token_file": None,
    "tls_cert": None, "tls_key": None, "hook_secret_file": None,
}  # fmt: skip


def git(project, *words):
    program = [GIT or "git", "-C", str(project.folder), "-c", "user.name=a", "-c", "user.email=a@b"]
    done = subprocess.run([*program, *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def tree(project):
    """The project as a git work tree with one commit."""
    git(project, "init", "-q")
    (project.folder / ".gitignore").write_text(".oscar-sync/\n")
    commit(project)
    return project


def commit(project, *more):
    git(project, "add", "-A")
    git(project, "commit", "-q", "--allow-empty", "-m", "x", *more)
    return git(project, "rev-parse", "HEAD")


def mark(project, name="hello"):
    return project.live()[name]["annotations"].get(MARK)


def test_an_apply_marks_what_it_writes_with_the_commit_and_nothing_else(tree):
    first = git(tree, "rev-parse", "HEAD")
    code, out, _ = tree.run("apply", "-y")
    assert (code, mark(tree)) == (0, first)
    assert f"From commit {first}." in out
    commit(tree)
    tree.emulator.forget_requests()
    assert tree.run("plan", "--detailed-exitcode")[0] == 0
    assert tree.run("apply", "-y")[0] == 0
    assert tree.writes() == []
    tree.write("other")
    second = commit(tree)
    assert tree.run("apply", "-y")[0] == 0
    assert (mark(tree), mark(tree, "other")) == (first, second)
    tree.write("hello", memory="2Gi")
    third = commit(tree)
    assert tree.run("apply", "-y")[0] == 0
    assert mark(tree) == third
    assert tree.run("forget", "hello", "-y")[0] == 0
    assert mark(tree) is None


@pytest.mark.parametrize("how", ["edited", "script", "untracked", "settings"])
def test_files_that_differ_from_the_commit_are_said(tree, how):
    head = git(tree, "rev-parse", "HEAD")
    match how:
        case "edited":
            tree.write("hello", memory="3Gi")
        case "script":
            (tree.folder / "run.sh").write_text("#!/bin/sh\necho other\n")
        case "untracked":
            tree.write("more")
        case _:
            tree.settings("max_removals: 2\n")
    assert tree.run("apply", "-y")[0] == 0
    assert mark(tree) == f"{head}+changes"


def test_other_line_ends_links_and_what_is_not_of_the_set_are_no_changes(tree):
    script = tree.folder / "run.sh"
    script.write_bytes(script.read_bytes().replace(b"\n", b"\r\n"))
    (tree.folder / "target.txt").write_text((tree.folder / "hello.yaml").read_text())
    (tree.folder / "hello.yaml").unlink()
    (tree.folder / "hello.yaml").symlink_to("target.txt")
    git(tree, "add", "target.txt", "hello.yaml")
    git(tree, "commit", "-q", "-m", "x")
    (tree.folder / "README.md").write_text("x")
    tree.run("apply", "-y")
    assert mark(tree) == git(tree, "rev-parse", "HEAD")


def test_a_commit_between_plan_and_apply_is_told_as_the_files_were_read(tree):
    environ = {**os.environ}
    planned = oscar_sync.plan(tree.folder, environ=environ)
    tree.write("hello", memory="4Gi")
    later = commit(tree)
    assert oscar_sync.apply(planned).report.revision == f"{later}+changes"
    assert mark(tree) == f"{later}+changes"
    planned = oscar_sync.plan(tree.folder, environ=environ)
    last = commit(tree)
    assert oscar_sync.apply(planned).document.revision == mark(tree) == last


def test_the_digest_does_not_rest_on_the_commit(tree):
    def digest():
        return json.loads(tree.run("plan", "-o", "json")[1])["digest"]

    first = digest()
    commit(tree)
    assert digest() == first
    tree.run("apply", "-y")
    tree.write("hello", memory="2Gi")
    before = digest()
    live = tree.live()["hello"]
    tree.put({**live, "annotations": {**live["annotations"], MARK: "0" * 40}})
    assert digest() == before
    code, _, err = tree.run("apply", "-y", "--expect", before)
    assert code == 0, err


def test_status_and_drift_say_which_commit_a_service_comes_from(tree):
    head = git(tree, "rev-parse", "HEAD")
    tree.run("apply", "-y")
    assert f"    from commit {head}\n" in tree.run("status")[1]
    (cluster,) = json.loads(tree.run("status", "-o", "json")[1])["clusters"]
    assert cluster["services"][0]["revision"] == head
    tree.put({**tree.live()["hello"], "memory": "4Gi"})
    for name in ("text", "json", "markdown", "html"):
        code, out, _ = tree.run("drift", "-o", name)
        assert (code, head in out) == (2, True), name
    assert json.loads(tree.run("drift", "-o", "json")[1])["drift"][0]["revision"] == head
    _, out, _ = tree.run("apply", "-y", "-o", "json")
    assert json.loads(out)["revision"] == head


def test_nothing_that_the_repository_names_is_run(tree):
    tool = tree.folder.parent / "tool"
    tool.write_text(f"#!/bin/sh\ntouch {tree.folder.parent}/ran\ncat\n")
    tool.chmod(0o755)
    (tree.folder / ".gitattributes").write_text("*.yaml filter=evil diff=evil\n")
    for name in ("filter.evil.clean", "filter.evil.smudge", "diff.evil.textconv", "core.fsmonitor",
                 "core.pager", "core.sshCommand"):  # fmt: skip
        git(tree, "config", name, str(tool))
    (tree.folder.parent / "ran").unlink(missing_ok=True)
    tree.run("apply", "-y")
    assert mark(tree).startswith(git(tree, "rev-parse", "HEAD"))
    assert not (tree.folder.parent / "ran").exists()


def test_variables_of_git_in_the_environment_lead_nowhere_else(tree, monkeypatch, tmp_path):
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    tree.run("apply", "-y")
    monkeypatch.delenv("GIT_DIR")
    assert mark(tree) == git(tree, "rev-parse", "HEAD")


@pytest.mark.parametrize("how", ["no program", "no tree", "no commit", "no set"])
def test_without_git_a_commit_or_a_set_there_is_no_mark_and_no_error(project, how, monkeypatch):
    if how != "no tree":
        git(project, "init", "-q")
    if how in ("no program", "no set"):
        commit(project)
    if how == "no program":
        monkeypatch.setenv("PATH", str(project.folder))
    if how == "no set":
        settings = project.folder / "oscar-sync.yaml"
        settings.write_text(settings.read_text().replace("set: tests\n", ""))
    code, _, err = project.run("apply", "-y")
    assert (code, mark(project)) == (0, None), err


def test_a_pass_of_a_watch_knows_what_it_read_before(tree):
    memory, asked = WatchMemory(), DesireRequest((str(tree.folder),))
    for _ in range(2):
        contents = desire(asked, os.environ, memory).contents
        names = {path.rpartition("/")[2] for path in contents}
        assert names == {"hello.yaml", "run.sh", "oscar-sync.yaml"}


def test_a_board_says_whether_the_files_differ_from_the_commit(tree):
    first = git(tree, "rev-parse", "HEAD")
    with closing(BoardFeed(OF_BOARD, RunRecord("watch"))) as feed:
        for memory, shown in (("1Gi", first), ("3Gi", f"{first}+changes")):
            tree.write("hello", memory)
            desired = desire(DesireRequest(cwd=str(tree.folder)), os.environ, WatchMemory())
            with closing(Connections(os.environ)) as connections:
                feed.planned(plan_once(desired, PlanOptions(), connections))
            assert getattr(feed.board.picture.subject, "commit", str)() == shown


def test_a_page_of_a_plan_says_whether_the_files_differ_from_the_commit(tree):
    head = commit(tree)
    assert f"commit {head[:12]} " in tree.run("plan", "-o", "html")[1]
    tree.write("hello", memory="2Gi")
    assert f"commit {head[:12]}+changes " in tree.run("plan", "-o", "html")[1]
    assert f"commit {head[:12]}+changes " in tree.run("drift", "-o", "html")[1]
