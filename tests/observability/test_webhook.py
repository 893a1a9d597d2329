"""A webhook is told of drift and of applies that fail, without a secret, and decides nothing."""

import socket

import pytest

SECRET = "planted-secret-5d1c"
WITH_SECRET = """\
functions:
  oscar:
  - any:
      name: hello
      image: ghcr.io/x/hello:1.0
      memory: 1Gi
      script: run.sh
      environment:
        variables: {{OPEN: {value}}}
        secrets: {{TOKEN: {value}}}
"""


def _drifted(project):
    project.run("apply", "--yes")
    live = project.live()["hello"]
    project.put({**live, "memory": "2Gi"})


def test_drift_is_told(project, listener):
    _drifted(project)
    listener.told.clear()

    code, _, err = project.run("drift")

    assert code == 2
    assert "webhook" not in err
    (told,) = listener.told
    assert (told["event"], told["set"], told["exit_code"]) == ("drift", "tests", 2)
    assert told["drifted"] == [
        {"cluster": "edge", "service": "hello", "kind": "update", "paths": ["memory"]}
    ]
    assert told["text"] == "oscar-sync: 1 service of set tests drifted"


def test_what_is_in_order_is_not_told(project, listener):
    assert project.run("apply", "--yes")[0] == 0
    assert project.run("drift")[0] == 0
    assert listener.told == []


def test_a_failed_apply_is_told(project, listener):
    code, _, _ = project.run("apply", "--yes", "--expect", "0" * 32)

    assert code == 5
    (told,) = listener.told
    assert (told["event"], told["reason"]) == ("apply-failed", "stale")


def test_a_cluster_that_cannot_be_read_is_told(project, listener):
    text = (project.folder / "oscar-sync.yaml").read_text()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        (project.folder / "oscar-sync.yaml").write_text(text.replace(project.emulator.url, url))
        assert project.run("drift")[0] == 6

    assert listener.told[0]["event"] == "drift-failed"
    assert listener.told[0]["unreachable"] == ["edge"]


def test_no_secret_and_no_value_is_told(project, listener, monkeypatch):
    monkeypatch.setenv("OSCAR_SYNC_FINGERPRINT_KEY", "k" * 32)
    (project.folder / "hello.yaml").write_text(WITH_SECRET.format(value=SECRET))
    _drifted(project)
    project.run("drift")
    project.run("apply", "--yes", "--expect", "0" * 32)

    assert len(listener.raw) == 2
    sent = repr(listener.raw)
    assert SECRET not in sent
    assert project.emulator.password not in sent
    assert "2Gi" not in sent


def test_a_webhook_that_fails_is_a_warning_and_no_exit_code(project, listener):
    _drifted(project)
    for status in (500, 302):
        listener.status = status
        code, _, err = project.run("drift")
        assert code == 2
        assert (
            f"warning: the webhook could not be called: http://127.0.0.1:{listener.server_port}"
            in err
        )
        assert f"answers {status}" in err
        assert "planted" not in err
    assert [path for path, _, _ in listener.raw if "elsewhere" in path] == []


def test_a_webhook_that_is_not_there_is_a_warning(project, monkeypatch):
    _drifted(project)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        where = f"http://127.0.0.1:{closed.getsockname()[1]}"
        monkeypatch.setenv("OSCAR_SYNC_WEBHOOK", f"{where}/planted-key")
        code, _, err = project.run("drift")
    assert code == 2
    assert f"{where}: connection refused" in err
    assert "planted-key" not in err

    monkeypatch.setenv("OSCAR_SYNC_WEBHOOK", "planted-key")
    code, _, err = project.run("drift")
    assert code == 2
    assert "is not an http(s) address" in err
    assert "planted-key" not in err


def test_what_failed_is_named_by_its_code(project, listener):
    project.emulator.fault("POST /system/services:500-before")
    code, _, _ = project.run("apply", "--yes", "--metrics", "oscar.prom")

    assert code == 4
    (told,) = listener.told
    (failed,) = told["failed"]
    assert (failed["service"], failed["kind"], failed["status"]) == ("hello", "create", "failed")
    assert 'status="failed"} 1' in (project.folder / "oscar.prom").read_text()


def test_remove_and_its_like_call_no_webhook(project, listener):
    assert project.run("apply", "--yes")[0] == 0
    project.emulator.fault("PUT /system/services:500-before")

    assert project.run("forget", "hello", "--yes")[0] == 4
    assert listener.told == []


def test_a_chat_is_sent_its_form_with_the_address_of_the_board(project, listener, monkeypatch):
    _drifted(project)
    monkeypatch.setenv("OSCAR_SYNC_BOARD", "https://board.example.org")
    assert project.run("drift")[0] == 2
    assert listener.told[-1]["board"] == "https://board.example.org"
    for name in ("slack", "mattermost", "matrix"):
        monkeypatch.setenv("OSCAR_SYNC_WEBHOOK_FORMAT", name)
        assert project.run("drift")[0] == 2
        assert listener.told[-1]["text"] == (
            "oscar-sync: 1 service of set tests drifted\n"
            "`edge/hello`: update drifted: `memory`\n"
            "Board: https://board.example.org"
        )
        assert ("html" in listener.told[-1]) == (name == "matrix")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("OSCAR_SYNC_WEBHOOK_FORMAT=teams", "json, slack, mattermost, matrix"),
        ("OSCAR_SYNC_BOARD=board.example.org", "https://HOST/"),
        ("OSCAR_SYNC_BOARD=https://me:key@board.example.org", "https://HOST/"),
        ("OSCAR_SYNC_BOARD=javascript:alert(1)", "https://HOST/"),
    ],
)
def test_a_form_or_address_that_cannot_be_used_is_refused_first(
    project, listener, monkeypatch, given, words
):
    variable, _, wrong = given.partition("=")
    monkeypatch.setenv(variable, wrong)
    code, out, err = project.run("apply", "--yes")
    assert (code, out) == (64, "")
    assert f"{variable}=" in err
    assert words in err
    assert "key@" not in err
    assert project.writes() == []
    assert listener.told == []
