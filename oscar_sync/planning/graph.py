"""The graph of services and folders, as their definitions make data flow."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from oscar_sync.model.form import Form
from oscar_sync.model.graph import Edge, EdgeKind, Graph, Node, NodeKind
from oscar_sync.model.identity import ClusterId, ServiceKey
from oscar_sync.model.natural import natural
from oscar_sync.semantics.buckets import (
    inputs,
    mount_place,
    outputs,
    places_elsewhere,
    used_buckets,
)
from oscar_sync.semantics.federation import members_of
from oscar_sync.semantics.flow import circles
from oscar_sync.semantics.paths import folders_above


def graph_of(
    forms: Mapping[ServiceKey, Form], buckets: Iterable[tuple[ClusterId, str]] = ()
) -> Graph:
    """Return the graph of *forms*, and of declared *buckets* that none of them uses."""
    shared = _shared(forms)
    nodes: dict[str, Node] = {}
    edges: dict[Edge, None] = {}
    for key, form in sorted(forms.items()):
        service = Node(f"service:{key}", NodeKind.SERVICE, key.cluster, key.name)
        nodes[service.id] = service
        for worker in _workers(key, form):
            nodes[worker.id] = worker
            edges[Edge(service.id, worker.id, EdgeKind.COPIED)] = None
        for kind, place in _places(key.cluster, form):
            node = replace(place, is_shared=(key.cluster, place.bucket) in shared)
            nodes[node.id] = node
            ends = (service.id, node.id) if kind is EdgeKind.WRITES else (node.id, service.id)
            edges[Edge(*ends, kind)] = None
    shown = {(node.cluster, node.bucket) for node in nodes.values()}
    unused = (_folder(cluster, bucket, "") for cluster, bucket in {*buckets} - shown)
    nodes.update((node.id, node) for node in unused)
    every_edge = [*edges, *_within(nodes.values())]
    in_order = sorted(
        nodes.values(), key=lambda node: (natural(node.cluster), node.kind, natural(node.name))
    )
    return Graph(tuple(in_order), _marked(every_edge))


def _workers(key: ServiceKey, form: Form) -> list[Node]:
    return [
        Node(f"worker:{key}/{member}", NodeKind.WORKER, key.cluster, str(member))
        for member in members_of(form)
    ]


def _places(cluster: ClusterId, form: Form) -> list[tuple[EdgeKind, Node]]:
    places = [(EdgeKind.STARTS, _folder(cluster, *place)) for place in inputs(form)]
    places += [(EdgeKind.WRITES, _folder(cluster, *place)) for place in outputs(form)]
    mount = mount_place(form)
    if mount is not None:
        places.append((EdgeKind.MOUNTS, _folder(cluster, *mount)))
    for side, name in places_elsewhere(form):
        place = Node(f"place:{cluster}/{name}", NodeKind.PLACE, cluster, name)
        places.append((EdgeKind.STARTS if side == "input" else EdgeKind.WRITES, place))
    return places


def _folder(cluster: ClusterId, bucket: str, folder: str) -> Node:
    name = f"{bucket}/{folder}" if folder else bucket
    return Node(f"folder:{cluster}/{name}", NodeKind.FOLDER, cluster, name, bucket)


def _shared(forms: Mapping[ServiceKey, Form]) -> set[tuple[ClusterId, str]]:
    seen: set[tuple[ClusterId, str]] = set()
    shared: set[tuple[ClusterId, str]] = set()
    for key, form in forms.items():
        used = {(key.cluster, bucket) for bucket in used_buckets(form)}
        shared |= seen & used
        seen |= used
    return shared


def _within(nodes: Iterable[Node]) -> list[Edge]:
    """Return an edge from each folder to those that contain it: what lands there starts as well."""
    folders = {(node.cluster, node.name): node for node in nodes if node.bucket}
    return [
        Edge(inner.id, outer.id, EdgeKind.WITHIN)
        for inner in folders.values()
        for path in folders_above(inner.name)
        if (outer := folders.get((inner.cluster, path))) is not None and outer is not inner
    ]


def _marked(edges: Sequence[Edge]) -> tuple[Edge, ...]:
    follow: dict[str, list[str]] = {}
    for edge in edges:
        if edge.kind is not EdgeKind.MOUNTS:
            follow.setdefault(edge.source, []).append(edge.target)
    circle = circles(follow)
    return tuple(
        replace(
            edge,
            is_loop=edge.kind is not EdgeKind.MOUNTS and circle[edge.source] == circle[edge.target],
        )
        for edge in edges
    )
