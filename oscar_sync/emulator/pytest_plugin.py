"""A pytest plug-in with an emulated OSCAR: `-p oscar_sync.emulator.pytest_plugin`."""

from collections.abc import Iterator

import pytest

from oscar_sync.emulator.server import Emulator, EmulatorOptions

__all__ = ["oscar_emulator"]


@pytest.fixture(scope="session")
def _oscar_emulator_process() -> Iterator[Emulator]:
    with Emulator(EmulatorOptions(admin=True)) as emulator:
        yield emulator


@pytest.fixture
def oscar_emulator(_oscar_emulator_process: Emulator) -> Emulator:
    """Return a running emulator with an empty cluster and an empty store."""
    _oscar_emulator_process.reset()
    _oscar_emulator_process.forget_requests()
    return _oscar_emulator_process
