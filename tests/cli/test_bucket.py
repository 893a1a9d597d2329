"""`oscar-sync bucket`: the buckets of one cluster."""

import json

import pytest
import requests

from tests.cli.conftest import ESCAPE, cluster_that_answers
from tests.unit.wire.stub import reply


@pytest.fixture
def applied(project):
    """A project whose service `hello` runs on its bucket."""
    assert project.run("apply", "-y")[0] == 0
    project.emulator.forget_requests()
    return project


def made(project, name, **more):
    """Make a bucket by hand, as somebody else would."""
    url = f"{project.emulator.url}/system/buckets"
    answer = requests.post(url, json={"bucket_name": name, **more}, auth=project.auth, timeout=60)
    assert answer.status_code == 201


@pytest.mark.parametrize("words", ["bucket list", "buckets ls", "b list", "storage ls"])
def test_the_list_says_who_may_use_each_bucket_and_what_it_was_made_for(applied, words):
    made(applied, "atlas")
    applied.emulator.forget_requests()
    code, out, _ = applied.run(*words.split())
    assert code == 0
    assert [line.split() for line in out.splitlines()] == [
        ["BUCKET", "VISIBILITY", "MADE", "FOR", "OWNER"],
        ["atlas", "-", "-", "oscar"],
        ["hello", "-", "hello", "-"],
    ]
    assert [path for _, path, _ in applied.emulator.requests] == ["/system/buckets"]


def test_a_cluster_without_buckets_has_an_empty_list(project):
    assert json.loads(project.run("bucket", "list", "-o", "json")[1]) == []


def test_the_users_of_a_bucket_are_in_its_document(project, monkeypatch):
    listed = {
        "bucket_name": f"atlas{ESCAPE}", "visibility": "restricted", "allowed_users": ["a", "b"],
        "owner": f"me{ESCAPE}", "metadata": {"from_service": "plants"},
    }  # fmt: skip
    answers = {"GET /system/buckets": reply([listed])}
    with cluster_that_answers(project, monkeypatch, answers):
        code, out, _ = project.run("bucket", "list")
        (one,) = json.loads(project.run("bucket", "list", "-o", "json")[1])
    assert code == 0
    assert "restricted (2)" in out
    assert "\x1b" not in out
    assert one["allowed_users"] == ["a", "b"]
    assert one["made_for"] == "plants"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (reply("404 page not found", 404, Content_Type="text/plain"), "has no /system/buckets"),
        (reply([{"bucket_path": "a"}]), "is not a bucket"),
        (reply("", 401), "the credentials are refused"),
    ],
)
def test_what_is_not_a_list_of_buckets_is_an_error_of_the_cluster(
    project, monkeypatch, answer, words
):
    with cluster_that_answers(project, monkeypatch, {"GET /system/buckets": answer}):
        code, out, err = project.run("bucket", "list")
    assert (code, out) == (6, "")
    assert words in err


def test_a_bucket_is_made_shown_and_counted(applied):
    code, out, _ = applied.run("bucket", "create", "atlas")
    assert (code, out) == (0, "edge/atlas: created; visibility private\n")
    assert applied.run("bucket", "create", "atlas")[0] == 6
    (applied.folder / "leaf").write_text("leaf")
    assert applied.run("storage", "put", "leaf", "hello/kept/")[0] == 0
    found = json.loads(applied.run("bucket", "get", "hello", "-o", "json")[1])
    assert (found["objects"], found["size_bytes"], found["used_by"]) == (1, 4, ["hello"])
    assert ["used_by", "hello"] in [
        line.split() for line in applied.run("bucket", "get", "hello")[1].splitlines()
    ]


def test_a_bucket_that_is_not_there_is_answered_with_the_one_meant(applied):
    for words in (["get", "helo"], ["share", "helo", "--user", "a", "--yes"]):
        code, out, err = applied.run("bucket", *words)
        assert (code, out) == (64, "")
        assert "there is no bucket helo on edge; did you mean hello?" in err


@pytest.mark.parametrize("name", ["a/b", "../x", "Atlas", "ätlas", "a", f"abc{ESCAPE}", "x" * 64])
def test_a_name_that_is_none_is_never_sent(project, name):
    code, _, err = project.run("bucket", "create", name)
    assert code == 64
    assert "is not the name of a bucket" in err
    assert "\x1b" not in err
    assert project.writes() == []


@pytest.mark.parametrize(
    "words",
    [
        "create atlas --user a", "share hello --user a --yes", "create atlas --visibility public",
        "share hello --visibility restricted --yes", "share hello", "create a --visibility x",
        "share hello --user a --visibility public",
    ],
)  # fmt: skip
def test_access_that_cannot_be_given_is_never_sent(applied, words):
    code, _, _ = applied.run("bucket", *words.split())
    assert code == 64
    assert applied.writes() == []


def test_an_address_for_one_object_works_without_a_log_in(applied):
    code, url, err = applied.run("bucket", "presign", "hello/kept/a b", "--upload")
    assert code == 0
    assert "for a PUT request, until " in err
    assert requests.put(url.strip(), data=b"leaf", timeout=60).status_code == 200
    told = json.loads(applied.run("bucket", "presign", "hello/kept/a b", "-o", "json", "-q")[1])
    assert requests.get(told["url"], timeout=60).content == b"leaf"
    assert applied.run("bucket", "presign", "none/x")[0] == 6
    for place in ("hello", "hello/", "/x", "hello/../atlas/x", f"hello/{ESCAPE}"):
        assert applied.run("bucket", "presign", place)[0] == 64


def test_what_is_made_is_told_as_a_document_too(project):
    _, out, _ = project.run("bucket", "create", "atlas", "-o", "json")
    assert json.loads(out)["name"] == "atlas"
    _, out, _ = project.run("volume", "create", "models", "--size", "1Gi", "-o", "json")
    assert json.loads(out)["size"] == "1Gi"
    code, _, err = project.run("bucket", "create", "notes", "-o", "html")
    assert (code, "html" in err) == (64, True)
