import pytest

from tests.unit.wire.stub import reply, running
from tests.unit.wire.tls import make_certificate, server_context


@pytest.fixture
def stub():
    with running() as server:
        yield server


@pytest.fixture
def other():
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """The folder of a certificate that vouches for itself."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def secure(certificate):
    """A server with it, which lists no service."""
    with running(server_context(certificate)) as server:
        server.replies = [reply([])]
        yield server
