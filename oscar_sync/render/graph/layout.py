"""The places of nodes and edges in a drawing: in layers, as data flows from left to right.

An edge over several layers has a lane in each layer between, as if a node were there, so that it
runs behind no box. What does not hang together is laid out by itself.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

from msgspec import Struct

from oscar_sync.model.graph import Edge, Graph, Node, NodeKind
from oscar_sync.model.natural import natural
from oscar_sync.render.graph.rows import LANE, in_rows
from oscar_sync.semantics.flow import circles, last, layers, walk


class Spot(Struct, frozen=True):
    """Layer (0 is leftmost) and row (0 is topmost; rows may be fractions)."""

    layer: int
    row: float


class Layout(Struct, frozen=True):
    """The spot of each node, and the lanes of each edge from its source to its target.

    An edge that closes a circle goes from right to left, all others from left to right.
    """

    nodes: Mapping[str, Spot]
    lanes: Mapping[Edge, Sequence[Spot]]


def layout(graph: Graph, columns: int = 1) -> Layout:
    """Return the layout of *graph*: its parts side by side in *columns* layers, then below."""
    nodes: dict[str, Spot] = {}
    lanes: dict[Edge, Sequence[Spot]] = {}
    left, top, bottom = 0, 0.0, 0.0
    for part in _parts(graph):
        spots, names = _of_part(part)
        width = max(spot.layer for spot in spots.values()) + 1
        if left and left + width > columns:
            left, top = 0, bottom
        moved = {name: Spot(left + spot.layer, top + spot.row) for name, spot in spots.items()}
        nodes |= {node.id: moved[node.id] for node in part.nodes}
        lanes |= {edge: [moved[name] for name in names[edge]] for edge in part.edges}
        left += width
        bottom = max(bottom, 1 + max(spot.row for spot in moved.values()))
    return Layout(nodes, lanes)


def _parts(graph: Graph) -> list[Graph]:
    """Return what hangs together, in the order of the services' names."""
    near: dict[str, list[str]] = {node.id: [] for node in graph.nodes}
    for edge in graph.edges:
        near[edge.source].append(edge.target)
        near[edge.target].append(edge.source)
    part = circles(near)
    in_order = sorted(
        graph.nodes, key=lambda node: (node.kind is not NodeKind.SERVICE, natural(node.name))
    )
    nodes: dict[str, list[Node]] = {part[node.id]: [] for node in in_order}
    edges: dict[str, list[Edge]] = {name: [] for name in nodes}
    for node in graph.nodes:
        nodes[part[node.id]].append(node)
    for edge in graph.edges:
        edges[part[edge.source]].append(edge)
    return [Graph(tuple(nodes[name]), tuple(edges[name])) for name in nodes]


_Ends: TypeAlias = Mapping[Edge, tuple[str, str]]
"""The left and the right end of each edge."""


def _of_part(graph: Graph) -> tuple[Mapping[str, Spot], Mapping[Edge, Sequence[str]]]:
    """Return spots by name, those of lanes too, and the names of each edge's lanes."""
    closing = _closing(graph)
    ends = {
        edge: (edge.target, edge.source)
        if (edge.source, edge.target) in closing
        else (edge.source, edge.target)
        for edge in graph.edges
    }
    layer = _layers([node.id for node in graph.nodes], ends.values())
    lanes = _lanes(ends, layer, closing)
    heights = dict.fromkeys(layer, 1.0)
    for edge, (left, _) in ends.items():
        for at, name in enumerate(lanes[edge], layer[left] + 1):
            layer[name], heights[name] = at, LANE
    pairs = {
        pair
        for edge, (left, right) in ends.items()
        for pair in pairwise([left, *lanes[edge], right])
    }
    rows = in_rows(layer, heights, sorted(pairs))
    forward = {
        edge: names[::-1] if (edge.source, edge.target) in closing else names
        for edge, names in lanes.items()
    }
    return {name: Spot(layer[name], row) for name, row in rows.items()}, forward


def _closing(graph: Graph) -> Collection[tuple[str, str]]:
    """Return source and target of the edges without which there is no circle."""
    follow: dict[str, list[str]] = {node.id: [] for node in graph.nodes}
    for edge in graph.edges:
        follow[edge.source].append(edge.target)
    return {
        (last(trail), target)
        for trail, target in walk(follow)
        if target is not None and target in trail
    }


def _layers(names: Iterable[str], ends: Iterable[tuple[str, str]]) -> dict[str, int]:
    before: dict[str, list[str]] = {name: [] for name in names}
    after: dict[str, list[str]] = {name: [] for name in before}
    for left, right in ends:
        before[right].append(left)
        after[left].append(right)
    layer = layers(before)
    # What nothing leads to is beside the first that it leads to.
    for name, others in before.items():
        if after[name] and not others:
            layer[name] = min(layer[other] for other in after[name]) - 1
    return {name: layer[name] for name in before}


def _lanes(
    ends: _Ends, layer: Mapping[str, int], closing: Collection[tuple[str, str]]
) -> dict[Edge, list[str]]:
    """Return the names of each edge's lanes; edges of a kind that share an end share lanes."""
    # Without it a bucket that all services of a long chain mount would fill the whole picture.
    between = {edge: range(layer[left] + 1, layer[right]) for edge, (left, right) in ends.items()}
    long = Counter(name for edge, both in ends.items() if between[edge] for name in both)
    lanes: dict[Edge, list[str]] = {}
    for edge, (left, right) in ends.items():
        side, end = max(("from", left), ("to", right), key=lambda one: long[one[1]])
        is_closing = (edge.source, edge.target) in closing
        shared = f"{side} {end} {edge.kind} {edge.is_loop} {is_closing}"
        lanes[edge] = [f"lane {at} {shared}" for at in between[edge]]
    return lanes
