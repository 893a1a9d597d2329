"""Showing a plan in each format that is asked for."""

import os
import sys
from collections.abc import Sequence
from typing import Final

from oscar_sync.cli.border import tell_findings
from oscar_sync.cli.output import Output, paint_for, stdout_width, write
from oscar_sync.model.plan import Plan
from oscar_sync.render import documents
from oscar_sync.render.diagnostics import diagnostics_github
from oscar_sync.render.paint import Paint
from oscar_sync.render.plan_json import plan_document
from oscar_sync.render.plan_markdown import plan_markdown
from oscar_sync.render.plan_text import plan_text

PLAN_FORMATS: Final = ("text", "json", "markdown", "github")
DRIFT_FORMATS: Final = ("text", "json", "markdown")
APPLY_FORMATS: Final = ("text", "json", "markdown", "github", "events")


def stdout_paint(color: str) -> Paint:
    """Return the painter for stdout."""
    return paint_for(color, os.environ, is_terminal=sys.stdout.isatty())


def text_of(plan: Plan, output: Output, color: str, command: str, *, verbose: bool = False) -> str:
    """Return the plan as text for *output*: plain in files."""
    if output.file:
        return plan_text(plan, command=command, verbose=verbose)
    paint = stdout_paint(color)
    return plan_text(plan, command=command, width=stdout_width(), paint=paint, verbose=verbose)


def show_plan(
    plan: Plan, outputs: Sequence[Output], color: str, command: str, *, verbose: bool = False
) -> None:
    """Write *plan* to every output, warnings to stderr."""
    tell_findings(plan.diagnostics, color)
    for output in outputs:
        match output.format:
            case "text":
                write(output, text_of(plan, output, color, command, verbose=verbose))
            case "json":
                write(output, json_text(plan))
            case "markdown":
                write(output, plan_markdown(plan))
            case "github":
                write(output, diagnostics_github(plan.diagnostics))
            case _:
                continue


def json_text(plan: Plan) -> str:
    """Return the plan document as text."""
    return documents.json_text(plan_document(plan))
