"""Plans and applies against an emulated cluster: the world of the laws."""

from tests.property.conftest import _world, world

__all__ = ["_world", "world"]
