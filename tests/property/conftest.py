"""One world for all laws of a file: reset between examples."""

import pytest

from tests.property.examples import noting_premises
from tests.property.world import running_world


@pytest.fixture(scope="module")
def _world():
    with running_world() as world:
        yield world


@pytest.fixture
def world(_world):
    _world.reset()
    return _world


@pytest.fixture
def met():
    """Return what a law notes its premises with: some example must meet each."""
    with noting_premises() as met:
        yield met
