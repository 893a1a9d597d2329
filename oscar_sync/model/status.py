"""What each cluster runs at this moment."""

from msgspec import Struct

from oscar_sync.model.cluster import Cluster
from oscar_sync.model.field import Form
from oscar_sync.model.identity import ServiceKey
from oscar_sync.model.state import Deployment


class ServiceStatus(Struct, frozen=True):
    """One service. ``deployment`` is None where it was not asked for, ``form`` where it is missing.

    ``has_drifted`` is None where no manifest names the service, so nothing was compared.
    ``blocked`` is the code of why apply will not create a missing one.
    """

    key: ServiceKey
    form: Form | None
    deployment: Deployment | None
    has_drifted: bool | None
    is_ours: bool
    blocked: str = ""

    @property
    def state(self) -> str:
        """Return its state in a word, blank where it was not asked for."""
        if self.form is None:
            return "missing"
        return self.deployment.state if self.deployment else ""


class ClusterStatus(Struct, frozen=True):
    """One cluster; ``problem`` is why it could not be read."""

    cluster: Cluster
    services: tuple[ServiceStatus, ...] = ()
    version: str = ""
    problem: str = ""
