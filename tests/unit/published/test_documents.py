"""Published documents: what is written is read back, fits its schema, and is well formed."""

import json

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from oscar_sync.model.event import Event, Happening
from oscar_sync.model.step import Do, Step
from oscar_sync.published.diagnostics import DiagnosticsDocument
from oscar_sync.published.plan import DriftDocument, PlanDocument
from oscar_sync.published.report import EventDocument, ReportDocument, RunSummary
from oscar_sync.published.schemas import DOCUMENTS, document_schema
from oscar_sync.published.status import StatusDocument
from tests.unit.render.subjects import HOSTILE, action, full_plan, subject

NAMES = ("plan", "drift", "report", "event", "status", "diagnostics")


def made(name, word):
    """Return the document called *name*, with *word* wherever text comes from outside."""
    plan = full_plan(word)
    event = Event(Happening.STEP_DONE, action(word or "a"), Step(Do.UPLOAD, word, "", 7), 200, word)
    report = subject("apply", word).report
    documents = {
        "plan": lambda: PlanDocument.of(plan),
        "drift": lambda: DriftDocument.of(plan),
        "report": lambda: ReportDocument.of_report(report),
        "event": lambda: EventDocument.of(event),
        "status": lambda: StatusDocument.of(()),
        "diagnostics": lambda: DiagnosticsDocument.of(plan.diagnostics, files=1),
    }
    return documents[name]()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("word", ["", "é", HOSTILE], ids=["plain", "not-ascii", "hostile"])
def test_a_document_is_read_back_as_it_was_written_and_fits_its_schema(name, word):
    document = made(name, word)
    text = json.dumps(document.data, allow_nan=False)
    text.encode()  # a lone surrogate could not go out
    assert DOCUMENTS[name].model_validate_json(text) == document
    Draft202012Validator(document_schema(name)).validate(json.loads(text))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_schema_is_one_and_says_what_its_document_is(name):
    schema = document_schema(name)
    Draft202012Validator.check_schema(schema)
    assert schema["description"]


def test_a_key_of_a_later_minor_version_is_passed_over():
    document = made("plan", "")
    later = {**document.data, "format_version": "2.7", "more": {"x": 1}}
    read = PlanDocument.model_validate_json(json.dumps(later))
    assert read.format_version == "2.7"
    assert read.actions == document.actions


@pytest.mark.parametrize(
    ("part", "value"),
    [("files", "3"), ("files", True), ("services", 1.5), ("services", None), ("settings", 3)],
)
def test_a_value_of_another_type_is_refused(part, value):
    written = made("plan", "").data
    written["source"][part] = value
    with pytest.raises(ValidationError, match=f"source.{part}"):
        PlanDocument.model_validate_json(json.dumps(written))


def test_the_end_of_a_run_that_came_to_no_report_is_its_exit_code_alone():
    assert RunSummary.of(3, None).data == {"event": "run_summary", "exit_code": 3}
