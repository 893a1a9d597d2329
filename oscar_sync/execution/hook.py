"""Hook: notifications set and removed on a service that does not differ."""

from oscar_sync.execution.run import Run
from oscar_sync.model.material import HookMaterial
from oscar_sync.model.report import ActionResult, Status
from oscar_sync.semantics.hooks import wanted_hooks


def carry_out_hook(run: Run, material: HookMaterial) -> ActionResult:
    live = run.check_precondition(material.live)
    run.send_store_steps()
    run.check_hooks(wanted_hooks(live.form))
    return run.result(Status.DONE)
