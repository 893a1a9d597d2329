"""Volumes, quotas, metrics, health, clusters and federations, on one cluster."""

import json

import pytest

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from tests.cli.conftest import ESCAPE, Project, cluster_that_answers
from tests.unit.wire.stub import reply

NO_ROUTE = reply("404 page not found", 404, Content_Type="text/plain")


def cells(out):
    return [line.split() for line in out.splitlines()]


def test_a_volume_is_made_listed_and_shown_with_the_services_that_use_it(project):
    code, out, _ = project.run("volume", "create", "models", "--size", "20Gi")
    assert (code, out) == (0, "edge/models: created; 20Gi\n")
    assert project.run("volume", "create", "models", "--size", "20Gi")[0] == 6
    with (project.folder / "hello.yaml").open("a") as file:
        file.write("      volume: {name: models, mount_path: /data}\n")
    assert project.run("apply", "-y")[0] == 0
    assert cells(project.run("volumes", "ls")[1])[1] == ["models", "20Gi", "in_use", "-"]
    (listed,) = json.loads(project.run("volume", "list", "-o", "json")[1])
    assert listed == {"name": "models", "size": "20Gi", "state": "in_use", "made_for": ""}
    assert ["attachments[1].service_name", "hello"] in cells(
        project.run("volume", "get", "models")[1]
    )
    code, _, err = project.run("volume", "get", "model")
    assert code == 64
    assert "there is no volume model on edge; did you mean models?" in err


@pytest.mark.parametrize(
    ("name", "size"), [("a/b", "1Gi"), ("Models", "1Gi"), ("m", "-1Gi"), ("m", "x"), ("..", "1Gi")]
)
def test_a_volume_that_cannot_be_is_never_sent(project, name, size):
    assert project.run("volume", "create", name, "--size", size)[0] == 64
    assert project.writes() == []


def test_metrics_say_which_sources_answer(project):
    assert project.run("apply", "-y")[0] == 0
    code, out, _ = project.run("metrics")
    assert code == 0
    assert ["services_count_active", "1"] in cells(out)
    assert ["source.prometheus", "missing"] in cells(out)
    found = json.loads(project.run("metrics", "-o", "json")[1])
    assert any("no such host" in one.get("notes", "") for one in found["sources"])
    assert ["cpu-hours", "0", "hours"] in cells(project.run("metrics", "hello")[1])
    assert "there is no service nope" in project.run("metrics", "nope")[2]


def test_with_user_and_password_a_quota_is_somebody_s(project):
    assert project.run("quota")[0] == 64
    assert project.run("quota", "bob")[0] == 64
    code, _, err = project.run("quota", "get", "bob")
    assert code == 64
    assert "edge has no quota for bob: each user must have logged in" in err
    assert "resourcequotas" not in err


def test_health_is_that_of_the_server(project, monkeypatch):
    code, out, _ = project.run("health")
    assert code == 0
    assert ["health", "Ok"] in cells(out)
    assert json.loads(project.run("health", "-o", "json")[1])["health"] == "Ok"
    with cluster_that_answers(project, monkeypatch, {"GET /health": reply("down", 500)}):
        code, _, err = project.run("health")
    assert code == 6
    assert "GET /health answers 500: down" in err


def test_a_cluster_says_what_it_is_and_never_its_keys(project):
    code, out, _ = project.run("cluster", "info")
    assert code == 0
    assert ["version", "4.1.2"] in cells(out)
    assert "Ready, 2 cores" in out
    text = project.run("cluster", "info", "-o", "json")[1]
    assert json.loads(text)["status"]["cluster"]["nodes_count"] == 1
    assert "secret_key" not in text


def test_the_clusters_of_both_files_are_listed_and_none_is_asked(project, monkeypatch):
    project.emulator.forget_requests()
    (project.folder / "cli.yaml").write_text(
        "default: lab\noscar:\n  lab: {endpoint: 'https://me:hush@lab.example.org/x?t=hush', "
        "auth_user: me, auth_password: hush}\n"
    )
    code, out, _ = project.run("cluster", "list", "--config", "cli.yaml")
    assert code == 0
    assert cells(out) == [
        ["CLUSTER", "ENDPOINT", "SOURCE"],
        ["*", "edge", project.emulator.url, "oscar-sync.yaml"],
        ["lab", "https://lab.example.org/x", "cli.yaml"],
    ]
    assert project.emulator.requests == ()
    (project.folder / "oscar-sync.yaml").unlink()
    monkeypatch.setenv("OSCAR_CLI_CONFIG_FILE", "cli.yaml")
    (one,) = json.loads(project.run("cluster", "list", "-o", "json")[1])
    assert one["is_default"] is True


def test_the_members_of_a_federation_are_shown_without_their_secrets(project, monkeypatch):
    member = {"type": "endpoint", "url": f"https://x{ESCAPE}", "headers": {"Authorization": "hush"}}
    answers = {
        "GET /system/federation/plants": reply({"topology": "mesh", "members": [member]}),
        "GET /system/federation/nope": reply("", 404),
        "GET /system/services": reply([]),
    }
    with cluster_that_answers(project, monkeypatch, answers):
        code, out, _ = project.run("federation", "get", "plants")
        missing, _, err = project.run("federation", "get", "nope")
    assert code == 0
    assert ["topology", "mesh"] in cells(out)
    assert "\x1b" not in out
    assert "hush" not in out
    assert missing == 64
    assert "there is no service nope" in err


@pytest.mark.parametrize(
    ("words", "since"),
    [
        ("volume get x", "4.0.0"),
        ("volume list", "4.0.0"),
        ("volume create x --size 1Gi", "4.0.0"),
        ("metrics", "4.0.0"),
        ("quota get bob", "3.7.0"),
        ("federation get x", "4.1.0"),
    ],
)
def test_a_release_without_it_says_since_when_it_is_there(project, monkeypatch, words, since):
    with cluster_that_answers(project, monkeypatch, {}) as stub:
        stub.answer = lambda _: NO_ROUTE
        code, out, err = project.run(*words.split())
    assert (code, out) == (6, "")
    assert f"it is there since {since}" in err


@pytest.mark.parametrize("release", ["3.6.4", "4.0"])
def test_older_releases_say_what_they_lack(tmp_path, capfd, monkeypatch, release):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with Emulator(EmulatorOptions(oscar_version=release)) as emulator:
        monkeypatch.setenv("PASSWORD", emulator.password)
        monkeypatch.chdir(tmp_path)
        old = Project(tmp_path, emulator, capfd)
        old.settings()
        assert old.run("bucket", "create", "atlas")[0] == 0
        assert ["atlas", "-", "-", "oscar"] in cells(old.run("bucket", "list")[1])
        assert old.run("bucket", "get", "atlas")[0] == 0
        assert old.run("cluster", "info")[0] == 0
        assert not any(path == "/system/status" for _, path, _ in emulator.requests) or (
            release == "4.0"
        )
        assert "it is there since 4.1.0" in old.run("federation", "get", "x")[2]
        assert old.run("volume", "list")[0] == (0 if release == "4.0" else 6)


@pytest.mark.parametrize(
    "words", ["bucket create atlas", "service logs rm hello --all -y", "bucket delete atlas -y"]
)
def test_a_release_that_is_only_read_is_never_written_to(project, monkeypatch, words):
    answers = {
        "GET /system/info": reply({"version": "3.6.2"}),
        "GET /system/config": reply({"config": {}, "minio_provider": {}}),
        "GET /system/services": reply([]),
    }
    with cluster_that_answers(project, monkeypatch, answers) as stub:
        code, out, err = project.run(*words.split())
    assert code != 0
    assert "3.6.2" in out + err
    assert {asked.method for asked in stub.asked} == {"GET"}


def test_metrics_summary_of_oscar_cli_is_answered_with_the_command_to_use(project):
    code, _, err = project.run("metrics", "summary")
    assert code == 64
    assert "of the cluster: oscar-sync metrics" in err
