"""``oscar-sync drift``: what someone else changed on the clusters."""

import os
from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.border import guarded, tell_findings
from oscar_sync.cli.output import outputs_of, write
from oscar_sync.cli.request import connections_of, request_of
from oscar_sync.cli.showing import DRIFT_FORMATS, stdout_paint
from oscar_sync.cli.telling import Telling
from oscar_sync.model.exits import Exit
from oscar_sync.model.outcome import drift_exit
from oscar_sync.model.plan import PlanOptions, Scope
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.once import plan_once
from oscar_sync.render.drift import drift_json, drift_markdown, drift_text


@click.command("drift")
@given.PATHS
@given.common
@given.measured
def command(**options: Any) -> int:
    """Show what moved on the clusters since the last apply; exit 2 if anything did."""
    outputs = outputs_of(options["outputs"], DRIFT_FORMATS)
    telling = Telling("drift", options["metrics"] or "")

    def run() -> Exit:
        desired = desire(request_of(options), os.environ)
        asked = PlanOptions(scope=Scope.DRIFT, checks_all_hooks=True)
        plan = plan_once(desired, asked, connections_of(options)).draft.plan
        telling.found(plan)
        tell_findings(plan.diagnostics, options["color"])
        for output in outputs:
            match output.format:
                case "json":
                    write(output, drift_json(plan))
                case "markdown":
                    write(output, drift_markdown(plan))
                case _ if output.file:
                    write(output, drift_text(plan))
                case _:
                    write(output, drift_text(plan, paint=stdout_paint(options["color"])))
        return drift_exit(plan)

    return telling.end(guarded(run, outputs, options["color"]))
