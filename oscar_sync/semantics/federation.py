"""Federations: what an origin's writes do on the clusters of its members (oscar-server 6.5, 8).

POST makes a worker on each member; one that fails is rolled back, and the roll-back sends a DELETE,
with its buckets, for every member's service, also for one that was there before. PUT writes each
member's service, whoever's it is, and makes none. DELETE leaves the workers.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from oscar_sync.model.field import Form, Value
from oscar_sync.model.secret import Secret
from oscar_sync.semantics.buckets import blocks
from oscar_sync.semantics.stores import leads_to

WORKER: Final = "oscar.grycap/federation-worker"
ORIGIN_CLUSTER: Final = "oscar.grycap/origin-cluster"
ORIGIN_SERVICE: Final = "oscar.grycap/origin-service"

_OF_PLACEHOLDER: Final = ("image", "script", "memory", "cpu", "vo")
_SPREAD: Final = ("image", "script", "memory", "cpu", "input", "output")


class Member(Struct, frozen=True):
    """A member of a federation: OSCAR writes ``service`` on the cluster at ``endpoint``.

    ``cluster`` is its name in the definition; ``endpoint`` is blank where that does not say it.
    """

    cluster: str
    service: str
    endpoint: str = ""

    def __str__(self) -> str:
        """Return it as people are told: ``CLUSTER/SERVICE``."""
        return f"{self.cluster or '(no cluster)'}/{self.service or '(no service)'}"


def members_of(form: Form) -> tuple[Member, ...]:
    """Return the members, of any type and in order: a write is sent to each of them."""
    federation = form.get("federation")
    clusters = form.get("clusters")
    known = clusters if isinstance(clusters, dict) else {}
    named = blocks(federation, "members") if isinstance(federation, dict) else []
    return tuple(_member(block, known) for block in named)


def _member(block: Mapping[str, Value], clusters: Mapping[str, Value]) -> Member:
    cluster = str(block.get("cluster_id") or "")
    entry = clusters.get(cluster)
    endpoint = entry.get("endpoint") if isinstance(entry, dict) else ""
    return Member(cluster, str(block.get("service_name") or ""), str(endpoint or "").strip())


def without_members(form: Form) -> dict[str, Value]:
    """Return *form* so that a PUT of it reaches no other cluster."""
    federation = form.get("federation")
    if not isinstance(federation, dict):
        return dict(form)
    return {**form, "federation": {**federation, "members": []}}


def placeholder(
    form: Form, member: Member, origin: str, ours: Mapping[str, str], token: str
) -> Form:
    """Return an empty worker of *form*, which a PUT of the origin *origin* fills (1.3, 8).

    It makes no bucket. By *ours*, the annotations of ours on the origin, or by what OSCAR writes on
    workers where there is a ``cluster_id``, it is known as that origin's. The server takes the
    token of what is marked as a worker: the origin's.
    """
    cluster = str(form.get("cluster_id") or "")
    marks = {WORKER: "true", ORIGIN_CLUSTER: cluster, ORIGIN_SERVICE: origin} if cluster else {}
    body: dict[str, Value] = {
        "name": member.service,
        "cluster_id": member.cluster,
        "annotations": {**marks, **ours},
        **{name: form[name] for name in _OF_PLACEHOLDER if form.get(name) is not None},
    }
    return {**body, "token": Secret(token)} if marks else body


def parted_from_origin(worker: Form, origin: Form) -> str:
    """Return the fields in which *worker* is not what its origin spreads, blank for none.

    Only what each release stores as it is sent; a placeholder lacks its federation.
    """
    parted = [name for name in _SPREAD if worker.get(name) != origin.get(name)]
    return ", ".join(parted if worker.get("federation") else ["federation", *parted])


def is_mesh(form: Form) -> bool:
    """Tell whether the workers have no buckets of their own (oscar-server 8)."""
    federation = form.get("federation")
    return isinstance(federation, dict) and str(federation.get("topology")).lower() == "mesh"


def is_worker(annotations: Mapping[str, str]) -> bool:
    """Tell whether an origin on another cluster writes the service."""
    return annotations.get(WORKER, "").strip().lower() == "true"


def origin_of(annotations: Mapping[str, str]) -> str:
    """Return the origin that OSCAR wrote on a worker, ``CLUSTER/SERVICE``; blank on others."""
    if not is_worker(annotations):
        return ""
    return f"{annotations.get(ORIGIN_CLUSTER, '')}/{annotations.get(ORIGIN_SERVICE, '')}"


def is_worker_of(annotations: Mapping[str, str], cluster: str, service: str) -> bool:
    """Tell whether the origin is *service* of the cluster that calls itself *cluster*."""
    origin = annotations.get(ORIGIN_CLUSTER, ""), annotations.get(ORIGIN_SERVICE, "")
    return is_worker(annotations) and bool(cluster) and origin == (cluster, service)


def is_same_endpoint(one: str, other: str) -> bool:
    """Tell whether two addresses of OSCAR's API are one: host, port and path."""
    return leads_to(one, [other]) and _path(one) == _path(other)


def _path(endpoint: str) -> str:
    return urlsplit(endpoint).path.strip("/")
