"""Hook: notifications mended on a service that does not differ."""

from oscar_sync.execution.run import Run
from oscar_sync.model.report import ActionResult, Status
from oscar_sync.semantics.hooks import wanted_hooks


def carry_out_hook(run: Run) -> ActionResult:
    """Return what became of a repair of notifications."""
    live = run.check_premise()
    run.send_store_steps()
    if live is not None:
        run.check_hooks(wanted_hooks(live.form))
    return run.result(Status.DONE)
