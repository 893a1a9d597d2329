"""What does not fit is cut, and each report says by how much; what has no place has none."""

import json

import pytest

from oscar_sync.model.action import ActionKind
from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.render.findings import as_many, findings_of_input
from oscar_sync.render.html.code import side_by_side
from oscar_sync.render.html.page import page
from oscar_sync.render.news import counts
from oscar_sync.render.sarif import sarif_of_input
from tests.unit.render.subjects import action, full_plan, plan, subject


def found(file=""):
    return Diagnostic(file, 0, 0, "OSY101", Severity.ERROR, "", "a fault", "mend it")


def test_a_script_of_another_kind_is_cut_after_its_first_lines():
    old, new = ("\n".join(f"{word} {n}" for n in range(400)) for word in ("old", "new"))
    shown = side_by_side(old, new, "script")
    assert "100 more lines cut to fit" in shown
    assert ">299</span>" in shown
    assert ">300</span>" not in shown


@pytest.mark.parametrize(("room", "count"), [(10_000, 3), (2_000, 2), (0, 0)])
def test_a_document_takes_as_many_findings_as_it_holds(room, count):
    findings = findings_of_input([found("a.yaml")] * 3)
    assert len(as_many(findings, 10, room)) == count


def test_a_finding_of_no_file_has_no_location():
    (result,) = json.loads(sarif_of_input([found()]))["runs"][0]["results"]
    assert "locations" not in result
    (result,) = json.loads(sarif_of_input([found("a.yaml")]))["runs"][0]["results"]
    assert result["locations"]


def test_a_page_that_would_be_too_large_says_what_it_leaves_out(monkeypatch):
    monkeypatch.setattr("oscar_sync.render.html.page._ROOM", 100)
    assert "cut" in page(subject(), has_script=True)


def test_what_a_plan_comes_to_counts_what_is_not_planned_as_well():
    assert counts(full_plan()).endswith("1 blocked, 1 service not planned")


def test_what_a_plan_comes_to_names_services_beside_buckets_and_volumes():
    kinds = [ActionKind.CREATE, ActionKind.CREATE, ActionKind.SEED]
    assert counts(plan(*map(action, "abc", kinds))) == "2 to create, 1 to seed"
    kinds += [ActionKind.SHARE_BUCKET, ActionKind.CREATE_VOLUME, ActionKind.CREATE_VOLUME]
    words = "2 services to create, 1 to seed, 1 bucket to share, 2 volumes to create"
    assert counts(plan(*map(action, "abcdef", kinds))) == words
