"""Plans and reports that nobody would wish to have, made without a cluster."""

from oscar_sync.model.action import Action, ActionKind, Erased, Kept
from oscar_sync.model.cluster import ReadingState
from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.model.field_change import Cause, FieldChange, Op
from oscar_sync.model.identity import BucketName, ClusterId, ServiceKey, ServiceName
from oscar_sync.model.origin import Origin
from oscar_sync.model.plan import Blocked, ClusterSummary, LeftAlone, NotPlanned, Plan, Source
from oscar_sync.model.report import ActionResult, RunReport, Status
from oscar_sync.model.step import Do, Step
from oscar_sync.planning.graph import graph_of
from oscar_sync.render.subject import Subject
from tests.support.forms import form

HOSTILE = (
    "x\"];\x1b[31m<script>alert(1)</script>]]>&amp;'`|\n::error::y\r--> </details> ```\n"
    "@all [a](https://evil.example) ![i](x) %0A \u202e\ufffe\ud800"
)
SCRIPT = """\
#!/bin/sh
# Finds what moves.
set -eu
for frame in "$INPUT"/*.png; do
  python3 detect.py --conf 0.5 "$frame"
done
echo 'done'
"""
EDGE, CLOUD = ClusterId("edge-1"), ClusterId("cloud-2")


def key(name, cluster=EDGE):
    return ServiceKey(cluster, ServiceName(name))


def change(path, before, after, cause=Cause.MANIFEST, **more):
    op = Op.ADD if before is None else Op.REMOVE if after is None else Op.CHANGE
    origin = Origin("services/detector.yaml", 9, 7)
    return FieldChange(path, op, before, after, cause, origin, **more)


def action(name, kind=ActionKind.UPDATE, **more):
    steps = more.pop("steps", (Step(Do.PUT, name),))
    where = Origin(f"services/{name.split()[0]}.yaml", 3, 5)
    return Action(f"{kind}:{name}", key(name), kind, "", steps, **{"origin": where, **more})


def plan(*actions, word="", **more):
    clusters = (
        ClusterSummary(EDGE, "https://edge.example", live=23, ours=9, version="4.1.2"),
        ClusterSummary(CLOUD, "https://cloud.example", problem=f"no answer {word}",
                       reading=ReadingState.UNREACHABLE),
    )  # fmt: skip
    source = Source("oscar-sync.yaml", 14, 11)
    return Plan("imaging", source, clusters, actions, digest="5f0c9a3e" * 4, **more)


def full_plan(word=""):
    """Return a plan with something of everything, *word* wherever text comes from outside."""
    changes = (
        change("memory", "1Gi", "2Gi"),
        change("script", SCRIPT + word, SCRIPT.replace("0.5", "0.6") + word),
        change(
            "environment.secrets.TOKEN", "fingerprint 3fa1", "fingerprint 9c02", is_sensitive=True
        ),
        change(f"labels[{word or 'team'}]", None, {"a": word, "list": [1, 2, {"deep": "x" * 90}]}),
    )
    by_hand = f"{SCRIPT}# by hand{word}"
    moved = (
        change("cpu", "1.0", "0.5", Cause.CLUSTER),
        change("script", by_hand, SCRIPT, Cause.BOTH),
    )
    kept = Kept(BucketName("plants"), 1204, 320_000_000, shared_with=(f"edge-1/grayify{word}",))
    erased = Erased("old-data", 1204, 320_000_000, consent=f"erase: [old-data], #42 {word}")
    volume = change("volume.size", "1Gi", "2Gi")
    held = action("render", ActionKind.REPLACE, changes=(volume,))
    return plan(
        action("old", ActionKind.REMOVE, erases=(erased,), keeps=(kept,)),
        action(f"segment{word}", ActionKind.CREATE, notes=(f"its bucket exists {word}",)),
        action("detector", changes=changes, notes=(word or "a note",)),
        action("grayify", changes=moved),
        action("hooked", ActionKind.HOOK, steps=(Step(Do.HOOK, f"red/in/{word}"),)),
        blocked=(Blocked(held, "needs-replace", f"no PUT can change it {word}",
                         (f"--allow replace:render {word}", "leave the volume as it is")),),
        not_planned=(NotPlanned(key("far", CLOUD), f"no answer {word}"),),
        left_alone=(LeftAlone(key("left"), f"no longer in the manifests {word}"),),
        diagnostics=(Diagnostic("services/detector.yaml", 4, 7, "OSY120", Severity.WARNING,
                                "image", f"a moving tag {word}", "name a version"),),
        notes=(f"notifications not checked {word}",),
        word=word,
    )  # fmt: skip


def minio(*paths):
    return [{"storage_provider": "minio.default", "path": path} for path in paths]


def subject(command="plan", word=""):
    """Return a full subject of *command*; a report where it is ``apply``."""
    found = full_plan(word)
    forms = {
        key("detector"): form(input=minio("video/in"), output=minio("video/frames")),
        key("grayify"): form(input=minio("video/frames"), output=minio("plants/grey")),
        key(f"segment{word}"): form(input=minio(f"plants/grey{word}")),
        key("calm"): form(),
        key("far", CLOUD): form(),
    }
    report = None
    if command == "apply":
        ends = [Status.FAILED, Status.SKIPPED, Status.DONE, Status.NOT_VERIFIED, Status.STALE]
        report = RunReport(
            found,
            tuple(
                ActionResult(one, end, f"said {word}", "", warnings=(f"beware {word}",),
                             log=(f"line {word}",))
                for one, end in zip(found.actions, ends, strict=True)
            ),
        )  # fmt: skip
    storage = (key("bucket plants"), key("volume models"))
    return Subject(
        command, found, tuple(sorted(forms)), lambda: graph_of(forms), report, storage=storage
    )
