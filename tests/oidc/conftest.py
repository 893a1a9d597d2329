"""A provider, a cluster that trusts it, and the real oidc-agent where it is installed."""

import os
import shutil

import pytest

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from tests.oidc.agent import RunningAgent
from tests.oidc.project import Project
from tests.oidc.provider import running


@pytest.fixture(scope="session")
def served():
    with running() as provider:
        yield provider


@pytest.fixture
def provider(served):
    """Return the provider as it is at first."""
    served.reset()
    return served


@pytest.fixture(scope="session")
def cluster(served):
    options = EmulatorOptions(oidc_issuers=(served.issuer,), oidc_groups=("g1",), admin=True)
    with Emulator(options) as emulator:
        yield emulator


@pytest.fixture
def oscar(cluster):
    """Return the cluster, emptied."""
    cluster.reset()
    cluster.forget_requests()
    return cluster


@pytest.fixture
def bare(monkeypatch):
    """Take away what the machine itself knows of log-ins."""
    for name in [name for name in os.environ if name.startswith(("OSCAR", "OIDC"))]:
        monkeypatch.delenv(name)
    return monkeypatch


@pytest.fixture
def project(tmp_path, oscar, provider, capfd, bare):
    bare.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    bare.setenv("OSCAR_CLI_CONFIG_FILE", str(tmp_path / "none.yaml"))
    folder = tmp_path / "project"
    folder.mkdir()
    bare.chdir(folder)
    return Project(folder, oscar, provider, capfd, bare)


@pytest.fixture
def agent(tmp_path_factory, provider, bare):
    if shutil.which("oidc-agent") is None:
        pytest.skip("oidc-agent is not installed: scripts/install-system-packages.sh")
    with RunningAgent(tmp_path_factory.mktemp("agent"), provider) as started:
        bare.setenv("OIDC_SOCK", str(started.socket))
        yield started
