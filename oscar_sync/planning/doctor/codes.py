"""The codes of what ``doctor`` finds: stable, never reused; and how much each weighs."""

from enum import StrEnum
from typing import Final, Self

from oscar_sync.model.diagnostic import Severity
from oscar_sync.model.finding import Finding, FindingSubject, Remedy
from oscar_sync.model.state import BucketCount


class FindingCode(StrEnum):
    """OSY40x services, OSY42x before an upgrade, OSY60x and 61x buckets, OSY62x volumes."""

    severity: Severity

    def __new__(cls, code: str, severity: Severity) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.severity = severity
        return member

    UNREADABLE = "OSY401", Severity.ERROR
    OWNER_LOST = "OSY402", Severity.WARNING
    NAMESAKES = "OSY403", Severity.ERROR
    HALF_REMOVED = "OSY404", Severity.WARNING
    UNMARKED_WORKER = "OSY405", Severity.NOTE
    ORIGIN_GONE = "OSY406", Severity.WARNING
    NOT_READ_THEN = "OSY421", Severity.ERROR
    LOST_THEN = "OSY422", Severity.ERROR
    NOT_BUILT_THEN = "OSY423", Severity.WARNING
    STUCK_THEN = "OSY424", Severity.ERROR
    HIDDEN_THEN = "OSY425", Severity.WARNING
    SECRET_LEFT_THEN = "OSY426", Severity.WARNING
    MOVED_THEN = "OSY427", Severity.ERROR
    HOOK_MISSING = "OSY601", Severity.ERROR
    HOOK_STALE = "OSY602", Severity.WARNING
    HOOK_DEAD = "OSY603", Severity.WARNING
    HOOK_ASLEEP = "OSY604", Severity.NOTE
    HOOK_DEAF = "OSY605", Severity.WARNING
    BUCKET_MISSING = "OSY611", Severity.ERROR
    BUCKET_ORPHAN = "OSY612", Severity.WARNING
    BUCKET_UNTAGGED = "OSY613", Severity.NOTE
    BUCKET_KEPT = "OSY614", Severity.NOTE
    BUCKET_OPEN = "OSY615", Severity.WARNING
    VOLUME_KEPT = "OSY621", Severity.NOTE
    VOLUME_GONE = "OSY622", Severity.ERROR


_SUBJECTS: Final = {
    "OSY40": FindingSubject.SERVICE,
    "OSY42": FindingSubject.SERVICE,
    "OSY60": FindingSubject.BUCKET,
    "OSY61": FindingSubject.BUCKET,
    "OSY62": FindingSubject.VOLUME,
}


def finding(
    code: FindingCode,
    name: str,
    message: str,
    why: str,
    *remedies: Remedy,
    holds: BucketCount | None = None,
) -> Finding:
    return Finding(code, code.severity, _SUBJECTS[code[:5]], name, message, why, remedies, holds)
