"""Plans over built views: standings and answers that no emulated cluster shows on demand."""

from oscar_sync.model.cluster import Cluster
from oscar_sync.model.identity import BucketName, ClusterId, ServiceKey, ServiceName
from oscar_sync.model.origin import Origin
from oscar_sync.model.plan_options import PlanOptions
from oscar_sync.model.selection import Narrowing
from oscar_sync.model.settings import Seed, ServiceSettings, Settings, Which
from oscar_sync.model.state import (
    BucketCount,
    BucketFacts,
    ClusterView,
    DesiredService,
    DesiredState,
    Probe,
)
from oscar_sync.planning.draft import draft_plan
from oscar_sync.semantics.live import live_service
from oscar_sync.semantics.normal_form import normal_form

EDGE = ClusterId("edge")
CLUSTER = Cluster(EDGE, "http://127.0.0.1:1", "edge.example.org", None)


def stamp(name="alpha", set_name="laws"):
    return {"oscar-sync.io/owner": f"{set_name}/edge.example.org/{name}"}


def minio(*paths):
    return [{"storage_provider": "minio.default", "path": path} for path in paths]


def definition(name, **fields):
    return {"name": name, "image": "ghcr.io/x/a:1", "script": "s\n", **fields}


def live(name="alpha", **fields):
    """Return what a cluster shows: a service of mine in the services' namespace, unless said."""
    mine = {"owner": "cluster_admin", "namespace": "oscar-svc"}
    return live_service(EDGE, {**definition(name), **mine, **fields})


def wanted(name="alpha", **fields):
    form = normal_form(definition(name, **fields), is_live=False)
    key = ServiceKey(EDGE, ServiceName(name))
    return DesiredService(key, form, {}, lambda path: Origin(f"{name}.yaml"))


def bucket(name, **facts):
    return BucketFacts(BucketName(name), **facts)


def view(*services, buckets=(), count=0, **facts):
    """Return a cluster that was read: its buckets hold *count* objects, all names are free."""
    return ClusterView(
        CLUSTER,
        services={service.key.name: service for service in services},
        buckets={one.name: one for one in buckets},
        counts={one.name: BucketCount(count, count) for one in buckets},
        hooks={one.name: () for one in buckets},
        volumes={},
        probes=facts.pop("probes", {ServiceName("alpha"): Probe.FREE}),
        **facts,
    )


def draft(
    cluster,
    *services,
    options=None,
    narrowing=None,
    key=None,
    others=(),
    peers=(),
    gaps=(),
    **settings,
):
    """Return what would be done on *cluster*, beside *peers*, so that it has *services*."""
    chosen = Settings("/files", **{"set_name": "laws", "clusters": (CLUSTER,), **settings})
    narrowing = narrowing or Narrowing()
    state = DesiredState(services, chosen, len(services), narrowing, others=others, gaps=gaps)
    return draft_plan(state, (cluster, *peers), options or PlanOptions(), key)


def planned(cluster, *services, **more):
    return draft(cluster, *services, **more).plan


def codes(plan):
    return [item.code for item in plan.blocked]


def seed(to="data/in", provider="minio.default", **more):
    """Return a seed of alpha: *to* is ``bucket/prefix``."""
    name, _, prefix = to.partition("/")
    origin = Origin("oscar-sync.yaml", layer="settings")
    return Seed(Which("alpha"), "/files/in", "in", provider, name, prefix, origin, **more)


def seeded(*seeds, protect=False):
    """Return the settings of alpha with *seeds*."""
    origin = Origin("oscar-sync.yaml", layer="settings")
    return (ServiceSettings(Which("alpha"), origin, protect=protect, seeds=seeds),)
