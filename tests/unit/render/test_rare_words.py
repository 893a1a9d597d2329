"""What is said in cases that are rare: each format keeps what the others say."""

from typing import Any

import pytest
from msgspec.structs import replace

from oscar_sync.model.action import Action, ActionKind
from oscar_sync.model.cluster import Cluster, ReadingState
from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.model.event import Event, Happening
from oscar_sync.model.field_change import Cause, FieldChange, Op
from oscar_sync.model.graph import Edge, EdgeKind
from oscar_sync.model.identity import ClusterId, ServiceKey, ServiceName
from oscar_sync.model.origin import Origin
from oscar_sync.model.plan import ClusterSummary, Plan, Source
from oscar_sync.model.report import ActionResult, RunReport, Status
from oscar_sync.model.run import PastRun, RunService
from oscar_sync.model.status import ClusterStatus
from oscar_sync.model.step import Do, Step
from oscar_sync.published.diagnostics import DiagnosticsDocument
from oscar_sync.published.plan import DriftDocument, PlanDocument
from oscar_sync.published.report import EventDocument
from oscar_sync.reconcile.formats import FORMATS
from oscar_sync.render.diagnostics import diagnostics_text, validation_sentence
from oscar_sync.render.drift import drift_text
from oscar_sync.render.graph.layout import layout
from oscar_sync.render.graph.mermaid import graph_mermaid
from oscar_sync.render.graph.text import graph_text
from oscar_sync.render.history import what_of
from oscar_sync.render.html.board import board_page, service_page
from oscar_sync.render.html.board_picture import BoardPicture
from oscar_sync.render.plan_text import plan_text
from oscar_sync.render.report import report_text
from oscar_sync.render.schemas import fdl_schema
from oscar_sync.render.status import status_text
from oscar_sync.render.subject import Subject
from oscar_sync.render.words import size, value
from tests.support.graphs import graph, minio

EDGE = ClusterId("edge")
KEY = ServiceKey(EDGE, ServiceName("alpha"))


def change(path, cause, before="1", after="2", origin=None):
    return FieldChange(path, Op.CHANGE, before, after, cause, origin)


def update(*changes, **more):
    return Action("update:edge/alpha", KEY, ActionKind.UPDATE, "differs", (), changes, **more)


def plan(*actions):
    return Plan("laws", Source("oscar-sync.yaml", 1, 1), (), actions, digest="0" * 32)


def diagnostic(line=3, remedy="write it", path="a.b", message="it is wrong"):
    return Diagnostic("x.yaml", line, 5, "OSY101", Severity.ERROR, path, message, remedy)


# diagnostics


def test_a_finding_without_a_remedy_ends_with_its_fault():
    assert diagnostics_text([diagnostic()]) == (
        "x.yaml:3:5: error OSY101: a.b: it is wrong\n    remedy: write it\n"
    )
    assert diagnostics_text([diagnostic(remedy="")]) == (
        "x.yaml:3:5: error OSY101: a.b: it is wrong\n"
    )


@pytest.mark.parametrize(
    ("item", "line"),
    [
        (diagnostic(), "::error file=x.yaml,line=3,col=5,title=OSY101::a.b: it is wrong; write it"),
        (diagnostic(line=0, remedy=""), "::error file=x.yaml,title=OSY101::a.b: it is wrong"),
        (
            diagnostic(path="a", message="a: 100%\nwrong", remedy=""),
            r"::error file=x.yaml,line=3,col=5,title=OSY101::a: 100%25\nwrong",
        ),
    ],
)
def test_an_annotation_of_a_whole_file_has_no_line(item, line):
    assert FORMATS["github"].write_input([item]) == f"{line}\n"


def test_findings_are_counted_by_severity():
    document = DiagnosticsDocument.of([diagnostic()], files=2).data
    assert document["files"] == 2
    assert document["summary"]["error"] == 1
    assert [item["code"] for item in document["diagnostics"]] == ["OSY101"]


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ([], "Valid: 1 file, 2 services."),
        ([diagnostic()], "1 file, 2 services: 1 error, 0 warnings."),
        (
            [replace(diagnostic(), severity=Severity.NOTE)],
            "Valid: 1 file, 2 services.",
        ),
    ],
)
def test_files_without_errors_and_warnings_are_valid(found, sentence):
    assert validation_sentence(1, 2, found) == sentence


# plans


def test_drift_tells_what_the_cluster_moved_and_not_what_the_manifest_did():
    found = plan(update(change("memory", Cause.MANIFEST), change("cpu", Cause.CLUSTER)))
    for text in (drift_text(found), FORMATS["markdown"].write(Subject("drift", found))):
        assert "cpu" in text
        assert "memory" not in text
    document = DriftDocument.of(found).data
    assert [item["path"] for entry in document["drift"] for item in entry["changes"]] == ["cpu"]
    assert document["missing"] == []


def test_a_document_has_the_checksum_of_what_is_uploaded_and_no_place_that_is_unknown():
    steps = (Step(Do.UPLOAD, "data/in/a", "", 7, "sha256:0"), Step(Do.DELETE_OBJECT, "data/in/b"))
    origin = Origin("alpha.yaml", 4, 2)
    seed = Action("seed:edge/alpha#1", KEY, ActionKind.SEED, "in -> data/in", steps)
    moved = update(change("memory", Cause.UNKNOWN, origin=origin), origin=origin)
    document = PlanDocument.of(plan(seed, moved)).data
    first, second = document["actions"]
    assert first["steps"] == [
        {"do": "upload", "target": "data/in/a", "bytes": 7, "checksum": "sha256:0"},
        {"do": "delete-object", "target": "data/in/b"},
    ]
    assert first["source"] is None
    assert second["source"] == {"file": "alpha.yaml", "line": 4, "column": 2, "layer": "fdl"}


def test_a_long_change_of_a_script_is_cut_and_says_by_how_much():
    old, new = ("".join(f"{word} {at}\n" for at in range(30)) for word in ("old", "new"))
    text = plan_text(plan(update(change("script", Cause.MANIFEST, old, new))))
    assert "+30 -30" in text
    assert "- old 29" in text
    assert "+ new 9\n" in text
    assert "+ new 10" not in text
    assert "… 20 more lines" in text


def test_unchanged_fields_are_counted_and_shown_with_v():
    same = [FieldChange(name, Op.SAME, "1", "1", Cause.MANIFEST, None) for name in ("cpu", "image")]
    moved = update(change("memory", Cause.MANIFEST), unchanged_fields=2, unchanged=tuple(same))
    assert "       2 unchanged fields hidden\n" in plan_text(plan(moved))
    shown = plan_text(plan(moved), verbose=True)
    assert "hidden" not in shown
    assert f"       {'cpu':<28}  1\n       {'image':<28}  1\n" in shown


@pytest.mark.parametrize(
    ("content", "words"), [(True, "true"), (False, "false"), (None, "(none)"), ("", '""'), (1, "1")]
)
def test_a_value_is_written_as_in_yaml(content, words):
    assert value(content) == words


# reports and events


def test_a_report_for_a_comment_has_a_line_for_each_action_and_the_plan_below():
    done = ActionResult(update(), Status.DONE)
    failed = ActionResult(update(), Status.FAILED, "no | <b>way</b>")
    text = _markdown(RunReport(plan(update()), (done, failed)))
    assert text.startswith("### oscar-sync apply\n\n1 of 2 actions done and verified")
    assert "check_mark: done **edge/alpha** update\n" in text
    assert "- :x: failed **edge/alpha** update: no \\| &lt;b&gt;way&lt;/b&gt;" in text
    assert "#### The plan" in text
    assert "check_mark" not in _markdown(RunReport(plan()))


def _markdown(report):
    return FORMATS["markdown"].write(Subject("apply", report.plan, report=report))


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.DONE, "1 of 1 action done and verified."),
        (Status.FAILED, "0 of 1 action done and verified. 1 failed."),
        (Status.NOT_VERIFIED, "0 of 1 action done and verified. 1 not verified."),
    ],
)
def test_a_report_ends_with_what_became_of_its_actions(status, words):
    report = RunReport(plan(update()), (ActionResult(update(), status),))
    assert report_text(report).splitlines()[-1] == words


def test_a_cluster_that_was_not_read_is_never_said_to_be_compared():
    home = ClusterSummary(ClusterId("home"), "https://home")
    far = ClusterSummary(
        ClusterId("far"), "https://far", problem="refused", reading=ReadingState.UNREACHABLE
    )
    only = replace(plan(), clusters=(home, far))
    for command in ("plan", "adopt", "seed"):
        last = plan_text(only, command=command).splitlines()[-1]
        assert last.startswith("Plan: nothing to do on home. Not read: far (unreachable). Digest")


def test_a_report_of_nothing_is_one_sentence():
    assert report_text(RunReport(plan())) == "Nothing was sent.\n"
    cut = RunReport(plan(), is_interrupted=True, verified_except=("edge/alpha",))
    assert report_text(cut) == (
        "Nothing was sent. Interrupted: run the command again to continue. "
        "Not verified: edge/alpha.\n"
    )


@pytest.mark.parametrize(
    ("event", "document"),
    [
        (Event(Happening.PLAN), {"event": "plan"}),
        (
            Event(Happening.STEP_FAILED, update(), Step(Do.PUT, "alpha"), 500, "no"),
            {
                "event": "step_failed", "id": "update:edge/alpha", "cluster": "edge",
                "service": "alpha", "kind": "update", "do": "put", "target": "alpha",
                "status": 500, "message": "no",
            },
        ),
    ],
)  # fmt: skip
def test_an_event_says_what_it_knows(event, document):
    assert EventDocument.of(event).data == document


# the rest


def test_a_cluster_without_services_is_a_heading():
    cluster = Cluster(EDGE, "https://h", "h", None)
    text = status_text([ClusterStatus(cluster, version="v4.1.2")])
    assert text == "edge   https://h   OSCAR v4.1.2   0 services, 0 managed\n"
    lost = status_text([ClusterStatus(cluster, problem="no answer")])
    assert lost == "edge   https://h   NOT READ: no answer\n"


def test_lines_about_a_cluster_are_folded_at_the_terminal_s_width():
    cluster = Cluster(EDGE, "https://oscar.example.org", "h", None)
    for one in (ClusterStatus(cluster, problem="no answer " * 12), ClusterStatus(cluster)):
        lines = status_text([one], 60).splitlines()
        assert len(lines) > 1
        assert max(map(len, lines)) <= 60


SHARED = {
    "one": {"output": minio("a/in/deep")},
    "two": {"input": minio("a/in")},
}


def test_folders_within_each_other_are_no_line_of_a_service():
    found = graph(**SHARED)
    inner, outer = "folder:edge/a/in/deep", "folder:edge/a/in"
    assert Edge(inner, outer, EdgeKind.WITHIN) in found.edges
    assert graph_text(found) == (
        "cluster edge\n  one\n    -> a/in/deep\n  two\n    <- a/in\n  shared bucket a\n"
    )
    spots = layout(found).nodes
    assert spots[inner].layer < spots[outer].layer


def test_a_shared_bucket_stands_out():
    drawn = graph_mermaid(graph(**SHARED))
    assert "style n0,n1 stroke-width:4px" in drawn
    assert "stroke-width:4px" not in graph_mermaid(graph(one=SHARED["one"]))


@pytest.mark.parametrize(
    ("count", "words"),
    [(999, "999 B"), (999_499, "999 kB"), (999_500, "1.0 MB"), (10**18, "1000 PB")],
)
def test_amounts_have_the_largest_unit_that_they_fill(count, words):
    assert size(count) == words


def test_a_schema_knows_the_shape_of_each_field():
    schema: Any = fdl_schema()
    fields = schema["$defs"]["service"]["properties"]
    assert fields["allowed_users"]["type"] == ["array", "null"]
    assert fields["input"]["items"]["required"] == ["storage_provider", "path"]
    assert fields["federation"]["properties"]["members"]["type"] == ["array", "null"]


# many


def test_what_a_history_leaves_out_is_counted():
    some = (RunService("edge", "alpha", "update", "done"),)
    run = PastRun("2026-03-01T03:17:04Z", "apply", 0, services=some, left_out=1200)
    assert [*what_of(run)] == ["update done: edge/alpha", "and 1,200 more"]


def test_markdown_counts_the_deleted_objects_that_it_does_not_list():
    steps = tuple(Step(Do.DELETE_OBJECT, f"data/in/{at}") for at in range(52))
    action = Action("seed:edge/alpha", KEY, ActionKind.SEED, "differs", steps)
    text = FORMATS["markdown"].write(Subject("plan", plan(action)))
    assert "  - **deletes** object data/in/49\n  - **deletes** 2 more objects" in text


def test_a_page_of_an_apply_names_the_commit_that_it_ran_at():
    report = RunReport(plan(), (), revision=f"{'b' * 40}+changes")
    text = FORMATS["html"].write(Subject("apply", plan(), report=report, commit=lambda: "a" * 40))
    assert f"commit {'b' * 12}+changes" in text


def test_a_board_has_no_page_of_a_service_before_the_first_plan():
    assert service_page(BoardPicture(), KEY) == ""


def test_a_board_draws_no_flow_of_more_services_than_anybody_can_follow():
    many = tuple(ServiceKey(EDGE, ServiceName(f"s-{at}")) for at in range(301))
    page = board_page(BoardPicture(subject=Subject("plan", plan(), many)))
    assert "301 services: too large to draw here" in page
