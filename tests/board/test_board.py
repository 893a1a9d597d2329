"""A watch that serves a board, as users run it: two clusters, drift by hand, stops and starts."""

import hashlib
import hmac
import json
import os
import re
import signal
from typing import Any

import pytest
import requests

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from tests.board.conftest import HOOK_SECRET, TOKEN
from tests.emulator.calling import Api
from tests.servers import until
from tests.support.watcher import Watcher

SECRET = "a-secret-value-that-no-page-may-show"
PASSWORD = "a-password-of-the-second-cluster"
SETTINGS = """\
set: tests
clusters:
  cloud: {{endpoint: "{cloud}", auth_user: oscar, auth_password: "${{CLOUD_PASSWORD}}"}}
  edge: {{endpoint: "{edge}", auth_user: {user}, auth_password: "${{PASSWORD}}"}}
"""
FDL = """\
functions:
  oscar:
  - {cluster}:
      name: {name}
      image: ghcr.io/x/hello:1.0
      memory: {memory}
      script: hello.sh
      environment:
        secrets: {{TOKEN: "${{TOKEN:-{secret}}}"}}
      input: [{{storage_provider: minio.default, path: {name}-in/in}}]
"""


@pytest.fixture(scope="module")
def cloud():
    with Emulator(EmulatorOptions(admin=True, user="oscar", password=PASSWORD)) as emulator:
        yield emulator


class Project:
    """A folder of manifests for two clusters, and the boards that run on it."""

    def __init__(self, folder, edge, cloud):
        self.folder, self.edge, self.cloud = folder, edge, cloud
        self.url = ""
        self.watcher: Any = None
        texts = {"cloud": cloud.url, "edge": edge.url, "user": edge.user}
        (folder / "oscar-sync.yaml").write_text(SETTINGS.format(**texts))
        (folder / "hello.sh").write_text("#!/bin/sh\necho hello\n")
        (folder / "token").write_text(TOKEN)
        (folder / "hook").write_text(HOOK_SECRET)
        self.write("one", "edge")
        self.write("two", "cloud")

    def write(self, name, cluster, memory="1Gi"):
        text = FDL.format(name=name, cluster=cluster, memory=memory, secret=SECRET)
        (self.folder / f"{name}.yaml").write_text(text)

    def start(self, *flags):
        environ = {
            **os.environ, "PASSWORD": self.edge.password, "CLOUD_PASSWORD": PASSWORD,
            "XDG_CACHE_HOME": str(self.folder.parent / "cache"),
        }  # fmt: skip
        self.watcher = Watcher(
            self.folder, environ, "--interval", "600", "--listen", "127.0.0.1:0",
            "--listen-token-file", "token", "--hook-secret-file", "hook", *flags,
        )  # fmt: skip
        self.watcher.until("board: ")
        self.url = re.findall(r"board: (\S+)/", self.watcher.text())[0]
        until(lambda: self.ask("/readyz").status_code == 200, self.watcher.process, "the plan")

    def ask(self, path, method="GET", **options):
        headers = {"Authorization": f"Bearer {TOKEN}", **options.pop("headers", {})}
        return requests.request(method, self.url + path, headers=headers, timeout=60, **options)

    def document(self, name):
        return self.ask(f"/api/{name}").json()

    def actions(self):
        return {
            (one["cluster"], one["service"], one["kind"])
            for one in self.document("plan")["actions"]
        }

    def end(self, number=signal.SIGTERM):
        code = self.watcher.end(number)
        self.watcher.out.close()
        self.watcher = None
        return code


@pytest.fixture
def project(tmp_path, oscar_emulator, cloud):
    cloud.reset()
    folder = tmp_path / "project"
    folder.mkdir()
    made = Project(folder, oscar_emulator, cloud)
    yield made
    if made.watcher is not None:
        made.end(signal.SIGKILL)


def test_a_board_shows_both_clusters_and_what_was_changed_by_hand(project):
    project.start("--apply", "--yes")
    until(lambda: not project.actions(), name="the first apply")
    live = Api(project.cloud).get("/system/services/two").json
    assert Api(project.cloud).put({**live, "memory": "4Gi"}).status == 204
    project.ask("/api/pause", "POST", json={"because": "a look first"})
    project.ask("/api/sync", "POST")
    until(lambda: project.actions() == {("cloud", "two", "update")}, name="the drift")
    shows = re.compile(r'id="s-edge/one" class="k-in-sync')
    until(lambda: shows.search(project.ask("/").text), name="that it is ready")
    page = project.ask("/").text
    assert re.search(r'id="s-cloud/two" class="k-drifted', page)
    assert "a look first" in page
    assert "4Gi" in project.ask("/service/cloud/two").text
    until(lambda: "one-in (0 objects, 0 B)" in project.ask("/").text, name="the buckets")
    assert {one["id"] for one in project.document("status")["clusters"]} == {"cloud", "edge"}
    assert Api(project.cloud).get("/system/services/two").json["memory"] == "4Gi"
    project.ask("/api/resume", "POST")
    until(lambda: not project.actions(), name="the repair")
    assert Api(project.cloud).get("/system/services/two").json["memory"] == "1Gi"
    assert project.end() == 143


def test_nothing_is_applied_without_apply_whatever_is_asked(project):
    project.start()
    for path in ("/api/sync", "/api/resume", "/api/pause", "/api/sync"):
        assert project.ask(path, "POST").status_code == 202
    project.watcher.until("planned again: the same")
    assert "read-only" in project.ask("/").text
    assert Api(project.edge).get("/system/services").json == []


def test_a_board_that_was_killed_goes_on_where_it_was(project):
    project.start("--apply", "--yes")
    until(lambda: not project.actions(), name="the first apply")
    until(lambda: project.document("history")["runs"], name="the run")
    project.ask("/api/pause", "POST", json={"because": "an incident"})
    project.end(signal.SIGKILL)
    project.write("one", "edge", memory="3Gi")
    project.start("--apply", "--yes")
    project.watcher.until(": an incident")
    assert Api(project.edge).get("/system/services/one").json["memory"] == "1Gi"
    runs = project.document("history")["runs"]
    assert {one["status"] for one in runs[0]["services"]} == {"done"}
    project.ask("/api/resume", "POST")
    until(lambda: not project.actions(), name="the apply")
    assert Api(project.edge).get("/system/services/one").json["memory"] == "3Gi"


def test_a_call_of_a_forge_ends_the_wait(project):
    project.start()
    project.ask("/api/hook/github", "POST", data=b"{}",
                headers={"x-hub-signature-256": "sha256=00"})  # fmt: skip
    assert "planned again" not in project.watcher.text()
    mac = hmac.new(HOOK_SECRET.encode(), b"{}", hashlib.sha256).hexdigest()
    project.ask("/api/hook/github", "POST", data=b"{}",
                headers={"x-hub-signature-256": f"sha256={mac}"})  # fmt: skip
    project.watcher.until("planned again: the same")


def test_no_route_and_no_file_holds_a_secret(project):
    project.start("--apply", "--yes")
    until(lambda: not project.actions(), name="the apply")
    until(lambda: "one-in (" in project.ask("/").text, name="the look")
    project.write("one", "edge", memory="2Gi")
    until(lambda: project.actions() or len(project.document("history")["runs"]) > 1, name="a run")
    answers = [
        project.ask(path).text
        for path in ("/", "/cluster/edge", "/service/edge/one", "/service/cloud/two", "/api/plan",
                     "/api/status", "/api/history", "/metrics", "/healthz", "/login", "/board.js")
    ]  # fmt: skip
    with project.ask("/events", stream=True) as events:
        lines = events.iter_lines(decode_unicode=True)
        answers.append(next(line for line in lines if line.startswith("data: ")))
    kept = project.folder / ".oscar-sync" / "history.jsonl"
    answers += [kept.read_text(), project.watcher.text()]
    for secret in (SECRET, PASSWORD, project.edge.password, TOKEN, HOOK_SECRET):
        assert [text for text in answers if secret in text] == []
    assert json.loads(kept.read_text().splitlines()[0])["set_name"] == "tests"
