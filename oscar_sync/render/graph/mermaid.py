"""The graph in Mermaid's language, as forges draw it in Markdown."""

import html

from oscar_sync.model.graph import Edge, EdgeKind, Graph, Node, NodeKind
from oscar_sync.render.words import safe

_SHAPES = {
    NodeKind.SERVICE: ("[", "]"),
    NodeKind.FOLDER: ("[(", ")]"),
    NodeKind.PLACE: ("[/", "/]"),
    NodeKind.WORKER: ("[[", "]]"),
}

_ARROWS = {EdgeKind.MOUNTS: "-.->|mount|", EdgeKind.WITHIN: "-.->", EdgeKind.COPIED: "-.->|worker|"}


def graph_mermaid(graph: Graph) -> str:
    """Return a flowchart; nodes are numbered, since their names may hold anything."""
    numbers = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    lines = ["flowchart LR"]
    for number, cluster in enumerate(graph.clusters):
        lines.append(f"  subgraph c{number}[{_quoted(cluster)}]")
        lines.extend(
            f"    {_node(node, numbers[node.id])}" for node in graph.in_cluster(cluster).nodes
        )
        lines.append("  end")
    lines.extend(f"  {_edge(edge, numbers)}" for edge in graph.edges)
    shared = [numbers[node.id] for node in graph.nodes if node.is_shared]
    loops = [str(place) for place, edge in enumerate(graph.edges) if edge.is_loop]
    if shared:
        lines.append(f"  style {','.join(shared)} stroke-width:4px")
    if loops:
        lines.append(f"  linkStyle {','.join(loops)} stroke:#c00,stroke-width:3px")
    return "\n".join(lines) + "\n"


def _node(node: Node, number: str) -> str:
    left, right = _SHAPES[node.kind]
    return f"{number}{left}{_quoted(node.name)}{right}"


def _edge(edge: Edge, numbers: dict[str, str]) -> str:
    arrow = _ARROWS.get(edge.kind, "-->")
    return f"{numbers[edge.source]} {arrow} {numbers[edge.target]}"


def _quoted(text: str) -> str:
    """Return *text* as a quoted label; entities stand for what Mermaid or HTML would read."""
    return f'"{html.escape(safe(text)).replace("#", "#35;").replace("&", "#38;")}"'
