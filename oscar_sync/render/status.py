"""What each cluster runs, as a table for each cluster."""

from collections.abc import Iterator, Sequence
from typing import Final

from oscar_sync.model.amounts import plural
from oscar_sync.model.cluster import Cluster
from oscar_sync.model.status import ClusterStatus, ServiceStatus, StorageStatus
from oscar_sync.render.folding import folded
from oscar_sync.render.table import Row, Table, table_text
from oscar_sync.render.usage import cluster_flag
from oscar_sync.render.words import safe
from oscar_sync.semantics.use import address_of, kind_of, places_of

_TITLES: Final = ("SERVICE", "STATE", "DRIFTED", "MANAGED", "ENDPOINT")


_STORAGE_TITLES: Final = ("DECLARED", "STATE", "DRIFTED", "ACCESS")


def status_text(
    clusters: Sequence[ClusterStatus], width: int | None = None, narrowed: str = ""
) -> str:
    is_one = len(clusters) == 1
    heading = safe(f"{narrowed}, as the clusters show it") + "\n" if narrowed else ""
    return heading + "\n".join(_cluster_text(one, width, is_one=is_one) for one in clusters)


def _cluster_text(one: ClusterStatus, width: int | None, *, is_one: bool) -> str:
    heading = f"{one.cluster.id}   {one.cluster.endpoint}"
    if one.problem:
        return _line(f"{heading}   NOT READ: {one.problem}", width)
    ours = sum(service.is_ours for service in one.services if service.form is not None)
    live = sum(service.form is not None for service in one.services)
    words = f"{plural(live, 'service')}, {ours} managed"
    heading += f"   OSCAR {one.version or 'of unknown release'}   {words}"
    tables = []
    if one.services:
        rows = tuple(_row(one.cluster, service, is_one=is_one) for service in one.worst_first)
        tables.append(Table(_TITLES, rows))
    if one.storage:
        tables.append(Table(_STORAGE_TITLES, tuple(map(_storage_row, one.storage))))
    return _line(heading, width) + "\n".join(table_text(table, width) for table in tables)


def _line(text: str, width: int | None) -> str:
    return (folded(safe(text), width) if width else safe(text)) + "\n"


def _storage_row(one: StorageStatus) -> Row:
    return Row((one.name, one.state, "yes" if one.has_drifted else "no", one.access or "-"))


def _row(cluster: Cluster, service: ServiceStatus, *, is_one: bool) -> Row:
    cells = (
        str(service.key.name),
        service.state or "-",
        {None: "-", True: "yes", False: "no"}[service.has_drifted],
        "-" if service.form is None else "yes" if service.is_ours else "no",
        _endpoint(cluster, service, is_one=is_one),
    )
    return Row(cells, tuple(_beneath(service)))


def _beneath(service: ServiceStatus) -> Iterator[str]:
    reason = service.deployment.reason if service.deployment else ""
    if reason and service.state != "ready":
        yield f"reason: {reason}"
    if service.revision:
        yield f"from commit {service.revision}"
    if service.note:
        yield f"whether uploads start it is not known: {service.note}"
    if service.origin:
        yield f"worker of {service.origin}"
    for worker in service.workers:
        why = f": {worker.problem}" if worker.problem else ""
        yield f"worker {worker.cluster}/{worker.service}: {worker.state or 'there'}{why}"


def _endpoint(cluster: Cluster, service: ServiceStatus, *, is_one: bool) -> str:
    """Return how the service is used; a command names the cluster unless it is the only one."""
    if service.form is None:
        if service.blocked:
            return f"not created: {service.blocked}; oscar-sync plan says why"
        if service.renamed_from:
            return f"oscar-sync apply renames {service.renamed_from} to it"
        return "oscar-sync apply creates it"
    match kind_of(service.form):
        case "exposed":
            return address_of(cluster, service.key.name)
        case "uploads":
            return f"uploads to {places_of(service.form)}"
        case _:
            command = f"oscar-sync service run {service.key.name}"
            return command if is_one else f"{command} -c {cluster_flag(cluster)}"
