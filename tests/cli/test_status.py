"""`oscar-sync status`: what runs, where it answers, what drifted."""

import json

import requests

from tests.cli.conftest import EXPOSED


def _rows(out):
    return {
        line.split()[0]: line.split()[1:4]
        for line in out.splitlines()
        if line and not line.startswith((" ", "SERVICE"))
    }


def _applied(project):
    (project.folder / "web.yaml").write_text(EXPOSED)
    assert project.run("apply", "-y")[0] == 0


def test_each_service_has_state_drift_owner_and_endpoint(project):
    _applied(project)
    project.put({**project.live()["hello"], "memory": "4Gi"})
    project.run("service", "stop", "web")
    theirs = {"name": "theirs", "image": "x/y:1.0", "script": "#!/bin/sh\n"}
    url = f"{project.emulator.url}/system/services"
    requests.post(url, json=theirs, auth=project.auth, timeout=60)
    code, out, _ = project.run("status")
    assert code == 0
    assert out.startswith(f"edge   {project.emulator.url}   OSCAR 4.1.2   3 services, 2 managed\n")
    rows = _rows(out)
    assert rows["web"] == ["stopped", "no", "yes"]
    assert rows["hello"] == ["ready", "yes", "yes"]
    assert rows["theirs"] == ["-", "-", "no"]
    assert list(rows)[1:] == ["web", "hello", "theirs"]
    assert "    reason: Deployment is stopped.\n" in out
    assert f"{project.emulator.url}/system/services/web/exposed/" in out
    assert "uploads to hello/in/" in out


def test_only_what_makes_sense_is_asked_for_its_state(project):
    _applied(project)
    for number in range(3):
        body = {"name": f"other{number}", "image": "x/y:1.0", "script": "#!/bin/sh\n"}
        url = f"{project.emulator.url}/system/services"
        requests.post(url, json=body, auth=project.auth, timeout=60)
    project.emulator.forget_requests()
    assert project.run("status")[0] == 0
    asked = sorted(path for _, path, _ in project.emulator.requests if "deployment" in path)
    assert asked == [
        "/system/services/hello/deployment",
        "/system/services/web/deployment",
    ]


def test_without_set_and_manifests_all_of_mine_are_asked(project, monkeypatch):
    _applied(project)
    for path in project.folder.glob("*.yaml"):
        path.unlink()
    monkeypatch.setenv("OSCAR_ENDPOINT", project.emulator.url)
    monkeypatch.setenv("OSCAR_USERNAME", project.emulator.user)
    monkeypatch.setenv("OSCAR_PASSWORD", project.emulator.password)
    code, out, _ = project.run("status", "-o", "json")
    assert code == 0
    (cluster,) = json.loads(out)["clusters"]
    assert {row["service"]: (row["state"], row["drifted"]) for row in cluster["services"]} == {
        "hello": ("ready", None),
        "web": ("ready", None),
    }


def test_a_service_that_is_missing_is_said_first(project):
    code, out, _ = project.run("status")
    assert code == 0
    assert _rows(out)["hello"] == ["missing", "yes", "-"]
    assert "oscar-sync apply creates it" in out


def test_a_service_that_is_to_be_renamed_has_not_drifted(project):
    _applied(project)
    path = project.folder / "web.yaml"
    path.write_text(path.read_text().replace("name: web", "name: site"))
    with (project.folder / "oscar-sync.yaml").open("a") as settings:
        settings.write("moved: [{from: web, to: site}]\n")
    out = project.run("status")[1]
    assert _rows(out)["site"] == ["missing", "no", "-"]
    assert "oscar-sync apply renames web to it" in out
    (cluster,) = json.loads(project.run("status", "-o", "json")[1])["clusters"]
    named = {row["service"]: row.get("renamed_from") for row in cluster["services"]}
    assert named == {"hello": None, "web": None, "site": "web"}


def test_a_cluster_that_cannot_be_read_is_said_in_the_table_and_by_the_exit_code(project):
    _applied(project)
    path = project.folder / "oscar-sync.yaml"
    text = path.read_text()
    path.write_text(
        text.replace('  "*"', '  gone: {endpoint: "http://127.0.0.1:9", token: t}\n  "*"')
    )
    code, out, _ = project.run("status")
    assert code == 6
    assert "gone   http://127.0.0.1:9   NOT READ: connection refused; check the port" in out
    assert "hello" in out
    found = json.loads(project.run("status", "-o", "json")[1])["clusters"]
    assert [cluster["problem"] is None for cluster in found] == [True, False]


def test_a_manifest_that_cannot_be_read_is_a_warning(project):
    _applied(project)
    (project.folder / "web.yaml").write_text("functions: {oscar: [{any: {name: [}]}")
    code, out, err = project.run("status")
    assert code == 0
    assert "warning" in err
    assert "web" in out


def test_a_state_that_cannot_be_asked_is_unknown(project):
    _applied(project)
    project.emulator.fault("GET /system/services/hello/deployment:500-before")
    code, out, _ = project.run("status")
    assert code == 0
    assert _rows(out)["hello"][0] == "unknown"


def test_formats_go_to_files_and_unknown_ones_are_wrong_usage(project):
    _applied(project)
    assert project.run("status", "-o", "yaml=s.yml", "-o", "text")[0] == 0
    assert (project.folder / "s.yml").read_text().startswith("clusters:\n- id: edge\n")
    assert project.run("status", "-o", "html")[0] == 64
    assert project.run("status", "-c", "nowhere")[0] == 64


def test_status_plan_and_drift_agree_on_a_bucket_that_was_deleted(project):
    _applied(project)
    url = f"{project.emulator.url}/system/buckets/hello"
    assert requests.delete(url, auth=project.auth, timeout=60).status_code == 204
    assert _rows(project.run("status")[1])["hello"] == ["ready", "yes", "yes"]
    assert project.run("plan", "--detailed-exitcode")[0] == project.run("drift")[0] == 2
    _, out, _ = project.run("plan")
    assert "bucket.hello" in out
    assert "`oscar-sync apply` makes it again, empty" in out
    assert project.run("apply", "-y")[0] == 0
    assert project.run("drift")[0] == 0
