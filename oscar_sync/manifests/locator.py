"""The place of every value of a service, whatever layer set it."""

from collections.abc import Mapping

from msgspec import Struct, field

from oscar_sync.documents.places import Places
from oscar_sync.model.origin import FieldPath, Origin


class Layer(Struct, frozen=True):
    """A text that sets values of a service: the service's mapping is at ``prefix``."""

    places: Places
    prefix: FieldPath
    folder: str

    def reach(self, path: FieldPath) -> tuple[int, Origin]:
        """Return how many steps of *path* this layer has, and the place they lead to."""
        origin, reached = self.places.reach((*self.prefix, *path))
        return reached - len(self.prefix), origin


class Locator(Struct, frozen=True):
    """Finds the place that set a value: the last layer that reaches deepest (product 2.2).

    ``layers`` are the FDL file and then the overlays; ``shared`` the top-level blocks of the FDL
    file; ``set_elsewhere`` values from an env file, the environment or a script file.
    """

    layers: tuple[Layer, ...]
    shared: Layer | None = None
    set_elsewhere: Mapping[FieldPath, Origin] = field(default_factory=dict)

    def __call__(self, path: FieldPath) -> Origin:
        """Return the origin of the nearest known place at or above *path*."""
        for end in range(len(path), 0, -1) if self.set_elsewhere else ():
            if path[:end] in self.set_elsewhere:
                return self.set_elsewhere[path[:end]]
        return self.written(path)[0]

    def written(self, path: FieldPath) -> tuple[Origin, str]:
        own, *overlays = self.layers
        best, origin = own.reach(path)
        text = own.places.text
        if self.shared is not None:
            depth, place = self.shared.reach(path)
            if depth > best:
                best, origin = depth, place
        for layer in overlays:
            depth, place = layer.reach(path)
            if depth > 0 and depth >= best:
                best, origin, text = depth, place, layer.places.text
        return origin, text

    def layer_of(self, path: FieldPath) -> Layer:
        origin, _ = self.written(path)
        return next(
            (
                layer
                for layer in reversed(self.layers)
                if (layer.places.file, layer.places.layer) == (origin.file, origin.layer)
            ),
            self.layers[0],
        )
