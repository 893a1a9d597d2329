"""The text of findings: worst first, what they share told once, weights as people read them."""

from datetime import UTC, datetime

from oscar_sync.model.cluster import Cluster
from oscar_sync.model.diagnostic import Severity
from oscar_sync.model.finding import By, Examination, Finding, FindingSubject, Remedy
from oscar_sync.model.identity import ClusterId
from oscar_sync.model.state import BucketCount
from oscar_sync.published.doctor import DoctorDocument
from oscar_sync.render.doctor import findings_text

CLUSTER = Cluster(ClusterId("edge"), "https://oscar.example.org", "edge", None)
WRITTEN = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
FINDINGS = (
    Finding(
        "OSY401",
        Severity.ERROR,
        FindingSubject.SERVICE,
        "bad\x1b[2J",
        "it cannot be read",
        "nobody sees any service",
        (Remedy(By.OPERATOR, "mend it", "kubectl -n oscar-svc edit configmap bad"),),
    ),
    *(
        Finding(
            "OSY421",
            Severity.ERROR,
            FindingSubject.SERVICE,
            name,
            "OSCAR 4.1.0 cannot read it",
            "no release migrates what another stored, so that the list fails for everybody then",
            (Remedy(By.YOU, "take it away before", "oscar-sync remove --all"),),
        )
        for name in ("one", "two")
    ),
    Finding(
        "OSY614",
        Severity.NOTE,
        FindingSubject.BUCKET,
        "archive",
        "no service uses it",
        "it is kept",
        (Remedy(By.YOU, "keep it"), Remedy(By.OPERATOR, "or", "mc event remove edge/archive")),
        BucketCount(100_000, 320_000_000, WRITTEN, is_at_least=True),
    ),
)
WHOLE = Examination(CLUSTER, "4.0.0", FINDINGS, ("the store is not reachable",), 3, 1)
TEXT = """\
edge   https://oscar.example.org   OSCAR 4.0.0 -> 4.1.0   3 services, 1 bucket

BROKEN (1)
 x OSY401  service bad\\x1b[2J: it cannot be read
     why       nobody sees any service
     operator  mend it:
                 kubectl -n oscar-svc edit configmap bad

BEFORE THE UPGRADE TO 4.1.0 (2)
 x OSY421  service one: OSCAR 4.1.0 cannot read it
 x OSY421  service two: OSCAR 4.1.0 cannot read it
     why       no release migrates what another stored, so that the
               list fails for everybody then
     you       take it away before:
                 oscar-sync remove --all

FOR INFORMATION (1)
 - OSY614  bucket archive: no service uses it; it holds at least 100,000 objects, 320 MB, \
last write 2026-01-02 03:04Z
     why       it is kept
     you       keep it
     operator  or:
                 mc event remove edge/archive

NOTES
 - the store is not reachable

Found: 2 to settle before the upgrade, 1 broken, 0 left behind, 1 for information. \
Buckets that no service uses: 1, at least 320 MB.
mc knows the store after: mc alias set edge ADDRESS   (it asks for the store's keys)
"""


def test_the_text_of_findings():
    assert findings_text((WHOLE,), "4.1.0", width=70) == TEXT


def test_a_cluster_that_was_not_read_is_one_line():
    unread = Examination(CLUSTER, problem="the connection was refused")
    nothing = Examination(CLUSTER, "")
    assert findings_text((unread, nothing)) == (
        "edge   https://oscar.example.org   NOT READ: the connection was refused\n\n"
        "edge   https://oscar.example.org   OSCAR of unknown release   0 services, 0 buckets\n\n"
        "Nothing found.\n"
    )


def test_the_document_counts_what_weighs_alike():
    document = DoctorDocument.of((WHOLE,), "4.1.0").data
    assert document["summary"] == {"error": 3, "warning": 0, "note": 1}
    assert document["before_upgrade"] == "4.1.0"
