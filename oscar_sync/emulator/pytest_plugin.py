"""A pytest plug-in with an emulated OSCAR: `-p oscar_sync.emulator.pytest_plugin`.

The servers are imported when the first test asks for them: naming the plug-in costs nothing.
"""

from collections.abc import Iterator
from typing import Any

import pytest

__all__ = ["oscar_emulator"]


@pytest.fixture(scope="session")
def _oscar_emulator_process() -> Iterator[Any]:
    from oscar_sync.emulator.server import Emulator, EmulatorOptions

    with Emulator(EmulatorOptions(admin=True)) as emulator:
        yield emulator


@pytest.fixture
def oscar_emulator(_oscar_emulator_process: Any) -> Any:
    """Return a running `oscar_sync.emulator.server.Emulator`, emptied: no service, no bucket."""
    _oscar_emulator_process.reset()
    _oscar_emulator_process.forget_requests()
    return _oscar_emulator_process
