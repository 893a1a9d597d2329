"""Surveys and runs that a board of the tests shows."""

from datetime import UTC, datetime

from oscar_sync.model.cluster import Cluster
from oscar_sync.model.diagnostic import Severity
from oscar_sync.model.finding import By, Examination, Finding, FindingSubject, Remedy
from oscar_sync.model.identity import BucketName
from oscar_sync.model.run import PastRun, RunService
from oscar_sync.model.state import BucketCount, DeploymentState
from oscar_sync.model.status import ClusterStatus, ServiceStatus, StorageStatus
from oscar_sync.model.survey import Survey
from tests.support.forms import form
from tests.unit.render.subjects import EDGE, key, minio

_AT = datetime(2026, 3, 1, 3, 17, tzinfo=UTC)
COMMIT = "9f3c2b7d1e5a4c6b8d0f1a2b3c4d5e6f7a8b9c0d"


def full_survey(word="", planned_at=_AT):
    """Return a look at the cluster of a full plan, *word* wherever text comes from outside."""
    forms = {
        "detector": form(input=minio("video/in"), output=minio("video/frames")),
        "grayify": form(input=minio("video/frames"), output=minio("plants/grey")),
        "calm": form(),
        "web": form(expose={"api_port": 80}),
    }
    states = {
        "calm": DeploymentState("ready"),
        "web": DeploymentState("failed", f"ImagePullBackOff {word}"),
    }
    services = tuple(
        ServiceStatus(key(name), one, states.get(name), has_drifted=False, is_ours=True,
                      revision=f"{COMMIT}{word}")
        for name, one in forms.items()
    )  # fmt: skip
    storage = (
        StorageStatus("bucket plants", "there", has_drifted=False, access="private"),
        StorageStatus("volume models", "missing", has_drifted=True),
    )
    cluster = Cluster(EDGE, "https://edge.example", "edge", None)
    remedies = (
        Remedy(By.YOU, f"delete it {word}", "oscar-sync bucket rm leftover"),
        Remedy(By.OPERATOR, "restart the store"),
    )
    finding = Finding("OSY401", Severity.WARNING, FindingSubject.BUCKET, f"leftover{word}",
                      f"no service uses it {word}", "it takes room", remedies)  # fmt: skip
    worse = Finding("OSY402", Severity.ERROR, FindingSubject.SERVICE, "web",
                    "its image cannot be pulled", "it does not start", remedies[:1])  # fmt: skip
    contents = {
        (EDGE, BucketName("video")): BucketCount(12_345, 9_876_543_210),
        (EDGE, BucketName("plants")): BucketCount(1, 6, is_at_least=True),
    }
    return Survey(
        _AT,
        planned_at,
        (ClusterStatus(cluster, services, "4.1.2", storage=storage),),
        (Examination(cluster, findings=(worse, finding)),),
        contents,
        {key("detector"): 3, key("calm"): 1},
    )


def some_runs(word=""):
    """Return runs that ended well and that did not."""
    done = RunService("edge-1", "detector", "update", "done")
    failed = RunService("edge-1", f"grayify{word}", "update", "failed")
    return (
        PastRun("2026-03-01T03:10:04Z", "watch", 0, "imaging", "", COMMIT, f"Ada {word}",
                f"More memory {word}", services=(done,)),
        PastRun("2026-03-01T03:17:04Z", "watch", 4, "imaging", "", COMMIT, f"Ada {word}",
                f"Better {word}", services=(done, failed)),
        PastRun("2026-03-01T03:20:04Z", "watch", 6, "imaging", problem=f"edge-1: no answer {word}"),
    )  # fmt: skip
