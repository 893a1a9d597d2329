"""A CDMI 1.1.1 server on loopback, after SNIA's specification: containers, objects, their fields.

Clause 6: objects without the version header are bytes. Clause 8 and 9: with it they are JSON.
"""

import hashlib
import json
import ssl
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

CONTAINER = "application/cdmi-container"
OBJECT = "application/cdmi-object"
VERSION = "X-CDMI-Specification-Version"
LONGEST_PAGE = 1000


class Space:
    """The tree of a space, and how the server behaves."""

    def __init__(self, token, name):
        self.token = token
        self.folders = {f"/{name}/"}
        self.files = {}
        self.asked = []
        self.keeps_hashes = False
        self.cuts_after = None  # bytes of a download
        self.loses = 0  # bytes of an upload
        self.sends_to = ""
        self.lock = threading.Lock()

    def children(self, folder):
        below = [path[len(folder) :] for path in (*self.folders, *self.files)
                 if path.startswith(folder) and path != folder]  # fmt: skip
        return sorted(one for one in below if "/" not in one.removesuffix("/"))


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _do(self):
        space = self.server.space
        parts = urlsplit(self.path)
        self.place = unquote(parts.path.removeprefix("/cdmi"))
        self.fields = [one for one in parts.query.split(";") if one]
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length)
        with space.lock:
            space.asked.append((self.command, self.path, dict(self.headers)))
            if space.sends_to:
                self._answer(302, headers={"Location": space.sends_to + self.path})
            elif self.headers.get("X-Auth-Token") != space.token:
                self._answer(401, b'{"error": "token is not valid"}')
            elif not parts.path.startswith("/cdmi/"):
                self._answer(404)
            else:
                kind = "container" if self.place.endswith("/") else "object"
                getattr(self, f"_{self.command.lower()}_{kind}")(space)

    do_GET = do_PUT = do_DELETE = _do  # noqa: N815 - http.server's names

    # -- containers, clause 9

    def _get_container(self, space):
        if self.place not in space.folders:
            self._answer(404)
            return
        names = space.children(self.place)
        shown = {"objectType": CONTAINER, "children": names}
        shown["childrenrange"] = f"0-{len(names) - 1}" if names else ""
        for field in self.fields:
            name, _, span = field.partition(":")
            if name == "children" and span:
                first, last = map(int, span.split("-"))
                if last - first >= LONGEST_PAGE or (first and first >= len(names)):
                    self._answer(400, b'{"error": "childrenrange is not valid"}')
                    return
                page = names[first : last + 1]
                end = first + len(page) - 1
                shown |= {"children": page, "childrenrange": f"{first}-{end}" if page else ""}
        self._json(shown, CONTAINER)

    def _put_container(self, space):
        if self.headers.get("Content-Type") != CONTAINER or not self.headers.get(VERSION):
            self._answer(400)
        elif self.place.removesuffix("/") in space.files or not self._has_parent(space):
            self._answer(409 if self._has_parent(space) else 404)
        elif self.place in space.folders:
            self._answer(204)
        else:
            space.folders.add(self.place)
            self._json({"objectType": CONTAINER, "children": []}, CONTAINER, 201)

    def _delete_container(self, space):
        space.folders = {one for one in space.folders if not one.startswith(self.place)}
        space.files = {k: v for k, v in space.files.items() if not k.startswith(self.place)}
        self._answer(204)

    # -- data objects, clauses 6 and 8

    def _get_object(self, space):
        if f"{self.place}/" in space.folders:
            self._answer(301, headers={"Location": f"{self.path}/"})
        elif self.place not in space.files:
            self._answer(404, b'{"error": "enoent"}')
        elif not self.headers.get(VERSION):
            self._bytes(space.files[self.place], space.cuts_after)
        else:
            content = space.files[self.place]
            about = {"cdmi_size": str(len(content)), "cdmi_owner": "me"}
            if space.keeps_hashes:
                digest = hashlib.sha256(content).hexdigest()
                about |= {"cdmi_hash": digest, "cdmi_value_hash_provided": "SHA256"}
            self._json({"objectType": OBJECT, "metadata": about}, OBJECT)

    def _put_object(self, space):
        if self.headers.get(VERSION) or f"{self.place}/" in space.folders:
            self._answer(400)
        elif not self._has_parent(space):
            self._answer(404)
        else:
            status = 204 if self.place in space.files else 201
            space.files[self.place] = self.body[: len(self.body) - space.loses]
            self._answer(status)

    def _delete_object(self, space):
        found = space.files.pop(self.place, None)
        self._answer(404 if found is None else 204)

    # -- answers

    def _has_parent(self, space):
        return self.place.rstrip("/").rpartition("/")[0] + "/" in space.folders

    def _json(self, shown, content_type, status=200):
        wanted = {field.partition(":")[0] for field in self.fields}
        kept = {name: value for name, value in shown.items() if not wanted or name in wanted}
        self._answer(status, json.dumps(kept).encode(), {"Content-Type": content_type})

    def _bytes(self, content, cuts_after):
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:cuts_after])
        self.close_connection = cuts_after is not None

    def _answer(self, status, body=b"", headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 204:
            self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 64
    daemon_threads = True
    space: Space

    def handle_error(self, request, client_address):
        """Say nothing: a client that does not trust the certificate hangs up."""


@contextmanager
def serving(space, tls: ssl.SSLContext | None = None):
    """Yield the address of a server of *space*."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.space = space
    if tls:
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
