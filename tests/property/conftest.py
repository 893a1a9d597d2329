"""One world for all laws of a file: reset between examples."""

from tests.support.worlds import shared_world

_world, world = shared_world("world")
