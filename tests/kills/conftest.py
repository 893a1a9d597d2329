"""A world, and a nursery of processes that may be killed."""

import os

import pytest

from tests.kills.nursery import running_nursery
from tests.support.worlds import shared_world

_world, world = shared_world("world")


@pytest.fixture(scope="module")
def nursery(tmp_path_factory):
    with running_nursery(str(tmp_path_factory.mktemp("nursery") / "said")) as nursery:
        yield nursery


@pytest.fixture
def run(world, nursery):
    """Calls a command in a process of its own, on the world's files; returns how it ended."""
    return runner(nursery, world)


def runner(nursery, place):
    """Return what calls a command in the folder of *place*, with its environment."""
    keep = {"PATH": os.environ.get("PATH", ""), **place.environ}

    def run(args, started=None):
        pid = nursery.start(args, keep, str(place.folder))
        if started is not None:
            started(pid)
        return nursery.end(), nursery.said

    return run
