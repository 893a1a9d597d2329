"""Which commit is checked out is read from the files that git itself writes."""

import shutil
import subprocess

import pytest

from oscar_sync.workspace.git import checked_out_commit

GIT = shutil.which("git")
pytestmark = pytest.mark.skipif(GIT is None, reason="no git here")


def git(folder, *words):
    done = subprocess.run(
        [GIT or "git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b", *words],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.fixture
def tree(tmp_path):
    folder = tmp_path / "tree"
    folder.mkdir()
    git(folder, "init", "-q")
    git(folder, "commit", "-q", "--allow-empty", "-m", "one")
    return folder


def test_the_commit_is_that_of_git_however_it_is_stored(tree):
    commit = git(tree, "rev-parse", "HEAD")
    (tree / "services").mkdir()
    assert checked_out_commit(tree / "services") == commit
    git(tree, "pack-refs", "--all")
    assert checked_out_commit(tree) == commit
    git(tree, "worktree", "add", "-q", "-b", "other/branch", str(tree.parent / "second"))
    git(tree.parent / "second", "commit", "-q", "--allow-empty", "-m", "two")
    second = git(tree.parent / "second", "rev-parse", "HEAD")
    assert (checked_out_commit(tree.parent / "second"), checked_out_commit(tree)) == (
        second, commit,
    )  # fmt: skip
    git(tree, "checkout", "-q", "--detach", second)
    assert checked_out_commit(tree) == second


def test_without_a_commit_there_is_none(tree, tmp_path):
    git(tree, "checkout", "-q", "--orphan", "empty")
    assert checked_out_commit(tree) == ""
    (tree / ".git" / "HEAD").write_text("ref: refs/heads/a\0b")
    assert checked_out_commit(tree) == ""
    assert checked_out_commit(tmp_path) == ""
