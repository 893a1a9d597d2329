"""A folder with one service and an emulated cluster to bring it to, or three for a federation."""

import pytest

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from tests.behaviour.reconcile.federation import PASSWORD, Federation

FDL = """\
functions:
  oscar:
  - any:
      name: hello
      image: ghcr.io/x/hello:1.0
      memory: 1Gi
      script: hello.sh
      input:
      - storage_provider: minio.default
        path: hello/in
"""


@pytest.fixture
def project(tmp_path, oscar_emulator):
    """Return the folder of a project whose settings name the emulated cluster."""
    (tmp_path / "oscar-sync.yaml").write_text(
        "set: tests\n"
        "clusters:\n"
        "  edge:\n"
        f"    endpoint: {oscar_emulator.url}\n"
        f"    auth_user: {oscar_emulator.user}\n"
        '    auth_password: "${PASSWORD}"\n'
        '  "*": edge\n',
        encoding="utf-8",
    )
    (tmp_path / "hello.yaml").write_text(FDL, encoding="utf-8")
    (tmp_path / "hello.sh").write_text("#!/bin/sh\necho hello\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def environ(tmp_path_factory, oscar_emulator):
    """Return an environment with the cluster's password and a cache folder of its own."""
    cache = tmp_path_factory.mktemp("cache")
    return {"PASSWORD": oscar_emulator.password, "XDG_CACHE_HOME": str(cache), "HOME": str(cache)}


@pytest.fixture(scope="module")
def _emulators():
    options = EmulatorOptions(password=PASSWORD, hold_workloads=True, admin=True)
    with Emulator(options) as edge, Emulator(options) as near, Emulator(options) as far:
        yield edge, near, far


@pytest.fixture
def world(tmp_path, _emulators):
    """Return a project for three clusters that can be one federation, all empty."""
    for emulator in _emulators:
        emulator.reset()
        emulator.forget_requests()
    return Federation(tmp_path, _emulators)
