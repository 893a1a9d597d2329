"""The project of the command-line tests, and who listens."""

import pytest

from tests.cli.conftest import project  # noqa: F401 - a fixture
from tests.observability.listener import Listener


@pytest.fixture
def listener(monkeypatch):
    made = Listener()
    monkeypatch.setenv("OSCAR_SYNC_WEBHOOK", made.url)
    yield made
    made.close()
