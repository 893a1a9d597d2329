"""Where each node stands in a drawing: in layers, as data flows from left to right."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from oscar_sync.model.graph import Graph
from oscar_sync.semantics.flow import last, layers, walk

_SWEEPS: Final = 6


class Spot(Struct, frozen=True):
    """Layer (0 is leftmost) and row (0 is topmost) of a node."""

    layer: int
    row: int


def layout(graph: Graph) -> Mapping[str, Spot]:
    forward = _without_circles(graph)
    before: dict[str, list[str]] = {node.id: [] for node in graph.nodes}
    for source, target in forward:
        before[target].append(source)
    columns: dict[int, list[str]] = {}
    for name, layer in layers(before).items():
        columns.setdefault(layer, []).append(name)
    for sweep in range(_SWEEPS):
        _sort_columns(columns, forward, to_the_right=sweep % 2 == 0)
    return {
        name: Spot(layer, row)
        for layer, column in sorted(columns.items())
        for row, name in enumerate(column)
    }


_Pairs = Sequence[tuple[str, str]]


def _without_circles(graph: Graph) -> _Pairs:
    """Return source and target of each edge, one that closes a circle turned around."""
    follow: dict[str, list[str]] = {node.id: [] for node in graph.nodes}
    for edge in graph.edges:
        follow[edge.source].append(edge.target)
    return [
        (target, last(trail)) if target in trail else (last(trail), target)
        for trail, target in walk(follow)
        if target is not None
    ]


def _sort_columns(columns: dict[int, list[str]], pairs: _Pairs, *, to_the_right: bool) -> None:
    """Sort each column by the mean row of its neighbours in the columns before it."""
    before: dict[str, list[str]] = {}
    for source, target in pairs:
        one, other = (target, source) if to_the_right else (source, target)
        before.setdefault(one, []).append(other)
    rows = {name: row for column in columns.values() for row, name in enumerate(column)}
    for layer in sorted(columns, reverse=not to_the_right):
        columns[layer].sort(key=lambda name: _mean(name, before, rows))
        rows.update({name: row for row, name in enumerate(columns[layer])})


def _mean(name: str, before: Mapping[str, list[str]], rows: Mapping[str, int]) -> float:
    near = [rows[other] for other in before.get(name, ())]
    return sum(near) / len(near) if near else float(rows[name])
