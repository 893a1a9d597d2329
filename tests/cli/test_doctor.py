"""`oscar-sync doctor`: what OSCAR left behind, and what the next release would not read."""

import json

import pytest
import requests
from jsonschema import Draft202012Validator

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from tests.cli.conftest import Project


def _post(project, status=201, **service):
    url = f"{project.emulator.url}/system/services"
    body = {"image": "x/y:1.0", "script": "#!/bin/sh\n", **service}
    answer = requests.post(url, json=body, auth=project.auth, timeout=60)
    assert answer.status_code == status, answer.text


def _minio(*paths):
    return [{"storage_provider": "minio.default", "path": path} for path in paths]


def _left_behind(project):
    """A failed create leaves a bucket and a notification of a service that is not there."""
    _post(project, 500, name="torn", input=_minio("torn/a", "torn/b"))


def test_a_cluster_with_nothing_left_behind_says_so(project):
    assert project.run("apply", "-y")[0] == 0
    code, out, _ = project.run("doctor", "--detailed-exitcode")
    assert code == 0
    assert out == (
        f"edge   {project.emulator.url}   OSCAR 4.1.2   1 service, 1 bucket\n\nNothing found.\n"
    )


def test_findings_are_told_with_reason_and_remedy_worst_first(project):
    assert project.run("apply", "-y")[0] == 0
    _left_behind(project)
    project.put({**project.live()["hello"], "input": _minio("hello/other")})
    project.write("hello")
    code, out, err = project.run("doctor")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[2] == "BROKEN (1)"
    assert lines[3] == " x OSY601  bucket hello: uploads to hello/other/ do not start hello"
    assert lines[4].startswith("     why       OSCAR sets a notification only on a bucket that ")
    assert lines[6:8] == ["     you       set it:", "                 oscar-sync apply --hooks"]
    assert "LEFT BEHIND (3)" in lines
    assert " ! OSY612  bucket torn: no service uses it, and it has no owner tag" in out
    assert "; it holds 0 objects\n" in out
    assert "Found: 1 broken, 3 left behind, 0 for information." in out
    assert "mc knows the store after: mc alias set edge ADDRESS" in out


def test_found_or_not_the_exit_code_is_0_unless_it_is_asked_for_in_detail(project):
    _left_behind(project)
    assert project.run("doctor")[0] == 0
    assert project.run("doctor", "--detailed-exitcode")[0] == 2


def test_nothing_is_written(project):
    _left_behind(project)
    project.emulator.forget_requests()
    assert project.run("doctor", "--before-upgrade", "9.9")[0] == 0
    seen = (*project.emulator.requests, *project.emulator.s3_requests)
    assert {method for method, _, _ in seen} <= {"GET", "HEAD"}


def test_the_document_follows_its_schema(project):
    _left_behind(project)
    schema = json.loads(project.run("schema", "doctor")[1])
    document = json.loads(project.run("doctor", "-o", "json", "--before-upgrade", "4.1")[1])
    Draft202012Validator(schema).validate(document)
    assert document["before_upgrade"] == "4.1.0"
    (cluster,) = document["clusters"]
    orphan = next(found for found in cluster["findings"] if found["code"] == "OSY612")
    assert orphan["holds"] == {"objects": 0, "bytes": 0, "at_least": False, "last_write": None}
    assert document["summary"] == {"error": 0, "warning": 2, "note": 0}


def test_formats_go_to_files(project):
    assert project.run("doctor", "-o", "yaml=found.yml", "-o", "text")[0] == 0
    assert (project.folder / "found.yml").read_text().startswith("format_version:")
    assert project.run("doctor", "-o", "html")[0] == 64


def test_a_cluster_that_cannot_be_reached_is_6_and_the_others_are_told(project):
    path = project.folder / "oscar-sync.yaml"
    gone = '  gone: {endpoint: "http://127.0.0.1:9", token: t}\n  "*"'
    path.write_text(path.read_text().replace('  "*"', gone))
    _left_behind(project)
    code, out, _ = project.run("doctor", "--detailed-exitcode")
    assert code == 6
    assert "gone   http://127.0.0.1:9   NOT READ: connection refused; check the port" in out
    assert "OSY612" in out


def test_a_poisoned_list_is_a_finding_not_an_unread_cluster(project):
    _post(project, name="aaa", environment={"variables": {"X": "- x"}})
    code, out, _ = project.run("doctor")
    assert code == 0
    assert "x OSY401  service aaa: its stored definition cannot be read" in out
    assert "kubectl -n oscar-svc edit configmap aaa" in out
    assert project.run("plan")[0] == 6


def test_a_manifest_that_cannot_be_read_is_a_warning(project):
    (project.folder / "web.yaml").write_text("functions: {oscar: [{any: {name: [}]}")
    code, _, err = project.run("doctor")
    assert code == 0
    assert "warning" in err


@pytest.mark.parametrize("word", ["four", "4", "4.1.x"])
def test_what_is_no_release_is_wrong_usage(project, word):
    code, _, err = project.run("doctor", "--before-upgrade", word)
    assert code == 64
    assert "write a release, like 4.1.2" in err


def test_before_an_upgrade_what_cannot_be_read_is_found(tmp_path, capfd, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with Emulator(EmulatorOptions(oscar_version="4.0")) as emulator:
        monkeypatch.setenv("PASSWORD", emulator.password)
        monkeypatch.chdir(tmp_path)
        old = Project(tmp_path, emulator, capfd)
        old.settings()
        _post(old, name="plants")
        assert old.run("doctor", "--detailed-exitcode")[0] == 0
        code, out, _ = old.run("doctor", "--before-upgrade", "4.1", "--detailed-exitcode")
    assert code == 2
    assert "OSCAR 4.0.0 -> 4.1.0" in out
    assert "x OSY421  service plants: OSCAR 4.1.0 cannot read its definition" in out
    assert "oscar-sync remove --all" in out


def test_what_it_tells_you_to_do_removes_what_it_found(project):
    assert project.run("apply", "-y")[0] == 0
    moved = {**project.live()["hello"], "input": _minio("hello/other")}
    project.put(moved)
    project.put({**project.live()["hello"], "owner": "", "input": _minio("hello/in")})
    document = json.loads(project.run("doctor", "-o", "json")[1])
    (lost,) = document["clusters"][0]["findings"]
    assert lost["code"] == "OSY402"
    (remedy,) = lost["remedies"]
    for line in remedy["do"].split(" && "):
        assert project.run(*line.split()[1:], "--yes")[0] == 0
    assert project.live()["hello"]["owner"] == "cluster_admin"
    project.write("hello")
    text = (project.folder / "hello.yaml").read_text()
    (project.folder / "hello.yaml").write_text(text.replace("hello/in", "hello/other"))
    project.put({**project.live()["hello"], "input": _minio("hello/other")})
    codes = json.loads(project.run("doctor", "-o", "json")[1])["summary"]
    assert codes == {"error": 1, "warning": 1, "note": 0}
    assert project.run("apply", "--hooks", "--yes")[0] == 0
    assert project.run("doctor", "--detailed-exitcode")[0] == 0


def test_without_any_file_the_cluster_is_looked_at(project, monkeypatch):
    for path in project.folder.iterdir():
        path.unlink()
    monkeypatch.setenv("OSCAR_USERNAME", project.emulator.user)
    monkeypatch.setenv("OSCAR_PASSWORD", project.emulator.password)
    _left_behind(project)
    code, out, _ = project.run("doctor", "-c", project.emulator.url, "--detailed-exitcode")
    assert code == 2
    assert "OSY612  bucket torn" in out


def test_only_narrows_to_clusters_since_all_manifests_are_needed_to_judge(project):
    assert project.run("apply", "-y")[0] == 0
    project.write("other")
    project.emulator.wipe()
    for only in ("edge/", "edge/other", "other"):
        out = project.run("doctor", "--only", only)[1]
        assert "the manifest of hello names it: attach it" in out
    assert project.run("doctor", "--only", "nowhere/")[0] == 64
