"""Where each node stands in a drawing: in layers, as data flows from left to right."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from oscar_sync.model.graph import Graph

_SWEEPS: Final = 6


class Spot(Struct, frozen=True):
    """Layer (0 is leftmost) and row (0 is topmost) of a node."""

    layer: int
    row: int


def layout(graph: Graph) -> Mapping[str, Spot]:
    """Return the spot of each node; edges mostly lead to the right and seldom cross."""
    forward = _without_circles(graph)
    layers = _layers([node.id for node in graph.nodes], forward)
    columns: dict[int, list[str]] = {}
    for name, layer in layers.items():
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
    pairs: list[tuple[str, str]] = []
    state: dict[str, int] = {}
    for start in follow:
        if start not in state:
            _walk(start, follow, state, pairs)
    return pairs


def _walk(
    start: str,
    follow: Mapping[str, list[str]],
    state: dict[str, int],
    pairs: list[tuple[str, str]],
) -> None:
    """Walk depth first without recursion; state 1 is on the way, 2 is done."""
    trail = [(start, iter(follow[start]))]
    state[start] = 1
    while trail:
        name, rest = trail[-1]
        target = next(rest, None)
        if target is None:
            trail.pop()
            state[name] = 2
        elif state.get(target) == 1:
            pairs.append((target, name))
        else:
            pairs.append((name, target))
            if target not in state:
                state[target] = 1
                trail.append((target, iter(follow[target])))


def _layers(names: Sequence[str], pairs: _Pairs) -> dict[str, int]:
    """Return the layer of each node: one further than the furthest that leads to it.

    No node leads to itself: services and folders take turns, and no folder lies within itself.
    """
    layers = dict.fromkeys(names, 0)
    waits = dict.fromkeys(names, 0)
    follow: dict[str, list[str]] = {name: [] for name in names}
    for source, target in pairs:
        follow[source].append(target)
        waits[target] += 1
    free = [name for name in names if not waits[name]]
    for name in free:
        for target in follow[name]:
            layers[target] = max(layers[target], layers[name] + 1)
            waits[target] -= 1
            if not waits[target]:
                free.append(target)
    return layers


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
    found = [rows[other] for other in before.get(name, ())]
    return sum(found) / len(found) if found else float(rows[name])
