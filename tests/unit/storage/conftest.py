import pytest

from tests.unit.wire.stub import running


@pytest.fixture
def stub():
    with running() as server:
        yield server
