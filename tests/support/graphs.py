"""Graphs of a few services."""

from oscar_sync.model.identity import ClusterId, ServiceKey, ServiceName
from oscar_sync.planning.graph import graph_of
from tests.support.forms import form


def minio(*paths):
    return [{"storage_provider": "minio.default", "path": path} for path in paths]


def graph(cluster="edge", **definitions):
    return graph_of(
        {
            ServiceKey(ClusterId(cluster), ServiceName(name)): form(name, **said)
            for name, said in definitions.items()
        }
    )


CHAIN = {
    "cut": {"input": minio("video/in"), "output": minio("video/frames")},
    "label": {"input": minio("video/frames"), "output": minio("video/labels")},
}
