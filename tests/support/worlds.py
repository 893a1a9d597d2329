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


def stopping(stop, *, after):
    """Return a fault that is none: the run is told to stop while that many writes are out."""
    seen = []

    def fault(method, path, query):
        if method not in ("GET", "HEAD"):
            seen.append(path)
        if len(seen) == after:
            stop.set()
        return ""

    return fault
