"""The graph as SVG, drawn here: no script, no style from elsewhere, dark and light."""

import html
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from oscar_sync.model.graph import Edge, Graph, Node, NodeKind
from oscar_sync.render.graph.layout import Spot, layout
from oscar_sync.render.words import safe

_WIDTH: Final = 190
_HEIGHT: Final = 34
_GAP_X: Final = 70
_GAP_Y: Final = 22
_MARGIN: Final = 20
_TITLE: Final = 34
_LONGEST: Final = 24

STYLE: Final = """\
svg { --ink: #1b1f24; --paper: #ffffff; --line: #57606a; --service: #dbeafe; --folder: #e7f5e1;
  --place: #f3e8ff; --alarm: #b42318; font: 13px system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { svg { --ink: #e6edf3; --paper: #0d1117; --line: #8b949e;
  --service: #17305a; --folder: #1c3a1d; --place: #3a2257; --alarm: #ff7b72; } }
.paper { fill: var(--paper); }
text { fill: var(--ink); }
.cluster { font-weight: 600; font-size: 15px; }
.node rect { stroke: var(--line); }
.service rect { fill: var(--service); }
.folder rect { fill: var(--folder); }
.place rect { fill: var(--place); }
.worker rect { fill: var(--service); stroke-dasharray: 5 4; }
.shared rect { stroke: var(--ink); stroke-width: 3; }
.edge path { fill: none; stroke: var(--line); stroke-width: 1.5; }
.edge.mounts path, .edge.copied path { stroke-dasharray: 5 4; }
.edge.within path { stroke-dasharray: 1 4; }
.edge.loop path { stroke: var(--alarm); stroke-width: 3; }
"""


_TIP: Final = (
    '<marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="9" markerHeight="9" '
    'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" fill="context-stroke"/>'
    "</marker>"
)


class _Box(Struct, frozen=True):
    x: int
    y: int


def graph_svg(graph: Graph) -> str:
    """Return one picture, the clusters below each other; each node and edge has its words."""
    parts: list[str] = []
    top, width = _MARGIN, 2 * _MARGIN + _WIDTH
    for cluster in graph.clusters:
        part = graph.in_cluster(cluster)
        boxes, right, bottom = _placed(layout(part), top + _TITLE)
        parts.append(f'<text class="cluster" x="{_MARGIN}" y="{top + 15}">{_text(cluster)}</text>')
        parts.extend(_edge(edge, boxes, part) for edge in part.edges)
        parts.extend(_node(node, boxes[node.id]) for node in part.nodes)
        top, width = bottom + _MARGIN, max(width, right)
    description = html.escape(_summary(graph))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top}" width="{width}" '
        f'height="{top}" role="img" aria-label="{description}">\n'
        f"<title>{description}</title>\n<style>{STYLE}</style>\n"
        f"<defs>{_TIP}"
        f'</defs>\n<rect class="paper" width="{width}" height="{top}"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
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
    words = f"{count[NodeKind.SERVICE]} services and {count[NodeKind.FOLDER]} folders"
    return f"{words}, {loops} edges in trigger loops" if loops else words


def _node(node: Node, box: _Box) -> str:
    shared = " shared" if node.is_shared else ""
    is_service = node.kind in (NodeKind.SERVICE, NodeKind.WORKER)
    radius = 4 if is_service else _HEIGHT // 2
    words = f"{node.kind} {node.name}{', shared' if node.is_shared else ''}"
    return (
        f'<g class="node {node.kind}{shared}"><title>{_text(words)}</title>'
        f'<rect x="{box.x}" y="{box.y}" width="{_WIDTH}" height="{_HEIGHT}" rx="{radius}"/>'
        f'<text x="{box.x + _WIDTH // 2}" y="{box.y + 22}" text-anchor="middle">'
        f"{_text(_short(node.name))}</text></g>"
    )


def _edge(edge: Edge, boxes: Mapping[str, _Box], graph: Graph) -> str:
    names = {node.id: node.name for node in graph.nodes}
    loop = " loop" if edge.is_loop else ""
    note = f"{names[edge.source]} {edge.kind} {names[edge.target]}"
    return (
        f'<g class="edge {edge.kind.name.lower()}{loop}">'
        f"<title>{_text(note)}{', trigger loop' if loop else ''}</title>"
        f'<path d="{_path(boxes[edge.source], boxes[edge.target])}" marker-end="url(#tip)"/></g>'
    )


def _path(start: _Box, end: _Box) -> str:
    """Return the curve from *start* to *end*."""
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


def _text(text: str) -> str:
    return html.escape(safe(text))
