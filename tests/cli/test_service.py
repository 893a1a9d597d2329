"""`oscar-sync service`: what oscar-cli users know, on one cluster."""

import json
import subprocess
import sys
from typing import Any

import pytest
import requests

from oscar_sync.documents.yaml_reader import read_yaml
from oscar_sync.model.secret import MASK
from tests.cli.conftest import ESCAPE, EXPOSED, cluster_that_answers
from tests.servers import until
from tests.unit.wire.stub import reply

SECRETS = ("hush-token", "hush-key", "hush-password")
THEIRS = {
    "name": f"evil{ESCAPE}",
    "image": f"x/y:{ESCAPE}",
    "script": f"#!/bin/sh\n# {ESCAPE}\n",
    "input": [],
    "output": [],
    "token": "hush-token",
    "owner": f"them{ESCAPE}",
    "expose": {"api_port": [80]},
    "environment": {"variables": {"TOKEN": "shown"}, "secrets": {"KEY": ""}},
    "storage_providers": {"s3": {"mine": {"access_key": "AKIA", "secret_key": "hush-key"}}},
    "clusters": {"c": {"endpoint": "https://c", "auth_password": "hush-password"}},
}


@pytest.fixture
def applied(project):
    """A project whose services run: `hello` on uploads, `web` exposed."""
    (project.folder / "web.yaml").write_text(EXPOSED)
    assert project.run("apply", "-y")[0] == 0
    project.emulator.forget_requests()
    return project


@pytest.fixture
def hostile(project, monkeypatch):
    """A cluster whose answers would steer a terminal."""
    answers = {
        "GET /system/services": reply([THEIRS]),
        "GET /system/services/evil": reply({**THEIRS, "name": "evil"}),
        "GET /system/services/theirs": reply(f"not yours {ESCAPE}", 403),
        "GET /system/services/evil/deployment/logs": reply(
            {"entries": [{"message": f"line\t{ESCAPE}", "timestamp": "T"}]}
        ),
        "GET /system/logs/evil": reply({"jobs": {f"j{ESCAPE}": {"status": f"S{ESCAPE}"}}}),
        "GET /system/logs/evil/j": reply(f"log {ESCAPE}\nsecond"),
        "POST /run/evil": reply(f"answer {ESCAPE}", 502),
        "POST /system/services/evil/stop": reply({"state": f"stopped{ESCAPE}", "reason": ESCAPE}),
    }
    with cluster_that_answers(project, monkeypatch, answers):
        yield project


def test_the_list_says_what_each_service_is_and_waits_for(applied):
    code, out, _ = applied.run("service", "list")
    assert code == 0
    assert [line.split() for line in out.splitlines()] == [
        ["NAME", "IMAGE", "CPU", "MEMORY", "KIND", "OWNER"],
        ["hello", "ghcr.io/x/hello:1.0", "0.2", "1Gi", "uploads", "cluster_admin"],
        ["web", "ghcr.io/x/web:1.0", "0.2", "256Mi", "exposed", "cluster_admin"],
    ]
    assert [line for line in applied.emulator.requests if line[1].startswith("/system")] == [
        ("GET", "/system/services", 200)
    ]


@pytest.mark.parametrize("group", ["service", "services", "svc", "s"])
@pytest.mark.parametrize("name", ["list", "ls"])
def test_groups_and_commands_have_the_names_of_oscar_cli(applied, group, name):
    assert applied.run(group, name)[1] == applied.run("service", "list")[1]


def test_a_list_goes_to_files_in_each_format(applied):
    code, out, _ = applied.run("service", "list", "-o", "json=l.json", "-o", "yaml=l.yaml")
    assert code == 0
    assert out.startswith("NAME ")
    listed = json.loads((applied.folder / "l.json").read_text())
    assert [service["name"] for service in listed] == ["hello", "web"]
    assert {service["token"] for service in listed} == {MASK}
    assert (applied.folder / "l.yaml").read_text().startswith("- name: hello\n")
    assert applied.run("service", "list", "-o", "markdown")[0] == 64
    assert applied.run("service", "list", "-o", "json=no/such/file")[0] == 64


def test_a_service_is_shown_as_yaml_without_its_secrets(applied):
    code, out, _ = applied.run("service", "get", "web")
    token = applied.live()["web"]["token"]
    assert code == 0
    assert "token: (sensitive)" in out
    assert token not in out + applied.run("service", "g", "web", "-o", "json")[1]
    document: Any = read_yaml(out).documents[0]
    assert document["expose"]["api_port"] == ["8080"]


def test_nothing_that_a_server_sends_steers_the_terminal(hostile):
    for words in (
        "service list", "service list -o json", "service list -o yaml", "service get evil",
        "service get evil -o json", "service get theirs", "service run evil", "service jobs evil",
        "service logs evil", "service logs evil j", "service logs evil -d -t", "service stop evil",
        "service jobs evil -o yaml", "service get nobody",
    ):  # fmt: skip
        _, out, err = hostile.run(*words.split())
        assert "\x1b" not in out + err, words
        assert "\x07" not in out + err, words
        assert not [secret for secret in SECRETS if secret in out + err], words


def test_secrets_are_masked_and_what_users_named_like_them_is_not(hostile):
    found = json.loads(hostile.run("service", "get", "evil", "-o", "json")[1])
    assert found["token"] == MASK
    assert found["environment"] == {"variables": {"TOKEN": "shown"}, "secrets": {"KEY": MASK}}
    assert found["storage_providers"]["s3"]["mine"] == {"access_key": MASK, "secret_key": MASK}
    assert found["clusters"]["c"] == {"endpoint": "https://c", "auth_password": MASK}


def test_a_service_of_someone_else_is_refused_in_words(hostile):
    code, _, err = hostile.run("service", "get", "theirs")
    assert code == 6
    assert "the service theirs is someone else's" in err


@pytest.mark.parametrize("name", ["helo", "../config", "a/b", "x\x1b[2J", "%2e%2e"])
@pytest.mark.parametrize("command", ["get", "run", "job", "jobs", "logs"])
def test_a_name_that_no_service_has_is_wrong_usage(applied, command, name):
    code, out, err = applied.run("service", command, name)
    assert code in {6, 64}
    assert out == ""
    assert "helo" not in name or "did you mean hello?" in err
    assert "\x1b" not in err
    asked = [path for _, path, _ in applied.emulator.requests]
    assert "/system/config" not in asked


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_name_that_is_none_is_wrong_usage(applied, name):
    code, _, err = applied.run("service", "get", name)
    assert code == 64
    assert "is not a name" in err


@pytest.mark.parametrize(
    "command", ["get", "run", "job", "jobs", "logs", "start", "stop", "restart"]
)
def test_a_name_that_is_missing_is_wrong_usage(project, command):
    code, _, err = project.run("service", command)
    assert code == 64
    assert "Missing argument" in err


def test_a_run_sends_a_text_a_file_or_what_comes_in(applied):
    (applied.folder / "in.txt").write_text("from a file")
    (applied.folder / "text").write_text("a file that is called like the text")
    told = {applied.run("service", "run", "hello", *words)[0:2] for words in (
        ("-i", "text"), ("-f", "in.txt"), ("-i", "two"), ())}  # fmt: skip
    assert {code for code, _ in told} == {0}
    done = subprocess.run(
        [sys.executable, "-m", "oscar_sync", "service", "run", "hello", "-f", "-"],
        input=b"\xff\x00bytes", capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_answer_goes_to_a_file_whole_or_not_at_all(applied):
    (applied.folder / "out.bin").write_text("as it was")
    assert applied.run("service", "run", "helo", "-o", "out.bin")[0] == 64
    assert (applied.folder / "out.bin").read_text() == "as it was"
    code, out, _ = applied.run("service", "run", "hello", "-i", "x", "-o", "out.bin")
    assert (code, out) == (0, "")
    assert (applied.folder / "out.bin").read_text() != "as it was"
    assert [path.name for path in applied.folder.glob(".out*")] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-f", "nowhere"), "nowhere cannot be read: No such file"),
        (("-f", "."), ". cannot be read: Is a directory"),
        (("-f", "run.sh", "-i", "x"), "not both"),
        (("-o", "no/such/out"), "cannot be written"),
        (("-o", "json"), "here -o names a file"),
    ],
)
def test_what_cannot_be_sent_or_written_stops_a_run_before_it_is_sent(applied, words, said):
    code, _, err = applied.run("service", "run", "hello", *words)
    assert code == 64
    assert said in err
    assert applied.emulator.requests == ()


def test_base64_is_decoded_as_asked(project, monkeypatch):
    answers = {
        "GET /system/services/one": reply({"name": "one", "token": "t", "input": [], "output": []}),
        "POST /run/one": reply("log line\naGk=\n"),
    }
    with cluster_that_answers(project, monkeypatch, answers):
        assert project.run("service", "run", "one")[1] == "log line\naGk=\n"
        assert project.run("service", "run", "one", "--decode-output")[1] == "hi"
        answers["POST /run/one"] = reply("no such thing!")
        code, out, err = project.run("service", "run", "one", "--decode-output")
        assert (code, out) == (0, "no such thing!")
        assert "nor its last line is Base64" in err


@pytest.mark.parametrize(
    ("status", "said"),
    [(401, "its token is not accepted"), (404, "there is no such service"), (502, "not ready yet")],
)
def test_a_refused_invocation_says_why_and_what_to_do(project, monkeypatch, status, said):
    answers = {
        "GET /system/services/one": reply({"name": "one", "token": "t", "input": [], "output": []}),
        "POST /run/one": reply("", status),
    }
    with cluster_that_answers(project, monkeypatch, answers):
        code, _, err = project.run("service", "run", "one", "-i", "x")
    assert code == 6
    assert f"answers {status}" in err
    assert said in err


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        (["service", "get", "unheard-of"], "service list -c edge"),
        (["service", "logs", "hello", "unheard-of"], "service jobs hello -c edge"),
        (["service", "logs", "rm", "hello", "unheard-of"], "service jobs hello -c edge"),
        (["bucket", "get", "unheard-of"], "bucket list -c edge"),
        (["bucket", "delete", "unheard-of"], "bucket list -c edge"),
        (["volume", "get", "unheard-of"], "volume list -c edge"),
        (["volume", "delete", "unheard-of"], "volume list -c edge"),
    ],
)
def test_a_command_that_a_hint_names_means_the_same_cluster(applied, args, hint):
    code, _, err = applied.run(*args)
    assert (code, f"oscar-sync {hint} shows those there are" in err) == (64, True), err


def test_jobs_are_submitted_listed_and_read(applied):
    code, out, _ = applied.run("service", "job", "hello", "-i", "x")
    assert code == 0
    assert "oscar-sync service jobs hello -c edge shows" in out

    def jobs():
        return json.loads(applied.run("service", "jobs", "hello", "-o", "json")[1])

    until(lambda: [job["state"] for job in jobs()] == ["Succeeded"])
    (job,) = jobs()
    assert applied.run("service", "jobs", "hello", "-s", "none-such")[1].count("\n") == 1
    assert job["name"] in applied.run("service", "jobs", "hello", "-s", "succeeded")[1]
    code, out, err = applied.run("service", "logs", "hello")
    assert job["name"] in out
    assert "--latest" in err
    code, out, _ = applied.run("service", "logs", "hello", job["name"])
    assert code == 0
    assert applied.run("service", "log", "hello", "-l")[1] == out
    timed = applied.run("service", "l", "hello", "-l", "-t")[1]
    assert all(line.startswith("20") for line in timed.splitlines())


def test_logs_say_which_there_are_where_one_is_missing(applied):
    code, _, err = applied.run("service", "logs", "hello", "nosuch")
    assert code == 64
    assert "hello has no job nosuch" in err
    assert applied.run("service", "logs", "hello", "-l")[0] == 64
    assert applied.run("service", "logs", "hello")[0] == 0
    assert "not yet available" in applied.run("service", "logs", "web")[1]
    assert applied.run("service", "logs", "hello", "a", "--latest")[0] == 64
    assert applied.run("service", "logs", "hello", "a", "b")[0] == 64


def test_logs_the_way_of_oscar_cli_tell_the_way_here(applied):
    code, _, err = applied.run("service", "logs", "get", "hello", "job")
    assert code == 64
    assert "to show the log of a job: oscar-sync service logs NAME JOB" in err


def test_an_exposed_service_stops_and_starts_and_others_say_why_not(applied):
    assert "it is stopped now" in applied.run("service", "stop", "web")[1]
    assert "it is ready now" in applied.run("service", "start", "web")[1]
    assert applied.run("service", "restart", "web")[0] == 0
    code, out, err = applied.run("service", "restart", "hello", "web")
    assert code == 4
    assert "edge/web: restarted" in out
    assert "only exposed services" in err
    assert applied.run("service", "stop", "nobody")[0] == 6


def test_the_cluster_is_chosen_in_the_order_of_the_whole_program(project, monkeypatch):
    url = project.emulator.url
    settings = project.folder / "oscar-sync.yaml"
    settings.write_text(settings.read_text().replace('  "*": edge\n', ""))
    assert project.run("s", "ls")[0] == 0
    settings.write_text(settings.read_text() + f"  b: {{endpoint: '{url}/b', token: t}}\n")
    code, _, err = project.run("s", "ls")
    assert code == 64
    assert "edge, b" in err
    assert project.run("s", "ls", "-c", "edge")[0] == 0
    assert project.run("s", "ls", "-c", "edge", "-c", "b")[0] == 64
    assert project.run("s", "ls", "-c", "nowhere")[0] == 64
    monkeypatch.setenv("OSCAR_SYNC_CLUSTER", "edge")
    assert project.run("s", "ls")[0] == 0


def test_the_default_of_oscar_cli_is_meant_where_nothing_else_is_named(project, tmp_path):
    (project.folder / "oscar-sync.yaml").unlink()
    emulator = project.emulator
    file = tmp_path / "config.yaml"
    file.write_text(
        f"oscar:\n  one: {{endpoint: '{emulator.url}', auth_user: {emulator.user}, "
        f"auth_password: {emulator.password}, ssl_verify: true}}\n"
        "  two: {endpoint: 'http://127.0.0.1:9', auth_user: a, auth_password: b}\ndefault: one\n"
    )
    assert project.run("s", "ls", "--config", file)[0] == 0
    file.write_text(file.read_text().replace("default: one", ""))
    assert project.run("s", "ls", "--config", file)[0] == 64


def test_a_cluster_that_is_down_or_refuses_is_6_in_words(project, monkeypatch):
    project.emulator.fault("GET /system/services:401")
    code, _, err = project.run("service", "list")
    assert code == 6
    assert "credentials are refused" in err
    monkeypatch.setenv("OSCAR_USERNAME", "u")
    monkeypatch.setenv("OSCAR_PASSWORD", "p")
    code, _, err = project.run("service", "list", "-c", "http://127.0.0.1:9")
    assert code == 6
    assert "refused" in err


def test_the_help_of_the_group_names_every_command_and_imports_none(project):
    code, out, _ = project.run("service", "--help")
    assert code == 0
    assert "list, ls" in out
    assert "run, invoke, r" in out
    code, _, err = project.run("service", "lits")
    assert code == 64
    assert "did you mean list?" in err


def test_a_private_service_answers_its_owner(applied):
    url = f"{applied.emulator.url}/system/services/web"
    found = requests.get(url, auth=applied.auth, timeout=60).json()
    assert found["visibility"] == "private"
    assert applied.run("service", "run", "web", "-i", "x")[0] == 0
