"""WebDAV servers on loopback: WsgiDAV here in a thread, Apache's own configuration."""

import base64
import hashlib
import os
import pwd
import threading
from contextlib import contextmanager
from pathlib import Path

from cheroot import wsgi
from cheroot.ssl.builtin import BuiltinSSLAdapter
from wsgidav.wsgidav_app import WsgiDAVApp

LOGIN, PASSWORD = "ada", "pässw0rd: 1%"
MODULES = (
    *("mpm_event", "authn_core", "authn_file", "authz_core", "authz_user", "auth_basic"),
    *("dav", "dav_fs", "dir", "ssl"),
)
APACHE_MODULES = Path("/usr/lib/apache2/modules")


class _Server(wsgi.Server):
    def error_log(self, msg="", level=20, traceback=False):
        """Say nothing: clients that hang up are what some tests are about."""


@contextmanager
def serving(app, certificate=None):
    """Yield the address of a WSGI *app*, over TLS with a folder of *certificate*."""
    server = _Server(("127.0.0.1", 0), app, numthreads=12)
    if certificate:
        pair = str(certificate / "cert.pem"), str(certificate / "key.pem")
        server.ssl_adapter = BuiltinSSLAdapter(*pair)
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{server.bind_addr[1]}"
    finally:
        server.stop()
        thread.join()


def wsgidav(folder):
    return WsgiDAVApp(
        {
            "provider_mapping": {"/": str(folder)},
            "simple_dc": {"user_mapping": {"*": {LOGIN: {"password": PASSWORD}}}},
            "http_authenticator": {"accept_digest": False, "default_to_digest": False},
            "property_manager": True,
            "lock_storage": True,
            "verbose": 0,
            "logging": {"enable": False},
        }
    )


def htpasswd():
    """The one line of a file of users, of a kind that is checked fast."""
    digest = base64.b64encode(hashlib.sha1(PASSWORD.encode()).digest()).decode()
    return f"{LOGIN}:{{SHA}}{digest}\n"


def apache_configuration(folder, port, certificate):
    """Write what Apache needs into *folder*, which its own user must be able to enter."""
    files = folder / "files"
    files.mkdir()
    (folder / "users").write_text(htpasswd())
    lines = [
        f"ServerRoot {folder}",
        "ServerName 127.0.0.1",
        f"Listen 127.0.0.1:{port}",
        f"PidFile {folder}/pid",
        f"ErrorLog {folder}/error.log",
        f"Mutex file:{folder} default",
        *(f"LoadModule {name}_module {APACHE_MODULES}/mod_{name}.so" for name in MODULES),
        f"DavLockDB {folder}/locks",
        "StartServers 1",
        f"DocumentRoot {files}",
        f"<Directory {files}>",
        "Dav On",
        "AuthType Basic",
        "AuthName files",
        f"AuthUserFile {folder}/users",
        "Require valid-user",
        "</Directory>",
    ]
    if certificate:
        pair = ("SSLCertificateFile", "cert.pem"), ("SSLCertificateKeyFile", "key.pem")
        lines += ["SSLEngine on", *(f"{name} {certificate}/{file}" for name, file in pair)]
    if os.geteuid() == 0:
        user = pwd.getpwnam("www-data")
        lines += ["User www-data", "Group www-data"]
        for one in (folder, files):
            one.chmod(0o755)
            os.chown(one, user.pw_uid, user.pw_gid)
    path = folder / "apache.conf"
    path.write_text("\n".join(lines) + "\n")
    return path


class Scripted:
    """A WSGI app that holds one file at any path, and answers a method as it is told to."""

    def __init__(self, content=b"content", checksum="", size=None, **answers):
        self.content = content
        self.checksum = checksum
        self.size = len(content) if size is None else size
        self.answers = answers
        self.asked = []

    def __call__(self, environ, start_response):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        headers = {key[5:]: value for key, value in environ.items() if key.startswith("HTTP_")}
        self.asked.append((method, path, headers, body))
        answer = self.answers.get(method) or getattr(self, method.lower())
        status, sent, chunks = answer(path)
        start_response(status, list(sent.items()))
        return chunks

    def propfind(self, path):
        return self.listing((path, self.size))

    def listing(self, *rows, **_more):
        found = "".join(
            f"<D:response><D:href>{path}</D:href><D:propstat><D:prop><D:resourcetype>"
            f"{'<D:collection/>' if size is None else ''}</D:resourcetype>"
            f"<D:getcontentlength>{size or 0}</D:getcontentlength><oc:checksums><oc:checksum>"
            f"{self.checksum}</oc:checksum></oc:checksums></D:prop></D:propstat></D:response>"
            for path, size in rows
        )
        text = '<D:multistatus xmlns:D="DAV:" xmlns:oc="http://owncloud.org/ns">'
        headers = {"Content-Type": "application/xml; charset=utf-8"}
        return "207 Multi-Status", headers, [f"{text}{found}</D:multistatus>".encode()]

    def get(self, _path):
        return "200 OK", {"Content-Length": str(len(self.content))}, [self.content]

    def put(self, _path):
        return "201 Created", {"Content-Length": "0"}, []
