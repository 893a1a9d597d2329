"""What is wrong or left behind on one cluster, by what was read of it (oscar-server 5, 6, 12).

Whatever is not known yet is asked for by the facts, as a plan does.
"""

from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct

from oscar_sync.model.diagnostic import Severity
from oscar_sync.model.finding import Finding
from oscar_sync.planning.context import Context
from oscar_sync.planning.doctor.buckets import bucket_findings
from oscar_sync.planning.doctor.notifications import notification_findings
from oscar_sync.planning.doctor.released import released_notes
from oscar_sync.planning.doctor.services import secret_notes, service_findings
from oscar_sync.planning.doctor.upgrade import upgrade_findings, upgrade_notes
from oscar_sync.planning.doctor.volumes import volume_findings
from oscar_sync.planning.notes import ONCE_PUBLIC, access_notes, unseen_tokens
from oscar_sync.semantics.capabilities import READ_ONLY, Release, shown_release

_ORDER: Final = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


class ClusterFindings(Struct, frozen=True):
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]


def cluster_findings(context: Context, then: Release | None = None) -> ClusterFindings:
    judges = _OF_SERVICES if READ_ONLY.holds(context.facts.view.release) else _JUDGES
    findings = [finding for judge in judges for finding in judge(context)]
    if then is not None:
        findings.extend(upgrade_findings(context.facts.view, then))
    findings.sort(key=_rank)
    notes = [*_notes(context), *upgrade_notes(context.facts.view, then)]
    return ClusterFindings(tuple(findings), tuple(notes))


def _rank(finding: Finding) -> tuple[int, bool, str, str, str]:
    place = _ORDER.index(finding.severity)
    return place, finding.is_of_upgrade, finding.code, finding.subject, finding.name


_Judges = tuple[Callable[[Context], Iterator[Finding]], ...]
_OF_SERVICES: Final[_Judges] = (service_findings,)
_JUDGES: Final[_Judges] = (*_OF_SERVICES, notification_findings, bucket_findings, volume_findings)


def _notes(context: Context) -> Iterator[str]:
    view = context.facts.view
    if view.unreadable:
        yield (
            "only services whose names are known from manifests and buckets were looked at, since "
            "the server lists none; what no service uses was not judged"
        )
    if READ_ONLY.holds(view.release):
        yield (
            "buckets, notifications and volumes were not judged: OSCAR "
            f"{shown_release(view.release)} does not show who owns them"
        )
    elif view.store_problem:
        yield f"notifications and weights were not looked at: {view.store_problem}"
    if not view.is_admin:
        yield "another user's services and buckets were not looked at: this log-in sees its own"
        if view.buckets:
            yield f"whether buckets are private is not known: {ONCE_PUBLIC}"
    if not READ_ONLY.holds(view.release):
        yield from released_notes(context)
    yield from access_notes(context)
    names = unseen_tokens(context)
    if names:
        yield (
            f"whether uploads start {', '.join(names)} is not known: OSCAR "
            f"{shown_release(view.release)} answers them 401 after an update by another tool, "
            "which no request shows; to be certain: oscar-sync adopt NAME, or oscar-sync apply "
            "where it differs, which registers a new token"
        )
    yield from secret_notes(context)
