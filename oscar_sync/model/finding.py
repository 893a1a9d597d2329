"""What ``doctor`` finds on a cluster: what it is, why it matters, and what removes it."""

from enum import StrEnum

from msgspec import Struct

from oscar_sync.model.cluster import Cluster
from oscar_sync.model.diagnostic import Severity
from oscar_sync.model.state import BucketCount


class FindingSubject(StrEnum):
    SERVICE = "service"
    BUCKET = "bucket"
    VOLUME = "volume"


class By(StrEnum):
    YOU = "you"
    OPERATOR = "operator"
    """Whoever has kubectl on the cluster, or the keys of its store."""


class Remedy(Struct, frozen=True):
    by: By
    what: str
    do: str = ""


class Finding(Struct, frozen=True):
    """One thing that is not as it should be, or that was left behind.

    ``code`` is stable; ``holds`` is what a bucket weighs, None where that was not counted.
    """

    code: str
    severity: Severity
    subject: FindingSubject
    name: str
    message: str
    why: str
    remedies: tuple[Remedy, ...]
    holds: BucketCount | None = None

    @property
    def is_of_upgrade(self) -> bool:
        """Tell whether it is nothing yet, and will be something after the upgrade."""
        return self.code.startswith("OSY42")


class Examination(Struct, frozen=True):
    """What was found on one cluster, worst first; ``problem`` is why it could not be read.

    ``notes`` say what could not be looked at. ``services`` and ``buckets`` count what was seen.
    """

    cluster: Cluster
    version: str = ""
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    services: int = 0
    buckets: int = 0
    problem: str = ""

    @property
    def is_read(self) -> bool:
        return not self.problem
