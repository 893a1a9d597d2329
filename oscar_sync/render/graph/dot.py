"""The graph in Graphviz' language."""

from oscar_sync.model.graph import Edge, EdgeKind, Graph, Node, NodeKind
from oscar_sync.render.words import safe

_SHAPES = {
    NodeKind.SERVICE: "box",
    NodeKind.FOLDER: "folder",
    NodeKind.PLACE: "note",
    NodeKind.WORKER: "box3d",
}
_STYLES = {EdgeKind.MOUNTS: "dashed", EdgeKind.WITHIN: "dotted", EdgeKind.COPIED: "dashed"}


def graph_dot(graph: Graph) -> str:
    lines = ["digraph oscar {", "  rankdir=LR;", '  node [fontname="sans-serif"];']
    for number, cluster in enumerate(graph.clusters):
        part = graph.in_cluster(cluster)
        lines.append(f"  subgraph cluster_{number} {{")
        lines.append(f"    label={_quoted(cluster)};")
        lines.extend(f"    {_node(node)}" for node in part.nodes)
        lines.append("  }")
    lines.extend(f"  {_edge(edge)}" for edge in graph.edges)
    return "\n".join([*lines, "}"]) + "\n"


def _node(node: Node) -> str:
    shared = ", penwidth=3" if node.is_shared else ""
    return f"{_quoted(node.id)} [label={_quoted(node.name)}, shape={_SHAPES[node.kind]}{shared}];"


def _edge(edge: Edge) -> str:
    style = _STYLES.get(edge.kind, "solid")
    loop = ", color=red, penwidth=2" if edge.is_loop else ""
    return f"{_quoted(edge.source)} -> {_quoted(edge.target)} [style={style}{loop}];"


def _quoted(text: str) -> str:
    """Return *text* as one quoted string: nothing in it ends the string or starts an escape."""
    escaped = safe(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
