"""``oscar-sync plan``: shows what would be done, and writes nothing."""

import os
from typing import Any

import click
from msgspec.structs import replace

from oscar_sync.cli import options as given
from oscar_sync.cli.border import guarded
from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.request import connections_of, plan_options, request_of, with_flags
from oscar_sync.cli.showing import PLAN_FORMATS, show_plan
from oscar_sync.model.exits import Exit
from oscar_sync.model.outcome import plan_exit
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.once import Pass, plan_once


@given.command(
    "plan", "oscar-sync plan", "oscar-sync plan services/ --overlay production -o json=plan.json"
)
@given.PATHS
@given.formats(*PLAN_FORMATS)
@given.common
@given.planning
@click.option(
    "--detailed-exitcode", is_flag=True, envvar="OSCAR_SYNC_DETAILED_EXITCODE",
    help="Exit 2 if there are changes, 7 if a step is blocked.",
)  # fmt: skip
@click.option(
    "--base", metavar="REF|./FOLDER", type=given.GIVEN,
    help="Tell what this branch changes against the files of a git commit, or of a folder, from "
         "what was due before.",
)  # fmt: skip
@click.option(
    "--compare", metavar="FILE", type=given.FILE,
    help="Say first how the plan differs from the one in FILE, which -o json=FILE wrote.",
)  # fmt: skip
def command(**options: Any) -> int:
    """Show what apply would change on the clusters."""
    outputs = outputs_of(options["outputs"], PLAN_FORMATS)

    def run() -> Exit:
        request = request_of(options)
        desired = with_flags(desire(request, os.environ), options)
        connections, asked = connections_of(options), plan_options(options)
        planned = plan_once(desired, asked, connections)
        if options["base"] is not None:
            from oscar_sync.reconcile.base import BaseRequest, against_base

            base = BaseRequest(request, options["base"], options["prune"])
            planned = against_base(planned, base, asked, connections)
        if options["compare"] is not None:
            planned = _compared(planned, options["compare"])
        show_plan(planned, outputs, options["color"], "plan", verbose=options["verbose"])
        return plan_exit(planned.draft.plan, detailed=options["detailed_exitcode"])

    return guarded(run, outputs, options["color"])


def _compared(planned: Pass, file: str) -> Pass:
    from oscar_sync.reconcile.expectation import compared

    plan = planned.draft.plan
    plan = replace(plan, notes=(*compared(plan, file), *plan.notes))
    return replace(planned, draft=replace(planned.draft, plan=plan))
