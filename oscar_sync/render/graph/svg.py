"""The graph as SVG, drawn here: no script, no style from elsewhere, dark and light."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from oscar_sync.model.amounts import plural
from oscar_sync.model.graph import Edge, EdgeKind, Graph, Node, NodeKind
from oscar_sync.render.graph.layout import Layout, Spot, layout
from oscar_sync.render.markup import rendered, source_of

_NARROWEST: Final = 90
_WIDEST: Final = 190
_HEIGHT: Final = 34
_GAP_X: Final = 70
_GAP_Y: Final = 22
_MARGIN: Final = 20
_TITLE: Final = 34
_LONGEST: Final = 24
_PAGE: Final = 1150
"""Parts that do not hang together are drawn side by side up to this width."""
_BESIDE: Final = 9
"""So far below the middle of a box an edge from right to left begins and ends."""
_LEGEND_X: Final = 180
_LEGEND_Y: Final = 26
_LEGEND: Final = {
    "node service": "service",
    "node folder": "folder in a bucket",
    "node folder shared": "shared bucket",
    "node place": "folder elsewhere",
    "node worker": "worker elsewhere",
    "edge starts": "data flow",
    "edge mounts": "mount",
    "edge within": "lies within",
    "edge copied": "copy to a worker",
    "edge loop": "trigger loop",
}
"""What each style stands for."""


class _Edge(Struct, frozen=True):
    style: str
    words: str
    path: str
    is_loop: bool
    has_tip: bool
    jobs: str
    x: int
    y: int


class _Node(Struct, frozen=True):
    style: str
    words: str
    label: str
    x: int
    y: int
    radius: int
    is_shared: bool


class _Cluster(Struct, frozen=True):
    name: str
    x: int
    y: int
    edges: list[_Edge]
    nodes: list[_Node]


class _Sample(Struct, frozen=True):
    """One thing of the legend: a box or a line, and what it stands for."""

    style: str
    words: str
    x: int
    y: int


def graph_svg(
    graph: Graph, running: Mapping[str, int] = MappingProxyType({}), *, has_style: bool = True
) -> str:
    """Return the picture; *running* counts the jobs of services, by the ids of their nodes."""
    # Without a style of its own it takes that of the page: a strict policy allows no other.
    box = _box_width(graph)
    columns = (_PAGE - 2 * _MARGIN + _GAP_X) // (box + _GAP_X)
    laid = [
        (name, layout(part := graph.in_cluster(name), columns), part) for name in graph.clusters
    ]
    layers = [spot.layer for _, one, _ in laid for spot in one.nodes.values()]
    width = 2 * _MARGIN + max(2 * _LEGEND_X, (max(layers, default=0) + 1) * (box + _GAP_X) - _GAP_X)
    legend = _legend(graph, (width - 2 * _MARGIN) // _LEGEND_X)
    top = max((sample.y for sample in legend), default=0) + _LEGEND_Y + _MARGIN
    clusters: list[_Cluster] = []
    for name, one, part in laid:
        drawing = _Drawing(one, box, top + _TITLE)
        clusters.append(
            _Cluster(
                name,
                _MARGIN,
                top + 15,
                list(_edges(part, drawing, running)),
                [_node(node, drawing) for node in part.nodes],
            )
        )
        top = drawing.bottom + _MARGIN
    return rendered(
        "graph.svg",
        width=width,
        height=top,
        box_width=box,
        box_height=_HEIGHT,
        summary=_summary(graph),
        style=source_of("graph.css") if has_style else "",
        legend=legend,
        clusters=clusters,
    )


def _box_width(graph: Graph) -> int:
    """Return the width that the longest label needs; a character takes 7.5 pixels on average."""
    longest = max((len(_short(node.name)) for node in graph.nodes), default=0)
    return min(max(24 + longest * 15 // 2, _NARROWEST), _WIDEST)


def _legend(graph: Graph, columns: int) -> list[_Sample]:
    """Return a sample of everything that is in the picture."""
    drawn = {
        *(f"node {node.kind}" for node in graph.nodes),
        *("node folder shared" for node in graph.nodes if node.is_shared),
        *(f"edge {_style(edge)}" for edge in graph.edges),
        *("edge loop" for edge in graph.edges if edge.is_loop),
    }
    return [
        _Sample(
            style,
            _LEGEND[style],
            _MARGIN + place % columns * _LEGEND_X,
            _MARGIN + place // columns * _LEGEND_Y,
        )
        for place, style in enumerate(style for style in _LEGEND if style in drawn)
    ]


class _Drawing(Struct, frozen=True):
    """Turns layers and rows into pixels."""

    layout: Layout
    box: int
    top: int

    def x(self, spot: Spot) -> int:
        return _MARGIN + spot.layer * (self.box + _GAP_X)

    def y(self, spot: Spot) -> int:
        return self.top + round(spot.row * (_HEIGHT + _GAP_Y))

    @property
    def bottom(self) -> int:
        return max((self.y(spot) for spot in self.layout.nodes.values()), default=self.top) + (
            _HEIGHT + _GAP_Y
        )

    def path(self, spots: Sequence[Spot]) -> str:
        """Return a curve through each gap between layers, level across each layer."""
        is_back = spots[-1].layer < spots[0].layer
        middle = _HEIGHT // 2 + (_BESIDE if is_back else 0)
        near, far = (0, self.box) if is_back else (self.box, 0)
        path = ""
        for one, other in pairwise(spots):
            x, y = self.x(one) + near, self.y(one) + middle
            to_x, to_y = self.x(other) + far, self.y(other) + middle
            half = (x + to_x) // 2
            path += f"H{x}" if path else f"M{x} {y}"
            path += f"C{half} {y} {half} {to_y} {to_x} {to_y}"
        return path


def _summary(graph: Graph) -> str:
    count = {kind: sum(node.kind is kind for node in graph.nodes) for kind in NodeKind}
    loops = sum(edge.is_loop for edge in graph.edges)
    words = " and ".join(
        (plural(count[NodeKind.SERVICE], "service"), plural(count[NodeKind.FOLDER], "folder"))
    )
    return f"{words}, {plural(loops, 'edge')} in trigger loops" if loops else words


def _node(node: Node, drawing: _Drawing) -> _Node:
    spot = drawing.layout.nodes[node.id]
    return _Node(
        str(node.kind),
        f"{node.kind} {node.name}{', shared' if node.is_shared else ''}",
        _short(node.name),
        drawing.x(spot),
        drawing.y(spot),
        4 if node.kind in (NodeKind.SERVICE, NodeKind.WORKER) else _HEIGHT // 2,
        node.is_shared,
    )


def _edges(graph: Graph, drawing: _Drawing, running: Mapping[str, int]) -> Iterator[_Edge]:
    """Yield the edges, where they share lanes one line for all."""
    counted = {edge.target: edge for edge in graph.edges if edge.kind is EdgeKind.STARTS}
    names = {node.id: node.name for node in graph.nodes}
    nodes, lanes = drawing.layout.nodes, drawing.layout.lanes
    drawn: set[tuple[EdgeKind, Spot, Spot]] = set()
    for edge in graph.edges:
        spots = [nodes[edge.source], *lanes[edge], nodes[edge.target]]
        steps = [(edge.kind, one, other) for one, other in pairwise(spots)]
        new = [step for step in steps if step not in drawn]
        drawn.update(new)
        jobs = running.get(edge.target, 0) if counted.get(edge.target) is edge else 0
        yield _Edge(
            _style(edge),
            f"{names[edge.source]} {edge.kind} {names[edge.target]}",
            drawing.path([new[0][1], *(other for _, _, other in new)]),
            edge.is_loop,
            has_tip=new[-1] == steps[-1],
            jobs=f"{jobs:,} running" if jobs else "",
            x=drawing.x(nodes[edge.target]) - _BESIDE,
            y=drawing.y(nodes[edge.target]) + _HEIGHT // 2 - _BESIDE // 2,
        )


def _style(edge: Edge) -> str:
    # The direction of an edge tells what starts from what is written.
    kind = EdgeKind.STARTS if edge.kind is EdgeKind.WRITES else edge.kind
    return kind.name.lower()


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
