"""A project on disk, an emulated cluster, and the command line called in process."""

import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from oscar_sync.cli.main import call
from oscar_sync.emulator.server import Emulator
from tests.unit.wire.stub import reply, running

ESCAPE = "\x1b]0;owned\x07"

FDL = """\
functions:
  oscar:
  - any:
      name: {name}
      image: ghcr.io/x/{name}:1.0
      memory: {memory}
      script: run.sh
      input:
      - storage_provider: minio.default
        path: {name}/in
"""

EXPOSED = """\
functions:
  oscar:
  - any:
      name: web
      image: ghcr.io/x/web:1.0
      script: run.sh
      expose: {api_port: [8080], min_scale: 1, max_scale: 1, cpu_threshold: 80}
"""


@dataclass
class Project:
    """A folder with manifests and settings, and what a user does there."""

    folder: Path
    emulator: Emulator
    capfd: pytest.CaptureFixture[str]

    def run(self, *args):
        """Return exit code, stdout and stderr of one command."""
        self.capfd.readouterr()
        code = call([*map(str, args)])
        out, err = self.capfd.readouterr()
        return code, out, err

    def write(self, name, memory="1Gi"):
        (self.folder / f"{name}.yaml").write_text(
            FDL.format(name=name, memory=memory), encoding="utf-8"
        )

    def settings(self, text=""):
        (self.folder / "oscar-sync.yaml").write_text(
            "set: tests\nclusters:\n  edge:\n"
            f"    endpoint: {self.emulator.url}\n    auth_user: {self.emulator.user}\n"
            '    auth_password: "${PASSWORD}"\n  "*": edge\n' + text,
            encoding="utf-8",
        )

    def live(self):
        answer = requests.get(f"{self.emulator.url}/system/services", auth=self.auth, timeout=60)
        return {service["name"]: service for service in answer.json()}

    def put(self, service):
        url = f"{self.emulator.url}/system/services"
        return requests.put(url, json=service, auth=self.auth, timeout=60)

    @property
    def auth(self):
        return self.emulator.user, self.emulator.password

    def writes(self):
        """Return the writes that the cluster saw."""
        return [
            (method, path)
            for method, path, _ in self.emulator.requests
            if method != "GET" and path.startswith("/system")
        ]


@pytest.fixture
def project(tmp_path, oscar_emulator, capfd, monkeypatch):
    folder = tmp_path / "project"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith(("OSCAR", "OIDC"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PASSWORD", oscar_emulator.password)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(folder)
    found = Project(folder, oscar_emulator, capfd)
    found.settings()
    (folder / "run.sh").write_text("#!/bin/sh\necho run\n", encoding="utf-8")
    found.write("hello")
    return found


@contextmanager
def cluster_that_answers(project, monkeypatch, answers):
    """A cluster that answers what a test wrote down, by method and path."""
    (project.folder / "oscar-sync.yaml").unlink()
    monkeypatch.setenv("OSCAR_USERNAME", "me")
    monkeypatch.setenv("OSCAR_PASSWORD", "secret")
    with running() as stub:
        stub.answer = lambda asked: answers.get(
            f"{asked.method} {asked.path.partition('?')[0]}", reply("", 404)
        )
        monkeypatch.setenv("OSCAR_ENDPOINT", stub.url)
        yield stub
