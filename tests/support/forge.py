"""A server of git over http, with one repository that tests write to."""

import base64
import os
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

GIT = shutil.which("git") or ""
KEYGEN = shutil.which("ssh-keygen") or ""
ENVIRON = {
    "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull,
    "HOME": "/nonexistent", "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_AUTHOR_DATE": "2026-05-01T10:00:00+02:00", "GIT_COMMITTER_DATE": "2026-05-01T10:00:00Z",
}  # fmt: skip


class Forge(ThreadingHTTPServer):
    """Serves what is in ``bare``. With a ``login`` (USER:TOKEN) only to whoever gives it.

    ``answer`` is called instead, if there is one, with the request's handler.
    """

    daemon_threads = True

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bare, self.tree = folder / "served" / "set.git", folder / "tree"
        self.login = ""
        self.answer = None
        self.logins = []
        self.git("init", "--quiet", "--bare", "--initial-branch=main", self.bare)
        self.git("init", "--quiet", "--initial-branch=main", self.tree)
        (self.tree / ".git/info/attributes").write_text("* -text -ident !working-tree-encoding\n")
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/set.git"

    def git(self, *words, given=None, **variables):
        done = subprocess.run(
            [GIT, *map(str, words)], env=ENVIRON | variables, input=given, check=True,
            capture_output=True,
        )  # fmt: skip
        return done.stdout.decode().strip()

    def work(self, *words, **more):
        return self.git("-C", self.tree, *words, **more)

    def commit(self, files, *options, subject="a change", signing=None):
        """Return the id of a commit of exactly *files*, which is pushed to main.

        *signing* is a key of ssh for ``-S``.
        """
        for path in self.tree.iterdir():
            if path.name != ".git":
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        for name, content in files.items():
            path = self.tree / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path):
                path.symlink_to(content)
            else:
                path.write_bytes(content.encode())
        self.work("add", "--all")
        signed = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={signing}") if signing else ()
        self.work(*signed, "commit", "--quiet", "--allow-empty", "-m", subject, *options)
        return self.push()

    def push(self):
        self.work("push", "--quiet", "--force", self.bare, "HEAD:refs/heads/main")
        return self.work("rev-parse", "HEAD")

    def rewind(self, count=1):
        self.work("reset", "--quiet", "--hard", f"HEAD~{count}")

    def push_tree(self, entries):
        """Return a commit of *entries*, as git never makes them: lines of `git mktree`."""
        tree = self.work("mktree", "--missing", given="".join(entries).encode())
        commit = self.work("commit-tree", "-p", "HEAD", "-m", "odd", tree)
        self.work("push", "--quiet", "--force", self.bare, f"{commit}:refs/heads/main")
        return commit

    def blob(self, content):
        return self.work("hash-object", "-w", "--stdin", given=content.encode())

    def close(self):
        self.shutdown()
        self.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Forge

    def do_GET(self):
        forge = self.server
        given = self.headers.get("Authorization", "").removeprefix("Basic ")
        forge.logins.append(base64.b64decode(given).decode())
        if forge.answer is not None:
            forge.answer(self)
        elif forge.login in {"", forge.logins[-1]}:
            self._serve()
        else:
            self.reply(401, f"not {forge.logins[-1]}".encode(), "WWW-Authenticate: Basic")

    do_POST = do_GET  # noqa: N815 - as the base class calls it

    def _serve(self):
        path, _, query = self.path.partition("?")
        told = {
            "GIT_PROJECT_ROOT": str(self.server.bare.parent), "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }  # fmt: skip
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        done = subprocess.run(
            [GIT, "http-backend"], env=ENVIRON | told, input=body, capture_output=True, check=False
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        status = next((line for line in lines if line.startswith("Status: ")), "Status: 200")
        self.reply(int(status.split()[1]), content, *lines)

    def reply(self, status, content, *headers):
        self.send_response(status)
        for line in headers:
            name, _, value = line.partition(": ")
            if name not in {"Status", ""}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format, *args):  # noqa: A002 - as the base class calls it
        pass


@pytest.fixture
def forge(tmp_path):
    if not GIT:
        pytest.skip("no git here")
    made = Forge(tmp_path)
    yield made
    made.close()


@pytest.fixture
def signer(tmp_path):
    """Return what makes a key of ssh, and gives the options of a commit signed by it."""
    if not KEYGEN:
        pytest.skip("no ssh-keygen here")

    def make(name):
        path = tmp_path / name
        words = [KEYGEN, "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path]
        subprocess.run(words, check=True, capture_output=True)
        return path

    return make
