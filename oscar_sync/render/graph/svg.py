"""The graph as SVG, drawn here: no script, no style from elsewhere, dark and light."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from oscar_sync.model.amounts import plural
from oscar_sync.model.graph import Edge, Graph, Node, NodeKind
from oscar_sync.render.graph.layout import Spot, layout
from oscar_sync.render.markup import rendered, source_of

_WIDTH: Final = 190
_HEIGHT: Final = 34
_GAP_X: Final = 70
_GAP_Y: Final = 22
_MARGIN: Final = 20
_TITLE: Final = 34
_LONGEST: Final = 24


class _Box(Struct, frozen=True):
    x: int
    y: int


class _Edge(Struct, frozen=True):
    style: str
    words: str
    path: str
    is_loop: bool


class _Node(Struct, frozen=True):
    style: str
    words: str
    label: str
    x: int
    y: int
    radius: int
    is_shared: bool
    width: int = _WIDTH
    height: int = _HEIGHT


class _Cluster(Struct, frozen=True):
    name: str
    x: int
    y: int
    edges: list[_Edge]
    nodes: list[_Node]


def graph_svg(graph: Graph) -> str:
    clusters: list[_Cluster] = []
    top, width = _MARGIN, 2 * _MARGIN + _WIDTH
    for name in graph.clusters:
        part = graph.in_cluster(name)
        boxes, right, bottom = _placed(layout(part), top + _TITLE)
        edges = [_edge(edge, boxes, part) for edge in part.edges]
        nodes = [_node(node, boxes[node.id]) for node in part.nodes]
        clusters.append(_Cluster(name, _MARGIN, top + 15, edges, nodes))
        top, width = bottom + _MARGIN, max(width, right)
    return rendered(
        "graph.svg",
        width=width,
        height=top,
        summary=_summary(graph),
        style=source_of("graph.css"),
        clusters=clusters,
    )


def _placed(spots: Mapping[str, Spot], top: int) -> tuple[dict[str, _Box], int, int]:
    """Return the box of each node, and the right and bottom end of them all."""
    boxes = {
        name: _Box(_MARGIN + spot.layer * (_WIDTH + _GAP_X), top + spot.row * (_HEIGHT + _GAP_Y))
        for name, spot in spots.items()
    }
    right = max((box.x for box in boxes.values()), default=0) + _WIDTH + _MARGIN
    bottom = max((box.y for box in boxes.values()), default=top) + _HEIGHT + 2 * _GAP_Y
    return boxes, right, bottom


def _summary(graph: Graph) -> str:
    count = {kind: sum(node.kind is kind for node in graph.nodes) for kind in NodeKind}
    loops = sum(edge.is_loop for edge in graph.edges)
    words = " and ".join(
        (plural(count[NodeKind.SERVICE], "service"), plural(count[NodeKind.FOLDER], "folder"))
    )
    return f"{words}, {plural(loops, 'edge')} in trigger loops" if loops else words


def _node(node: Node, box: _Box) -> _Node:
    is_service = node.kind in (NodeKind.SERVICE, NodeKind.WORKER)
    return _Node(
        str(node.kind),
        f"{node.kind} {node.name}{', shared' if node.is_shared else ''}",
        _short(node.name),
        box.x,
        box.y,
        4 if is_service else _HEIGHT // 2,
        node.is_shared,
    )


def _edge(edge: Edge, boxes: Mapping[str, _Box], graph: Graph) -> _Edge:
    names = {node.id: node.name for node in graph.nodes}
    words = f"{names[edge.source]} {edge.kind} {names[edge.target]}"
    path = _path(boxes[edge.source], boxes[edge.target])
    return _Edge(edge.kind.name.lower(), words, path, edge.is_loop)


def _path(start: _Box, end: _Box) -> str:
    x1, y1 = start.x + _WIDTH, start.y + _HEIGHT // 2
    x2, y2 = end.x, end.y + _HEIGHT // 2
    if x2 <= x1:  # back to the left: round below
        low = max(start.y, end.y) + _HEIGHT + 3 * _GAP_Y
        x1, x2 = start.x + _WIDTH // 2, end.x + _WIDTH // 2
        top, bottom = start.y + _HEIGHT, end.y + _HEIGHT
        return f"M{x1} {top}C{x1} {low} {x2} {low} {x2} {bottom}"
    middle = (x1 + x2) // 2
    return f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
