"""The graph as lines of text: each bucket with who writes to it and whom it starts."""

from oscar_sync.model.graph import Edge, EdgeKind, Graph, Node, NodeKind
from oscar_sync.render.words import safe


def graph_text(graph: Graph) -> str:
    lines: list[str] = []
    for cluster in graph.clusters:
        part = graph.in_cluster(cluster)
        lines.extend((*([""] if lines else []), safe(f"cluster {cluster}")))
        for node in part.nodes:
            if node.kind is NodeKind.SERVICE:
                lines.extend(_service(node, part))
        lines.extend(_unused(part))
        lines.extend(_marks(part))
    return "\n".join(lines or ["there is no service"]) + "\n"


def _service(node: Node, graph: Graph) -> list[str]:
    names = {other.id: other for other in graph.nodes}
    lines = [safe(f"  {node.name}")]
    for edge in graph.edges:
        if edge.target == node.id:
            word = "mounts" if edge.kind is EdgeKind.MOUNTS else "<-"
            lines.append(safe(f"    {word} {names[edge.source].name}{_mark(edge)}"))
        elif edge.source == node.id and edge.kind is EdgeKind.COPIED:
            lines.append(safe(f"    worker {names[edge.target].name}"))
        elif edge.source == node.id:
            lines.append(safe(f"    -> {names[edge.target].name}{_mark(edge)}"))
    return lines


def _unused(graph: Graph) -> list[str]:
    used = {end for edge in graph.edges for end in (edge.source, edge.target)}
    folders = (node for node in graph.nodes if node.kind is NodeKind.FOLDER)
    return [
        safe(f"  declared bucket {node.name}, which no service here uses")
        for node in folders
        if node.id not in used
    ]


def _mark(edge: Edge) -> str:
    return "   trigger loop" if edge.is_loop else ""


def _marks(graph: Graph) -> list[str]:
    return [safe(f"  shared bucket {bucket}") for bucket in graph.shared_buckets]
