"""What a run reads of a cluster that gives the answers of a test."""

from msgspec.structs import replace

from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.look_up import look_up
from oscar_sync.reconcile.observe import observe
from tests.unit.wire.stub import cluster, reply, running

CONFIG = {"config": {}, "minio_provider": {"access_key": "me"}}
NO_ROUTE = reply("404 page not found", 404, Content_Type="text/plain")


def read(version, answers, login=None, lookups=None):
    """Return the view of a cluster that gives *answers*, and the paths that it was asked for."""
    known = {
        "/system/info": reply({"version": version}),
        "/system/config": reply(CONFIG),
        "/system/services": reply([]),
        **answers,
    }
    connections = Connections({})
    with running() as stub:
        stub.answer = lambda asked: known.get(asked.path, NO_ROUTE)
        place = cluster(stub.url)
        place = replace(place, login=login) if login else place
        (view,) = observe([place], connections)
        if lookups is not None:
            view = look_up(view, lookups, connections)
        connections.close()
        return view, [asked.path for asked in stub.asked]
