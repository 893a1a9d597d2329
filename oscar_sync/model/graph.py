"""How data flows: services, the folders they read and write, and what starts what."""

from enum import StrEnum

from msgspec import Struct

from oscar_sync.model.identity import ClusterId
from oscar_sync.model.natural import natural


class NodeKind(StrEnum):
    """What a node stands for; a place is on a store that is not the cluster's own.

    A worker is a service on another cluster, drawn beside its origin.
    """

    SERVICE = "service"
    FOLDER = "folder"
    PLACE = "place"
    WORKER = "worker"


class EdgeKind(StrEnum):
    """What an edge says: data starts a service, is written by one, is mounted, or lies within.

    A service of a federation is copied to its workers.
    """

    STARTS = "starts"
    WRITES = "writes"
    MOUNTS = "is mounted by"
    WITHIN = "lies within"
    COPIED = "is copied to"


class Node(Struct, frozen=True):
    """One service, folder or place.

    ``bucket`` is a folder's bucket, blank otherwise; ``is_shared``: several services use it.
    """

    id: str
    kind: NodeKind
    cluster: ClusterId
    name: str
    bucket: str = ""
    is_shared: bool = False


class Edge(Struct, frozen=True):
    """Data goes from ``source`` to ``target`` (node ids).

    ``is_loop``: it is part of a circle of services that start each other for ever.
    """

    source: str
    target: str
    kind: EdgeKind
    is_loop: bool = False


class Graph(Struct, frozen=True):
    """Nodes and edges, each in a stable order."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()

    def in_cluster(self, cluster: ClusterId) -> "Graph":
        nodes = tuple(node for node in self.nodes if node.cluster == cluster)
        ids = {node.id for node in nodes}
        return Graph(nodes, tuple(edge for edge in self.edges if edge.source in ids))

    @property
    def clusters(self) -> tuple[ClusterId, ...]:
        return tuple(sorted({node.cluster for node in self.nodes}, key=natural))

    @property
    def shared_buckets(self) -> tuple[str, ...]:
        return tuple(sorted({node.bucket for node in self.nodes if node.is_shared}, key=natural))
