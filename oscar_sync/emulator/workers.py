"""What an origin writes to the members of its federation (oscar-server 8)."""

from oscar_sync.emulator.binding import Document

__all__ = ["has_local_buckets", "is_worker", "keeps_token", "members_of", "worker_of"]

_WORKER = "oscar.grycap/federation-worker"
_ORIGIN_CLUSTER = "oscar.grycap/origin-cluster"
_ORIGIN_SERVICE = "oscar.grycap/origin-service"


def members_of(definition: Document) -> list[Document]:
    federation = definition["federation"]
    return federation["members"] if federation else []


def is_worker(definition: Document) -> bool:
    """Return whether an origin elsewhere wrote the service; a worker has no workers itself."""
    return str(definition["annotations"].get(_WORKER, "")).strip().lower() == "true"


def keeps_token(definition: Document) -> bool:
    """Return whether the server takes the body's token (oscar-server 12 item 16)."""
    return bool(definition["annotations"].get(_WORKER) == "true")


def _is_mesh(definition: Document) -> bool:
    federation = definition["federation"]
    return bool(federation and federation["topology"].lower() == "mesh")


def has_local_buckets(definition: Document) -> bool:
    """Return whether the cluster makes buckets for it: not for a worker in a mesh."""
    return not (is_worker(definition) and _is_mesh(definition))


def worker_of(origin: Document, member: Document, refresh_token: str) -> Document:
    """Return the definition that a member's cluster gets.

    Its secrets are blank, but for the refresh token in a mesh; log-ins of clusters are left out.
    """
    secrets = dict.fromkeys(origin["environment"]["secrets"], "")
    if _is_mesh(origin):
        secrets["refresh_token"] = refresh_token
    federation = origin["federation"]
    group = federation["group_id"].strip() or origin["name"]
    return {
        **origin,
        "name": member["service_name"],
        "cluster_id": member["cluster_id"],
        "federation": {**federation, "group_id": group, "members": _others(origin, member)},
        "clusters": {
            name: {**known, "auth_user": "", "auth_password": ""}
            for name, known in origin["clusters"].items()
        },
        "environment": {**origin["environment"], "secrets": secrets},
        "annotations": {**origin["annotations"], **_marks(origin)},
    }


def _marks(origin: Document) -> dict[str, str]:
    """Return the annotations of a worker; an origin without cluster_id sets none."""
    cluster = origin["cluster_id"]
    marks = {_WORKER: "true", _ORIGIN_CLUSTER: cluster, _ORIGIN_SERVICE: origin["name"]}
    return marks if cluster else {}


def _others(origin: Document, member: Document) -> list[Document]:
    """Return the members that a worker knows: in a mesh the origin and all others."""
    if not _is_mesh(origin):
        return []
    back = {
        "type": "oscar",
        "cluster_id": origin["cluster_id"],
        "service_name": origin["name"],
        "url": "",
        "ssl_verify": False,
        "priority": 0,
        "headers": {},
    }
    place = (member["cluster_id"], member["service_name"])
    members = members_of(origin)
    return [back, *(one for one in members if (one["cluster_id"], one["service_name"]) != place)]
