"""Graphs of a few services."""

from oscar_sync.model.field import Form
from oscar_sync.model.identity import ClusterId, ServiceKey, ServiceName
from oscar_sync.planning.graph import graph_of


def minio(*paths):
    return [{"storage_provider": "minio.default", "path": path} for path in paths]


def graph(cluster="edge", **forms):
    return graph_of(
        {ServiceKey(ClusterId(cluster), ServiceName(name)): form for name, form in forms.items()}
    )


CHAIN: dict[str, Form] = {
    "cut": {"input": minio("video/in"), "output": minio("video/frames")},
    "label": {"input": minio("video/frames"), "output": minio("video/labels")},
}
