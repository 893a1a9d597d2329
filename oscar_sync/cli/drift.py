"""``oscar-sync drift``: what someone else changed on the clusters."""

import os
from typing import Any

from oscar_sync.cli import options as given
from oscar_sync.cli.border import guarded
from oscar_sync.cli.output import outputs_of
from oscar_sync.cli.request import connections_of, request_of
from oscar_sync.cli.run_record import RunRecord
from oscar_sync.cli.showing import DRIFT_FORMATS, show_drift
from oscar_sync.model.exits import Exit
from oscar_sync.model.outcome import drift_exit
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.once import plan_once


@given.command("drift", "oscar-sync drift", "oscar-sync drift --only edge/ -o markdown")
@given.PATHS
@given.formats(*DRIFT_FORMATS)
@given.common
@given.measured
def command(**options: Any) -> int:
    """Show what was changed on the clusters since the last apply; exit 2 if anything was."""
    outputs = outputs_of(options["outputs"], DRIFT_FORMATS)
    record = RunRecord("drift", options["metrics"] or "")

    def run() -> Exit:
        desired = desire(request_of(options), os.environ)
        asked = PlanOptions(scope=Scope.DRIFT, checks_all_hooks=True)
        planned = plan_once(desired, asked, connections_of(options))
        record.planned(planned)
        show_drift(planned, outputs, options["color"])
        return drift_exit(planned.draft.plan)

    return record.end(guarded(run, outputs, options["color"]))
