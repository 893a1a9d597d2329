"""What each cluster runs at this moment."""

from typing import Final

from msgspec import Struct

from oscar_sync.model.cluster import Cluster
from oscar_sync.model.form import Form
from oscar_sync.model.identity import ServiceKey
from oscar_sync.model.natural import natural
from oscar_sync.model.state import DeploymentState


class WorkerStatus(Struct, frozen=True):
    """A worker of a federated service, ``cluster`` as the definition names it.

    ``state`` is that of its runtime, or ``missing``, ``taken`` (another service is there)
    or ``unknown``; ``problem`` says why.
    """

    cluster: str
    service: str
    state: str
    problem: str = ""


class ServiceStatus(Struct, frozen=True):
    """One service. ``deployment`` is None where it was not asked for, ``form`` where it is missing.

    ``has_drifted`` is None where no manifest names the service, so nothing was compared.
    ``blocked`` is the code of why apply will not create a missing one. ``workers`` are those of an
    origin. ``origin`` is a worker's, ``CLUSTER/SERVICE``: as the run knows it, else by its mark.
    ``note`` is what nobody can see of it, blank for nothing. ``revision`` is the commit that it
    was last written from, as its mark says. ``renamed_from`` is what a missing one is called until
    the next apply.
    """

    key: ServiceKey
    form: Form | None
    deployment: DeploymentState | None
    has_drifted: bool | None
    is_ours: bool
    blocked: str = ""
    workers: tuple[WorkerStatus, ...] = ()
    origin: str = ""
    note: str = ""
    revision: str = ""
    renamed_from: str = ""

    @property
    def state(self) -> str:
        if self.form is None:
            return "missing"
        return self.deployment.state if self.deployment else ""


class StorageStatus(Struct, frozen=True):
    """A declared ``bucket NAME`` or ``volume NAME``; ``access`` is a bucket's, as OSCAR tells it.

    ``state`` is ``there``, ``missing`` or the code of why apply does nothing about it.
    """

    name: str
    state: str
    has_drifted: bool
    access: str = ""


_RANK: Final = (
    "failed",
    "missing",
    "degraded",
    "unknown",
    "pending",
    "unavailable",
    "stopped",
    "not reported",
)


class ClusterStatus(Struct, frozen=True):
    """One cluster; ``problem`` is why it could not be read."""

    cluster: Cluster
    services: tuple[ServiceStatus, ...] = ()
    version: str = ""
    problem: str = ""
    storage: tuple[StorageStatus, ...] = ()

    @property
    def worst_first(self) -> tuple[ServiceStatus, ...]:
        return tuple(sorted(self.services, key=_rank))


def _rank(service: ServiceStatus) -> tuple[int, bool, tuple[list[str | int], str]]:
    place = _RANK.index(service.state) if service.state in _RANK else len(_RANK)
    return place, not service.has_drifted, natural(service.key.name)
