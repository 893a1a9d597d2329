"""What each cluster runs, as a document."""

from collections.abc import Sequence
from typing import Self

from pydantic import Field

from oscar_sync.model.status import ClusterStatus, ServiceStatus
from oscar_sync.published.base import OrNone, Published, Text, where_given
from oscar_sync.semantics.use import address_of, kind_of


class WorkerEntry(Published):
    """A worker of a federated service, ``cluster`` as the definition names it."""

    cluster: Text
    service: Text
    state: OrNone
    problem: OrNone


class ServiceEntry(Published):
    """One service; ``drifted`` is None where no manifest names it.

    ``revision`` is the commit that it was last written from.
    """

    service: Text
    state: OrNone
    reason: OrNone
    kind: OrNone
    address: OrNone
    drifted: bool | None
    ours: bool
    blocked: OrNone
    origin: OrNone
    note: OrNone
    renamed_from: OrNone = where_given()
    workers: tuple[WorkerEntry, ...]
    revision: OrNone

    @classmethod
    def of(cls, one: ClusterStatus, service: ServiceStatus) -> Self:
        """Return *service* of the cluster *one*."""
        kind = kind_of(service.form) if service.form is not None else ""
        name = str(service.key.name)
        return cls(
            service=name,
            state=service.state,
            reason=service.deployment.reason if service.deployment else "",
            kind=kind,
            address=address_of(one.cluster, name) if kind == "exposed" else "",
            drifted=service.has_drifted,
            ours=service.is_ours,
            blocked=service.blocked,
            origin=service.origin,
            note=service.note,
            renamed_from=service.renamed_from,
            workers=tuple(map(WorkerEntry.model_validate, service.workers)),
            revision=service.revision,
        )


class StorageEntry(Published):
    """A declared ``bucket NAME`` or ``volume NAME``; ``state``: there, missing, or a reason."""

    name: Text
    state: Text
    drifted: bool = Field(validation_alias="has_drifted")
    access: OrNone


class ClusterServices(Published):
    """One cluster with its services, the worst first; ``problem`` is why it was not read."""

    id: Text
    endpoint: Text
    version: Text
    problem: OrNone
    services: tuple[ServiceEntry, ...]
    storage: tuple[StorageEntry, ...]


class StatusDocument(Published):
    """What each cluster runs; ``narrowed`` says what of it was selected."""

    clusters: tuple[ClusterServices, ...]
    narrowed: OrNone

    @classmethod
    def of(cls, clusters: Sequence[ClusterStatus], narrowed: str = "") -> Self:
        """Return the document of *clusters*."""
        return cls(
            clusters=tuple(
                ClusterServices(
                    id=one.cluster.id,
                    endpoint=one.cluster.endpoint,
                    version=one.version,
                    problem=one.problem,
                    services=tuple(ServiceEntry.of(one, service) for service in one.worst_first),
                    storage=tuple(map(StorageEntry.model_validate, one.storage)),
                )
                for one in clusters
            ),
            narrowed=narrowed,
        )
