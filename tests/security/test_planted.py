"""A secret planted anywhere appears in no sink of any command (law L8)."""

import contextlib
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

PLACES = (
    "provider", "webdav", "environment", "inline", "overlay", "token", "refresh", "key", "file",
)  # fmt: skip
FDL = """\
functions:
  oscar:
  - any:
      name: hello
      image: ghcr.io/x/hello:1.0
      script: run.sh
      environment:
        secrets: {{FROM_FILE: "", FROM_OVERLAY: x, INLINE: {inline}}}
      input:
      - {{storage_provider: minio.default, path: hello/in}}
      output:
      - {{storage_provider: s3.theirs, path: theirs/out}}
      - {{storage_provider: webdav.dcache, path: out}}
storage_providers:
  s3: {{theirs: {{access_key: AK, secret_key: {provider}, region: us-east-1}}}}
  webdav: {{dcache: {{hostname: h.invalid, login: me, password: {webdav}}}}}
"""
OTHERS = """\
  tokened: {{endpoint: "http://127.0.0.1:9", token: {token}}}
  refreshed: {{endpoint: "http://127.0.0.1:13", oidc_refresh_token: {refresh}}}
  filed: {{endpoint: "http://127.0.0.1:17", token_file: token}}
env_file: .env
"""
IN_PYTHON = """
import oscar_sync
plan = oscar_sync.plan(".", overlay=["x"])
print(plan, repr(plan), plan._repr_html_())
"""
COMMANDS = {
    "plan": ["plan", "--overlay", "x", "-v", "-o", "json=plan.json", "-o", "markdown=plan.md"],
    "apply": ["apply", "--overlay", "x", "--yes", "-o", "json=a.json", "-o", "markdown=a.md"],
    "events": ["apply", "--overlay", "x", "--yes", "-o", "events"],
    "plan again": ["plan", "--overlay", "x", "-v"],
    "drift": ["drift", "--overlay", "x", "-o", "json"],
    "doctor": ["doctor", "--overlay", "x", "-o", "json"],
    "status": ["status", "--overlay", "x", "-o", "json"],
    "settings": ["settings"],
    "graph": ["graph"],
    "export": ["export", "target", "--cluster", "edge"],
    "refused": ["plan", "--cluster", "tokened"],
    "not refreshed": ["plan", "--cluster", "refreshed"],
    "no token taken": ["status", "--cluster", "filed"],
}


class World:
    """The project with its planted secrets; the files that hold them are not looked through."""

    def __init__(self, project, environ):
        self.folder = project.folder
        self.root = project.folder.parent
        self.planted = {place: f"pl4nted-{place}-{secrets.token_hex(8)}" for place in PLACES}
        self.planted["key"] = secrets.token_hex(24)
        (self.folder / "token").write_text(self.planted["file"])
        (self.folder / "overlays").mkdir()
        self._write("hello.yaml", FDL)
        project.settings(OTHERS.format(**self.planted))
        self._write(".env", "FROM_FILE={environment}\n")
        self._write(
            "overlays/x.yaml",
            "services: {{hello: {{environment: {{secrets: {{FROM_OVERLAY: {overlay}}}}}}}}}\n",
        )
        given = ("hello.yaml", "oscar-sync.yaml", ".env", "overlays/x.yaml", "token")
        self.given = {self.folder / name for name in given}
        self.planted["password"] = project.emulator.password
        (self.root / "tmp").mkdir()
        self.environ = {
            **environ, "OSCAR_SYNC_FINGERPRINT_KEY": self.planted["key"],
            "TMPDIR": str(self.root / "tmp"), "HOME": str(self.root),
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }  # fmt: skip

    def _write(self, name, text):
        (self.folder / name).write_text(text.format(**self.planted))

    def run(self, *args):
        """Return all that a command says, and all arguments that it and its children had."""
        done = subprocess.Popen(
            [sys.executable, "-B", *args], cwd=self.folder, env=self.environ,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        seen = b""
        with contextlib.suppress(OSError):
            for file in Path("/proc").glob(f"{done.pid}/task/*/children"):
                for child in (str(done.pid), *file.read_text().split()):
                    seen += Path(f"/proc/{child}/cmdline").read_bytes()
        said = done.communicate(timeout=60)[0]
        return said + seen

    def shown(self, text):
        """Return the places whose secret stands in *text*."""
        return [place for place, secret in self.planted.items() if secret.encode() in text]

    def leaks(self):
        """Return files, other than those that were given, in which a secret stands."""
        files = (path for path in self.root.rglob("*") if path.is_file())
        return [
            (path.name, self.shown(path.read_bytes()))
            for path in files
            if path not in self.given and self.shown(path.read_bytes())
        ]


@pytest.fixture
def world(project):
    return World(project, dict(os.environ))


def test_a_planted_secret_appears_in_no_sink_of_any_command(world, project):
    shown = {}
    for name, args in COMMANDS.items():
        said = world.run("-m", "oscar_sync", *args, "--log-level", "debug")
        assert said
        assert b"Traceback" not in said, said.decode()
        shown[name] = world.shown(said)
    shown["python"] = world.shown(world.run("-c", IN_PYTHON))
    assert {name: places for name, places in shown.items() if places} == {}
    assert world.leaks() == []
    live = project.live()["hello"]
    assert world.shown(repr(live["annotations"]).encode()) == []
    assert "oscar-sync.io/secrets" in live["annotations"]


@pytest.mark.parametrize("fault", ["hello.yaml", "oscar-sync.yaml", ".env", "overlays/x.yaml"])
def test_a_broken_file_is_shown_without_its_secrets(world, fault):
    file = world.folder / fault
    text = file.read_text()
    for broken in (f"{text}\n  - [", text.replace(": ", ":\t[", 3), text.replace("}", "", 1)):
        file.write_text(broken)
        said = world.run("-m", "oscar_sync", "validate", "--overlay", "x", "-o", "json")
        assert (world.shown(said), b"Traceback" in said) == ([], False)
