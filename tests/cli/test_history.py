"""`oscar-sync history`: who did what and when, of every command that carries a plan out."""

import json
import subprocess

import pytest
import yaml

from tests.cli.conftest import ESCAPE


@pytest.fixture
def kept(project):
    """A project whose apply is in its history."""
    assert project.run("apply", "--yes")[0] == 0
    return project


def runs(project, *args):
    code, out, _ = project.run("history", "-o", "json", *args)
    assert code == 0
    return json.loads(out)["runs"]


def test_every_command_that_carries_a_plan_out_is_kept(kept):
    files = kept.folder / "files"
    files.mkdir()
    (files / "model").write_text("weights")
    seeds = 'services: {hello: {seeds: [{from: files, to: "minio.default:hello/models"}]}}\n'
    assert kept.run("forget", "hello", "--yes")[0] == 0
    assert kept.run("adopt", "hello", "--yes")[0] == 0
    kept.settings(seeds)
    assert kept.run("seed", "--yes")[0] == 0
    assert kept.run("remove", "hello", "--yes")[0] == 0
    assert kept.run("bucket", "create", "spare")[0] == 0
    assert kept.run("bucket", "delete", "spare", "--yes")[0] == 0
    assert kept.run("volume", "create", "disk", "--size", "1Gi")[0] == 0
    assert kept.run("volume", "delete", "disk", "--confirm", "disk")[0] == 0
    done = [
        (one["command"], *((it["service"], it["status"]) for it in one["services"]))
        for one in runs(kept)
    ]
    assert done == [
        ("apply", ("hello", "done")),
        ("forget", ("hello", "done")),
        ("adopt", ("hello", "done")),
        ("seed", ("hello", "done")),
        ("remove", ("hello", "done")),
        ("bucket delete", ("bucket spare", "done")),
        ("volume delete", ("volume disk", "done")),
    ]


def test_a_run_that_sends_nothing_is_not_kept(kept):
    for args in (("apply", "--yes"), ("seed", "--dry-run"), ("remove", "hello"), ("plan",)):
        kept.run(*args)
    assert [one["command"] for one in runs(kept)] == ["apply"]


def test_runs_are_kept_where_the_option_says_and_found_there(project):
    assert project.run("apply", "--yes", "--history", "elsewhere")[0] == 0
    assert project.run("remove", "hello", "--yes", "--history", "elsewhere")[0] == 0
    assert runs(project) == []
    assert [one["command"] for one in runs(project, "--history", "elsewhere")] == [
        "apply", "remove",
    ]  # fmt: skip


@pytest.mark.parametrize("output", ["json", "yaml"])
def test_the_runs_of_one_service_are_a_document(kept, output):
    kept.write("other")
    assert kept.run("apply", "--yes")[0] == 0
    for name in ("other", "edge/other"):
        code, out, _ = kept.run("history", name, "-o", output)
        document = json.loads(out) if output == "json" else yaml.safe_load(out)
        assert (code, document["format_version"], len(document["runs"])) == (0, "1.0", 1)
    assert "edge/other" in kept.run("history", "other")[1]


def test_a_service_that_no_run_names_is_told_with_a_like_one(kept):
    code, out, err = kept.run("history", "helo")
    assert (code, out) == (64, "")
    assert "no run in .oscar-sync/history.jsonl names helo" in err
    assert "did you mean hello?" in err
    assert kept.run("history", "lab/hello")[0] == 64
    assert kept.run("history", "helo", "-o", "json")[0] == 64


def test_an_empty_history_says_so(project):
    code, out, err = project.run("history")
    assert (code, err) == (0, "")
    assert out == "No runs are kept in .oscar-sync/history.jsonl.\n"
    assert project.run("history", "hello")[1] == out
    assert runs(project) == []


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: None, "no such file or directory"),
        (lambda path: path.write_text("a file"), "not a directory"),
        (lambda path: (path / "history.jsonl").mkdir(parents=True), "is a directory"),
    ],
)
def test_a_history_that_cannot_be_read_is_an_error_with_its_place(project, make, why):
    make(project.folder / "kept")
    code, out, err = project.run("history", "--history", "kept")
    assert (code, out) == (64, "")
    assert "kept" in err
    assert why in err.lower()


def test_lines_that_cannot_be_read_are_left_out(kept):
    path = kept.folder / ".oscar-sync" / "history.jsonl"
    good = path.read_bytes()
    path.write_bytes(b"\xff\x00 not JSON\n[]\n" + good + good[:40])
    code, out, err = kept.run("history")
    assert (code, out.count("apply")) == (0, 1)
    assert err == ""
    assert len(runs(kept)) == 1


def test_nothing_of_a_commit_is_obeyed_by_a_terminal(project):
    def git(*args):
        who = ("-c", f"user.name=Ada{ESCAPE}", "-c", "user.email=ada@example.org")
        subprocess.run(["git", *who, *args], check=True, capture_output=True)

    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", f"more{ESCAPE} memory")
    assert project.run("apply", "--yes")[0] == 0
    _, out, _ = project.run("history")
    assert "\\x1b]0;owned" in out
    assert "\x1b" not in out
    (run,) = runs(project)
    assert run["who"].startswith("Ada")
    assert run["subject"].endswith("memory")
    assert len(run["commit"].partition("+")[0]) == 40
