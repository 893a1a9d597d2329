"""Worlds that the tests of a module share, each of them empty when a test begins."""

import pytest

from tests.property.world import running_world


def shared_world(name, **options):
    """Return two fixtures: a world of the module, and as *name* that world, emptied."""

    @pytest.fixture(scope="module", name=f"_{name}")
    def running():
        with running_world(**options) as world:
            yield world

    @pytest.fixture(name=name)
    def emptied(request):
        world = request.getfixturevalue(f"_{name}")
        world.reset()
        return world

    return running, emptied
