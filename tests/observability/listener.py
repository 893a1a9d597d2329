"""An HTTP server that keeps what a webhook is sent."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Listener(ThreadingHTTPServer):
    """Answers *status*; ``told`` are the documents that came."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Keeps)
        self.status = 200
        self.told = []
        self.raw = []
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hooks/planted-key-77aa?token=planted-query"

    def close(self):
        self.shutdown()
        self.server_close()
        self.thread.join()


class _Keeps(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.raw.append((self.path, dict(self.headers), body))
        self.server.told.append(json.loads(body))
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format, *args):  # noqa: A002 - as the base class calls it
        pass
