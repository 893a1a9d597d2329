"""The codes of what ``doctor`` finds: stable, never reused; and how much each weighs."""

from enum import StrEnum
from typing import Final

from oscar_sync.model.diagnostic import Severity
from oscar_sync.model.finding import Finding, FindingSubject, Remedy
from oscar_sync.model.state import BucketCount


class FindingCode(StrEnum):
    """OSY40x services, OSY42x before an upgrade, OSY60x and 61x buckets, OSY62x volumes."""

    UNREADABLE = "OSY401"
    OWNER_LOST = "OSY402"
    NAMESAKES = "OSY403"
    HALF_REMOVED = "OSY404"
    UNMARKED_WORKER = "OSY405"
    ORIGIN_GONE = "OSY406"
    NOT_READ_THEN = "OSY421"
    LOST_THEN = "OSY422"
    NOT_BUILT_THEN = "OSY423"
    STUCK_THEN = "OSY424"
    HIDDEN_THEN = "OSY425"
    SECRET_LEFT_THEN = "OSY426"
    MOVED_THEN = "OSY427"
    HOOK_MISSING = "OSY601"
    HOOK_STALE = "OSY602"
    HOOK_DEAD = "OSY603"
    HOOK_ASLEEP = "OSY604"
    HOOK_DEAF = "OSY605"
    BUCKET_MISSING = "OSY611"
    BUCKET_ORPHAN = "OSY612"
    BUCKET_UNTAGGED = "OSY613"
    BUCKET_KEPT = "OSY614"
    BUCKET_OPEN = "OSY615"
    VOLUME_KEPT = "OSY621"
    VOLUME_GONE = "OSY622"


TITLES: Final = {
    FindingCode.UNREADABLE: "the server cannot read a service's definition, and so lists none",
    FindingCode.OWNER_LOST: "a service has lost its owner",
    FindingCode.NAMESAKES: "two services have one name",
    FindingCode.HALF_REMOVED: "a removal or replacement was not finished",
    FindingCode.UNMARKED_WORKER: "a service looks like a federation worker without its mark",
    FindingCode.ORIGIN_GONE: "the origin of a federation worker does not exist",
    FindingCode.NOT_READ_THEN: "the newer release cannot read a service's definition",
    FindingCode.LOST_THEN: "the newer release ignores what a service sets",
    FindingCode.NOT_BUILT_THEN: "the newer release does not create a service by one POST",
    FindingCode.STUCK_THEN: "the newer release cannot update or fully delete an exposed service",
    FindingCode.HIDDEN_THEN: "the newer release hides a service from its users",
    FindingCode.SECRET_LEFT_THEN: "the newer release leaves the old Secret of a service behind",
    FindingCode.MOVED_THEN: "a path means another bucket to the newer release",
    FindingCode.HOOK_MISSING: "uploads to an input start nothing",
    FindingCode.HOOK_STALE: "uploads start a service that does not want them",
    FindingCode.HOOK_DEAD: "a notification names a service that does not exist",
    FindingCode.HOOK_ASLEEP: "hidden notifications of removed services may be left in buckets",
    FindingCode.HOOK_DEAF: "a notification of a per-user bucket never fires",
    FindingCode.BUCKET_MISSING: "a bucket that a service uses does not exist",
    FindingCode.BUCKET_ORPHAN: "no service uses a bucket without an owner tag",
    FindingCode.BUCKET_UNTAGGED: "a bucket has no owner tag",
    FindingCode.BUCKET_KEPT: "a bucket that no service uses",
    FindingCode.BUCKET_OPEN: "a bucket is open to everybody, and the services on it are not",
    FindingCode.VOLUME_KEPT: "a volume that no service uses",
    FindingCode.VOLUME_GONE: "a volume that a service mounts does not exist",
}

_SUBJECTS: Final = {
    "OSY40": FindingSubject.SERVICE,
    "OSY42": FindingSubject.SERVICE,
    "OSY60": FindingSubject.BUCKET,
    "OSY61": FindingSubject.BUCKET,
    "OSY62": FindingSubject.VOLUME,
}
_ERRORS: Final = {
    FindingCode.UNREADABLE,
    FindingCode.NAMESAKES,
    FindingCode.NOT_READ_THEN,
    FindingCode.LOST_THEN,
    FindingCode.STUCK_THEN,
    FindingCode.MOVED_THEN,
    FindingCode.HOOK_MISSING,
    FindingCode.BUCKET_MISSING,
    FindingCode.VOLUME_GONE,
}
_NOTES: Final = {
    FindingCode.UNMARKED_WORKER,
    FindingCode.HOOK_ASLEEP,
    FindingCode.BUCKET_UNTAGGED,
    FindingCode.BUCKET_KEPT,
    FindingCode.VOLUME_KEPT,
}


def finding(
    code: FindingCode,
    name: str,
    message: str,
    why: str,
    *remedies: Remedy,
    holds: BucketCount | None = None,
) -> Finding:
    severity = Severity.NOTE if code in _NOTES else Severity.WARNING
    severity = Severity.ERROR if code in _ERRORS else severity
    return Finding(code, severity, _SUBJECTS[code[:5]], name, message, why, remedies, holds)
