"""A forge that keeps comments and answers as GitHub's and GitLab's documentation says."""

import io
import json
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

TOKEN = "forge-token-3f9a"
HEAD = "a" * 40


class StubForge(ThreadingHTTPServer):
    """Comments of one request, and one plan; ``asked`` is (method, path, token)."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Answers)
        self.comments = []
        self.asked = []
        self.is_merged = True
        self.request: dict = {}
        self.run: dict = {}
        self.artifact: dict = {}
        self.pipeline: dict = {}
        self.plan = b'{"digest": "reviewed"}'
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def add(self, body, author, number=0):
        made = {
            "id": len(self.comments) + 1,
            "body": body,
            "user": {"login": author},
            "author": {"id": number},
        }
        self.comments.append(made)
        return made

    def close(self):
        self.shutdown()
        self.server_close()
        self.thread.join()

    def answer(self, method, path, query, body):
        parts = path.strip("/").split("/")
        if parts[-1] == "comments" or parts[-1] == "notes":
            if method == "POST":
                return self.add(body["body"], "github-actions[bot]", 7)
            page = int(query.get("page", ["1"])[0])
            return self.comments[100 * (page - 1) : 100 * page]
        if method in ("PATCH", "PUT"):
            made = self.comments[int(parts[-1]) - 1]
            made["body"] = body["body"]
            return made
        head = {"sha": HEAD, "ref": "topic", "repo": {"id": 1, "full_name": "me/set"}}
        merged = [
            {
                "number": 5, "merged_at": "2026", "merge_commit_sha": "c" * 40, "head": head,
                "iid": 5, "state": "merged", "sha": HEAD, "project_id": 3, "source_project_id": 3,
                **self.request,
            }
        ]  # fmt: skip
        of_run = {
            "id": 31, "head_sha": HEAD, "repository_id": 1, "head_repository_id": 1,
            **self.artifact,
        }  # fmt: skip
        run = {"workflow_run": of_run}
        pipeline = {
            "sha": HEAD, "project_id": 3, "source": "merge_request_event", **self.pipeline,
        }  # fmt: skip
        if "runs" in parts:
            return {
                "event": "pull_request", "head_sha": HEAD, "head_branch": "topic",
                "head_repository": {"full_name": "me/set"}, "pull_requests": [], **self.run,
            }  # fmt: skip
        return {
            "user": {"id": 7},
            "pulls": merged if self.is_merged else [],
            "merge_requests": merged if self.is_merged else [],
            "artifacts": {
                "artifacts": [
                    {"id": 1, "expired": True, "created_at": "3", **run},
                    {"id": 2, "expired": False, "created_at": "1", **run},
                    {"id": 3, "expired": False, "created_at": "2", **run},
                    {"id": 4, "expired": False, "created_at": "4",
                     "workflow_run": {**of_run, "head_sha": "b" * 40}},
                ]
            },
            "pipelines": [{"id": 11, **pipeline}, {"id": 12, **pipeline}],
            "jobs": [
                {"id": 21, "name": "plan", "status": "success"},
                {"id": 22, "name": "plan", "status": "failed"},
                {"id": 23, "name": "other", "status": "success"},
            ],
        }.get(parts[-1])  # fmt: skip


class _Answers(BaseHTTPRequestHandler):
    server: StubForge

    def _serve(self):
        address = urlsplit(self.path)
        token = self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN") or ""
        self.server.asked.append((self.command, address.path, token))
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        if address.path.endswith("/3/zip"):  # as GitHub does: the file lies elsewhere
            self.send_response(302)
            self.send_header("Location", f"http://localhost:{self.server.server_port}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if address.path == "/elsewhere":
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("plan.json", self.server.plan)
            self._send(200, packed.getvalue())
        elif address.path.endswith("/jobs/21/artifacts/plan.json"):
            self._send(200, self.server.plan)
        elif TOKEN not in token:
            self._send(401, b"{}")
        else:
            found = self.server.answer(self.command, address.path, parse_qs(address.query), body)
            self._send(404 if found is None else 200, json.dumps(found).encode())

    do_GET = do_POST = do_PATCH = do_PUT = _serve  # noqa: N815 - as the base class calls them

    def _send(self, status, content):
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format, *args):  # noqa: A002 - as the base class calls it
        pass
