"""Nothing that came from outside steers a terminal, a comment, a page or a workflow."""

import json
import logging

import pytest

from oscar_sync.cli.border import log_to_stderr, say
from oscar_sync.cli.output import Output, show, write
from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.model.report import ActionResult, RunReport, Status
from oscar_sync.reconcile.formats import FORMATS
from oscar_sync.render.diagnostics import diagnostics_text
from oscar_sync.render.documents import json_line, json_text
from oscar_sync.render.paint import ansi
from oscar_sync.render.report import report_text
from oscar_sync.render.subject import Subject
from oscar_sync.render.words import for_terminal
from tests.security.plans import plan_with
from tests.support.terminals import is_harmless

HOSTILE = "a\x1b]0;gone\x07\x1b[2J\x9b31m\u202e\u2066\u200b\u2028\x85\x00\rb\ud800"
INJECTED = "<img src=x onerror=alert(1)> [x](http://e.vil) `a` | b @everyone **c**"


def diagnostic(text):
    return Diagnostic(text, 1, 1, "OSY101", Severity.ERROR, text, text, text, text)


def report(text):
    plan = plan_with(text)
    result = ActionResult(plan.actions[0], Status.FAILED, message=text, warnings=(text,))
    return RunReport(plan, results=(result,))


def test_our_colours_pass_to_a_terminal_and_no_other_sequence():
    painted = ansi("name", "red")
    assert for_terminal(painted) == painted
    assert is_harmless(for_terminal(HOSTILE))
    assert "\x1b[8m" not in for_terminal("\x1b[8m")


@pytest.mark.parametrize("put", [show, say, lambda text: write(Output("text"), text)])
def test_whatever_is_written_to_the_terminal_is_made_safe(put, capfd):
    put(HOSTILE)
    out, err = capfd.readouterr()
    assert is_harmless(out + err)
    assert "gone" in out + err


def test_a_log_line_is_made_safe(capfd):
    root = logging.getLogger()
    before = list(root.handlers)
    root.handlers.clear()
    try:
        log_to_stderr("warning")
        logging.getLogger("oscar_sync").warning("said %s", HOSTILE)
    finally:
        root.handlers[:] = before
    err = capfd.readouterr()[1]
    assert "said a" in err
    assert is_harmless(err)
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "render",
    [diagnostics_text, FORMATS["github"].write_input, FORMATS["json"].write_input],
    ids=["text", "github", "json"],
)
def test_findings_are_safe_in_every_format(render):
    assert is_harmless(render([diagnostic(HOSTILE)]))


def test_a_finding_is_one_workflow_command():
    text = FORMATS["github"].write_input([diagnostic("a\n::set-output name=x::y\r::error::z")])
    assert text.count("\n") == 1
    assert text.startswith("::error file=")


@pytest.mark.parametrize("render", [json_text, json_line])
def test_json_is_safe_and_loses_nothing(render):
    text = render({"name": HOSTILE})
    assert is_harmless(text)
    assert json.loads(text) == {"name": HOSTILE}


def test_a_report_is_safe_as_text_markdown_and_page():
    found = report(HOSTILE)
    assert is_harmless(for_terminal(report_text(found)))
    for name in ("markdown", "html"):
        assert is_harmless(written(name, found))


def written(name, found):
    return FORMATS[name].write(Subject("apply", found.plan, report=found))


def test_no_markup_of_a_name_or_message_works_in_markdown_or_html():
    found = report(INJECTED)
    markdown = written("markdown", found)
    for live in ("<img", "x](http", " `a`", " @everyone", "**c**"):
        assert live not in markdown
    assert "<img" not in written("html", found)
