"""Showing a plan in each format that is asked for."""

import os
import sys
from collections.abc import Callable, Sequence
from typing import Final

from oscar_sync.cli.border import say, tell_findings
from oscar_sync.cli.output import Output, paint_for, write
from oscar_sync.model.plan import Plan
from oscar_sync.reconcile.formats import FORMATS
from oscar_sync.reconcile.once import Pass
from oscar_sync.reconcile.subject import subject_of
from oscar_sync.render.drift import drift_text
from oscar_sync.render.paint import Paint
from oscar_sync.render.plan_text import plan_text
from oscar_sync.render.subject import Subject

PLAN_FORMATS: Final = ("text", *FORMATS)
DRIFT_FORMATS: Final = PLAN_FORMATS
APPLY_FORMATS: Final = (*PLAN_FORMATS, "events")


def stdout_paint(color: str) -> Paint:
    return paint_for(color, os.environ, is_terminal=sys.stdout.isatty())


def text_of(plan: Plan, output: Output, color: str, command: str, *, verbose: bool = False) -> str:
    if output.file:
        return plan_text(plan, command=command, verbose=verbose)
    paint = stdout_paint(color)
    return plan_text(plan, command=command, paint=paint, verbose=verbose)


def show_plan(
    planned: Pass, outputs: Sequence[Output], color: str, command: str, *, verbose: bool = False
) -> None:
    plan = planned.draft.plan
    tell_findings(plan.diagnostics, color)
    show_text(outputs, lambda output: text_of(plan, output, color, command, verbose=verbose))
    show_documents(subject_of(planned, command), outputs)


def show_drift(planned: Pass, outputs: Sequence[Output], color: str) -> None:
    plan = planned.draft.plan
    tell_findings(plan.diagnostics, color)
    show_text(
        outputs,
        lambda output: (
            drift_text(plan) if output.file else drift_text(plan, paint=stdout_paint(color))
        ),
    )
    show_documents(subject_of(planned, "drift"), outputs)


def show_text(outputs: Sequence[Output], text: Callable[[Output], str]) -> None:
    for output in outputs:
        if output.format == "text":
            write(output, text(output))


def show_documents(subject: Subject, outputs: Sequence[Output]) -> None:
    for output in outputs:
        if output.format in FORMATS:
            write(output, FORMATS[output.format].write(subject))
    if any(output.format == "github" for output in outputs):
        _summarise(subject)


def _summarise(subject: Subject) -> None:
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if not file:
        return
    try:
        with open(file, "a", encoding="utf-8") as summary:  # noqa: PTH123 - append
            summary.write(FORMATS["markdown"].write(subject))
    except OSError as error:
        say(f"note: the step summary {file} cannot be written: {error.strerror}")
