"""What ``doctor`` found on each cluster, as a document."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, PlainSerializer

from oscar_sync.model.diagnostic import Severity
from oscar_sync.model.finding import By, Examination, FindingSubject
from oscar_sync.published.base import DOCUMENT_VERSION, OrNone, Published, Text, from_path
from oscar_sync.published.diagnostics import SeverityCounts

Second = Annotated[
    datetime, PlainSerializer(lambda time: f"{time:%Y-%m-%dT%H:%M:%SZ}", return_type=str)
]


class RemedyEntry(Published):
    """One way to go on: who can do it, what, and the exact command where there is one."""

    by: By
    what: Text
    do: OrNone


class Contents(Published):
    """What a bucket holds; ``at_least``: the listing was cut."""

    objects: int
    bytes: int = Field(validation_alias="size_bytes")
    at_least: bool = Field(validation_alias="is_at_least")
    last_write: Second | None


class FindingEntry(Published):
    """One thing that is not as it should be; ``holds`` is what a bucket holds, where counted."""

    code: Text = Field(pattern="^OSY[46][0-9]{2}$")
    severity: Severity
    subject: FindingSubject
    name: Text
    message: Text
    why: Text
    remedies: tuple[RemedyEntry, ...]
    holds: Contents | None


class ExaminedCluster(Published):
    """One cluster; ``problem`` is why it could not be read."""

    id: Text = from_path("cluster", "id")
    endpoint: Text = from_path("cluster", "endpoint")
    version: Text
    problem: OrNone
    services: int
    buckets: int
    findings: tuple[FindingEntry, ...]
    notes: tuple[Text, ...]


class DoctorDocument(Published):
    """What was found on each cluster, worst first."""

    format_version: Literal["1.0"]
    before_upgrade: Text | None
    clusters: tuple[ExaminedCluster, ...]
    summary: SeverityCounts

    @classmethod
    def of(cls, clusters: Sequence[Examination], before_upgrade: str = "") -> Self:
        """Return the document of *clusters*."""
        severities = [finding.severity for one in clusters for finding in one.findings]
        return cls(
            format_version=DOCUMENT_VERSION,
            before_upgrade=before_upgrade or None,
            clusters=tuple(map(ExaminedCluster.model_validate, clusters)),
            summary=SeverityCounts.of(severities),
        )
