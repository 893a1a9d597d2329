"""`service logs -f`, `service logs rm`, `service jobs --watch`, `status --watch`."""

import json

import pytest
import requests

from oscar_sync.cli.service.following import new_lines
from tests.cli.conftest import ESCAPE, cluster_that_answers
from tests.servers import until
from tests.unit.wire.stub import reply

SERVICE = {
    "name": "hello", "image": "x/y:1", "script": "#!/bin/sh\n", "input": [], "output": [],
    "token": "", "owner": "me",
}  # fmt: skip
LOG = "GET /system/logs/hello/j"
JOBS = "GET /system/logs/hello"
NO_POD = reply("", 500)


@pytest.fixture
def meanwhile(monkeypatch):
    """Let each pause of a command do the next step of a list; after the last one it is Ctrl-C."""

    def take(*steps):
        left = list(steps)

        def pause(seconds):
            assert seconds > 0
            if not left:
                raise KeyboardInterrupt
            left.pop(0)()

        monkeypatch.setattr("oscar_sync.cli.polling.pause", pause)

    return take


@pytest.fixture
def answers(project, monkeypatch):
    """What a cluster with one job answers, to be changed by a test."""
    given = {"GET /system/services/hello": reply(SERVICE), JOBS: listed("Running")}
    with cluster_that_answers(project, monkeypatch, given):
        yield given


def listed(state, *more):
    return reply({"jobs": {"j": {"status": state}, **{job: {"status": "Failed"} for job in more}}})


def test_a_log_is_followed_from_before_the_job_starts_until_it_has_finished(
    project, answers, meanwhile
):
    meanwhile(
        lambda: None,
        lambda: answers.update({LOG: reply("one\ntw")}),
        lambda: answers.update({LOG: reply("", 401)}),
        lambda: None,
        lambda: answers.update({LOG: reply(f"one\ntwo {ESCAPE}\n")}),
        lambda: answers.update({JOBS: listed("Succeeded"), LOG: reply(f"one\ntwo {ESCAPE}\nx\n")}),
        lambda: None,
    )
    answers.update({LOG: NO_POD, JOBS: listed("Pending")})
    code, out, err = project.run("service", "logs", "hello", "j", "-f")
    assert code == 0
    assert "\x1b" not in out
    assert out.splitlines()[0] == "one"
    assert out.splitlines()[-1] == "x"
    assert len(out.splitlines()) == 3
    assert err.count("waiting: the job j (Pending) has no log") == 1
    assert err.count("next try in") == 1
    assert err.count("it answers again") == 1


def test_a_job_without_a_log_that_has_failed_is_not_waited_for(project, answers, meanwhile):
    meanwhile()
    answers.update({LOG: NO_POD, JOBS: listed("Failed")})
    code, _, err = project.run("service", "logs", "hello", "j", "--follow")
    assert code == 6
    assert "has no log" in err
    assert project.run("service", "logs", "hello", "nosuch", "-f")[0] == 64


def test_containers_are_followed_until_ctrl_c_each_line_once(project, answers, meanwhile):
    path = "GET /system/services/hello/deployment/logs"

    def last(*seconds):
        rows = [{"timestamp": f"2026-11-30T10:00:0{one}Z", "message": "tick"} for one in seconds]
        answers[path] = reply({"entries": rows})

    last(1, 2, 3)
    meanwhile(lambda: last(2, 3, 4), lambda: last(2, 3, 4), lambda: last(8, 9))
    code, out, err = project.run("service", "logs", "hello", "-d", "-f")
    assert (code, out) == (130, "tick\n" * 6)
    assert "interrupted" in err


def test_a_service_without_containers_is_not_followed(project, answers, meanwhile):
    path = "GET /system/services/hello/deployment/logs"
    wait = {"entries": [], "message": "Deployment logs are not yet available."}
    answers[path] = reply(wait)
    none = wait | {"message": "Deployment logs are unavailable for this service."}
    meanwhile(lambda: answers.update({path: reply(none)}))
    code, out, _ = project.run("service", "logs", "hello", "-d", "-f")
    assert (code, out) == (0, f"{wait['message']}\n{none['message']}\n")


def test_a_log_is_a_document_too(project, answers):
    answers[LOG] = reply("one\ntwo\n")

    def shown(*words):
        return json.loads(project.run("service", "logs", "hello", *words, "-o", "json")[1])

    assert shown("j") == {"service": "hello", "job": "j", "log": "one\ntwo\n"}
    assert [job["name"] for job in shown()] == ["j"]
    assert shown("--latest")["job"] == "j"
    answers[LOG] = reply("")
    assert shown("j")["log"] == ""
    assert project.run("service", "logs", "hello", "j")[1] == ""


@pytest.mark.parametrize("output", ["yaml", "json=log.json"])
def test_what_cannot_be_followed_line_by_line_is_refused(project, answers, output):
    code, _, err = project.run("service", "logs", "hello", "j", "-f", "-o", output)
    assert (code, "-f writes text, or with -o json a document a line" in err) == (64, True)


def test_a_log_is_followed_as_a_document_a_line(project, answers, meanwhile):
    meanwhile(
        lambda: answers.update({LOG: reply("one\ntwo\nth")}),
        lambda: answers.update({JOBS: listed("Succeeded"), LOG: reply("one\ntwo\nthree")}),
        lambda: None,
    )
    answers[LOG] = reply("one\ntw")
    code, out, _ = project.run("service", "logs", "hello", "j", "-f", "-o", "json")
    lines = [json.loads(line) for line in out.splitlines()]
    assert (code, [line.pop("log") for line in lines]) == (0, ["one", "two", "three"])
    assert lines == [{"service": "hello", "job": "j"}] * 3
    path = "GET /system/services/hello/deployment/logs"
    row = {"timestamp": "2026-11-30T10:00:00Z", "message": "tick"}
    answers[path] = reply({"entries": [row]})
    meanwhile()
    out = project.run("service", "logs", "hello", "-d", "-f", "-t", "-o", "json")[1]
    whole = {"service": "hello", "job": None, "log": "2026-11-30T10:00:00Z tick"}
    assert json.loads(out) == whole


@pytest.mark.parametrize(
    ("before", "now", "added"),
    [("", "ab", "ab"), ("ab", "abc", "c"), ("abc", "bcd", "d"), ("ab", "xy", "xy"), ("ab", "", ""),
     ("aab", "abaab", "aab"), ("ab", "ab", "")],
)  # fmt: skip
def test_new_lines_are_those_behind_what_was_shown(before, now, added):
    assert "".join(new_lines(before, now)) == added


def test_a_watch_of_jobs_shows_what_changed(project, answers, meanwhile):
    answers[JOBS] = reply({"jobs": {}})
    meanwhile(
        lambda: None,
        lambda: answers.update({JOBS: listed("Running")}),
        lambda: None,
        lambda: answers.update({JOBS: listed("Succeeded", f"k{ESCAPE}")}),
    )
    code, out, _ = project.run("service", "jobs", "hello", "--watch", "-o", "table", "-o", "json=f")
    assert code == 130
    assert "\x1b" not in out
    assert out.count("JOB ") == 3
    states = [line.split()[-3] for line in out.splitlines() if not line.startswith("JOB")]
    assert sorted(states) == ["Failed", "Running", "Succeeded"]
    assert len(json.loads((project.folder / "f").read_text())) == 2


def test_a_watch_of_the_status_shows_it_again_where_it_differs(project, meanwhile):
    assert project.run("apply", "-y")[0] == 0
    meanwhile(
        lambda: None,
        lambda: project.put({**project.live()["hello"], "memory": "4Gi"}),
        lambda: None,
    )
    code, out, _ = project.run("status", "--watch", "--interval", "1")
    assert code == 130
    drifted = [line.split()[2] for line in out.splitlines() if line.startswith("hello")]
    assert drifted == ["no", "yes"]


def test_jobs_are_deleted_by_name_after_a_question_that_counts_them(project):
    assert project.run("apply", "-y")[0] == 0

    def jobs():
        return json.loads(project.run("service", "jobs", "hello", "-o", "json")[1])

    for _ in range(3):
        assert project.run("service", "job", "hello")[0] == 0
    until(lambda: [job["state"] for job in jobs()] == ["Succeeded"] * 3)
    first = jobs()[0]["name"]
    code, _, err = project.run("service", "logs", "rm", "hello", first)
    assert code == 10
    assert f"Delete 1 job ({first}) of edge/hello, with their logs?" in err
    code, out, _ = project.run("service", "logs", "rm", "hello", first, "--yes")
    assert (code, out) == (0, "edge/hello: 1 job deleted\n")
    left = [job["name"] for job in jobs()]
    code, out, _ = project.run("service", "logs", "rm", "hello", "--finished", "-y", "-o", "json")
    found = json.loads(out)
    assert (sorted(found["deleted"]), found["not_deleted"]) == (sorted(left), [])
    code, out, err = project.run("service", "logs", "rm", "hello", "--finished", "-y")
    assert (code, out) == (0, "edge/hello: 0 jobs deleted\n")
    assert "hello has no finished jobs" in err
    assert "hello has no jobs" in project.run("service", "logs", "rm", "hello", "--all", "-y")[2]
    assert jobs() == []


@pytest.mark.parametrize(
    "words",
    ["rm hello", "rm hello j --all", "rm hello --all --finished", "hello --all", "rm hello ..",
     "rm hello j/../k", "rm hello nosuch", "rm --all", "rm"],
)  # fmt: skip
def test_what_names_no_job_deletes_none(project, words):
    assert project.run("apply", "-y")[0] == 0
    assert requests.post(
        f"{project.emulator.url}/job/hello", timeout=60,
        headers={"Authorization": f"Bearer {project.live()['hello']['token']}"},
    ).status_code == 201  # fmt: skip
    project.emulator.forget_requests()
    code, _, err = project.run("service", "logs", *words.split(), "-y")
    assert code == 64
    assert words != "rm" or "write: service logs rm NAME, and JOB" in err
    assert project.writes() == []
