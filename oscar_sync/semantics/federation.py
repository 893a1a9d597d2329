"""Federations: what an origin's writes do on the clusters of its members (oscar-server 6.5, 8).

POST makes a worker on each member; one that fails is rolled back, and the roll-back sends a DELETE,
with its buckets, for every member's service, also for one that was there before. PUT writes each
member's service, whoever's it is, and makes none. DELETE leaves the workers.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.model.field import Value
from oscar_sync.model.form import Account, Form, Replica
from oscar_sync.model.secret import Secret
from oscar_sync.semantics.stores import leads_to

WORKER: Final = "oscar.grycap/federation-worker"
ORIGIN_CLUSTER: Final = "oscar.grycap/origin-cluster"
ORIGIN_SERVICE: Final = "oscar.grycap/origin-service"

_OF_PLACEHOLDER: Final = ("image", "script", "memory", "cpu", "vo")
_SPREAD: Final = ("image", "script", "memory", "cpu", "input", "output")
"""What a worker has as its origin. No record shows a worker: `buildWorkerService` of
pkg/utils/federation.go, the same in 4.1.0 and 4.1.2, copies the definition and changes none of
these, and `normalizeStoragePaths` of pkg/handlers/create.go leaves a path with a bucket as it is.
"""


class Member(Struct, frozen=True):
    """A member of a federation: OSCAR writes ``service`` on the cluster at ``endpoint``.

    ``cluster`` is its name in the definition; ``endpoint`` is blank where that does not say it.
    """

    cluster: str
    service: str
    endpoint: str = ""

    def __str__(self) -> str:
        return f"{self.cluster or '(no cluster)'}/{self.service or '(no service)'}"


def members_of(form: Form) -> tuple[Member, ...]:
    """Return the members, of any type and in order: a write is sent to each of them."""
    named = form.federation.members if form.federation else ()
    return tuple(_member(one, form.clusters or {}) for one in named)


def _member(one: Replica, clusters: Mapping[str, Account]) -> Member:
    endpoint = clusters.get(one.cluster_id, {}).get("endpoint")
    return Member(one.cluster_id, one.service_name, str(endpoint or "").strip())


def without_members(form: Form) -> Form:
    if form.federation is None:
        return form
    return replace(form, federation=replace(form.federation, members=()))


def placeholder(
    form: Form, member: Member, origin: str, ours: Mapping[str, str], token: str
) -> dict[str, Value]:
    """Return the body of an empty worker, which a PUT of *form*, its origin, fills (1.3, 8)."""
    # It makes no bucket. By *ours*, the annotations of ours on the origin, or by what OSCAR writes
    # on workers where there is a ``cluster_id``, it is known as that origin's. The server takes the
    # token of what is marked as a worker: the origin's.
    cluster = form.cluster_id or ""
    marks = {WORKER: "true", ORIGIN_CLUSTER: cluster, ORIGIN_SERVICE: origin} if cluster else {}
    body: dict[str, Value] = {
        "name": member.service,
        "cluster_id": member.cluster,
        "annotations": {**marks, **ours},
        **{
            name: getattr(form, name) for name in _OF_PLACEHOLDER if getattr(form, name) is not None
        },
        "environment": {},
        "input": [],
        "output": [],
        "expose": {},
    }
    return {**body, "token": Secret(token)} if marks else body


def parted_from_origin(worker: Form, origin: Form) -> str:
    # Only what each release stores as it is sent; a placeholder lacks its federation.
    parted = [name for name in _SPREAD if getattr(worker, name) != getattr(origin, name)]
    return ", ".join(parted if worker.federation else ["federation", *parted])


def is_mesh(form: Form) -> bool:
    """Tell whether the workers have no buckets of their own (oscar-server 8)."""
    return form.federation is not None and form.federation.topology.lower() == "mesh"


def is_worker(annotations: Mapping[str, str]) -> bool:
    return annotations.get(WORKER, "").strip().lower() == "true"


def origin_of(annotations: Mapping[str, str]) -> str:
    """Return the origin that OSCAR wrote on a worker, ``CLUSTER/SERVICE``; blank on others."""
    if not is_worker(annotations):
        return ""
    return f"{annotations.get(ORIGIN_CLUSTER, '')}/{annotations.get(ORIGIN_SERVICE, '')}"


def is_worker_of(annotations: Mapping[str, str], cluster: str, service: str) -> bool:
    origin = annotations.get(ORIGIN_CLUSTER, ""), annotations.get(ORIGIN_SERVICE, "")
    return is_worker(annotations) and bool(cluster) and origin == (cluster, service)


def is_same_endpoint(one: str, other: str) -> bool:
    return leads_to(one, [other]) and _path(one) == _path(other)


def _path(endpoint: str) -> str:
    return urlsplit(endpoint).path.strip("/")
